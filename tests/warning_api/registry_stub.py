"""household_api as warning_api sees it, answering from a list: its own tests hold the real one."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from shared.sealing import MatchKeys


@dataclass
class RegistryStub:
    """Persons by ID number; ``roster``: households to visit, ``page_size`` of them at once; ``down`` answers
    nothing, as a service that is being restarted."""

    keys: MatchKeys | None = None
    persons: dict[str, dict[str, Any]] = field(default_factory=dict)
    candidates: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    roster: list[dict[str, Any]] = field(default_factory=list)
    page_size: int = 5000
    down: bool = False
    asked: int = 0

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("refused", request=request)
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "token", "expires_in": 900})
        assert request.headers["Authorization"] == "Bearer token"
        if request.url.path == "/v1/roster":
            return self.households(request.url.params)
        assert request.url.path == "/v1/matches"
        assert self.keys is not None
        self.asked += 1
        known = {
            index.hex(): person
            for index, person in zip(
                self.keys.mac_many([number.encode() for number in self.persons]),
                self.persons.values(),
                strict=True,
            )
        }
        matches = []
        for subject in json.loads(request.content)["subjects"]:
            found = known.get(subject.get("id_index") or "")
            options = self.options_for(subject)
            if found is not None:
                matches.append({"ref": subject["ref"], "match": "exact", "status": "living", **found})
            elif options:
                matches.append({"ref": subject["ref"], "match": "candidate", "candidates": options})
            else:
                matches.append({"ref": subject["ref"], "match": "none"})
        return httpx.Response(200, json={"matches": matches})

    def households(self, wanted: httpx.QueryParams) -> httpx.Response:
        """A page of those in the region and of the types; the cursor is the place of the next."""
        types, start = wanted.get_list("household_type"), int(wanted.get("cursor", 0))
        inside = [
            household
            for household in self.roster
            if household["region_code"].startswith(wanted["region"])
            and (not types or household["household_type"] in types)
            and (wanted["monitored"] == "false" or household["monitoring_type"])
        ]
        end = start + self.page_size
        more = str(end) if end < len(inside) else None
        return httpx.Response(200, json={"items": inside[start:end], "next_cursor": more})

    def options_for(self, subject: dict[str, Any]) -> list[dict[str, Any]]:
        """Those of the name, and whom somebody has chosen before for as long as any name has that one."""
        options = list(self.candidates.get(subject["name"], []))
        chosen = subject.get("person_id")
        everybody = {o["person_id"]: o for named in self.candidates.values() for o in named}
        if chosen in everybody:
            option = everybody[chosen]
            options = [o for o in options if o["person_id"] != chosen]
            options.insert(0, {**option, "reasons": [*option["reasons"], "decided_before"]})
        return options
