"""household_api as funds_api sees it, answering from a list: its own tests hold the real one."""

from dataclasses import dataclass, field

import httpx

from shared.contracts.household_checks import (
    CheckedHousehold,
    CheckedHouseholds,
    decode_to_check,
    encode_checked,
)


@dataclass
class RegistryStub:
    """Households by id, each with its living members, and since when it is registered; ``down`` answers nothing."""

    households: dict[str, tuple[CheckedHousehold, set[str]]] = field(default_factory=dict)
    since: dict[str, str] = field(default_factory=dict)
    down: bool = False
    asked: int = 0

    def add(
        self,
        household_id: str,
        *members: str,
        household_type: str = "lifted",
        monitoring: str = "",
        since: str = "",
    ) -> None:
        found = CheckedHousehold(True, False, household_type, monitoring or None, "231226100201")
        self.households[household_id] = found, set(members)
        self.since[household_id] = since

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("refused", request=request)
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "token", "expires_in": 900})
        assert request.url.path == "/v1/household-checks"
        assert request.url.params["county"] == "231226"
        assert request.headers["Authorization"] == "Bearer token"
        self.asked += 1
        answers = []
        for wanted in decode_to_check(request.content).households:
            found, members = self.households.get(str(wanted.household_id), (CheckedHousehold(False), set()))
            if request.url.params["as_of"] < self.since.get(str(wanted.household_id), ""):
                found, members = CheckedHousehold(False), set()
            answers.append(
                CheckedHousehold(
                    found.found,
                    wanted.payee in members,
                    found.household_type,
                    found.monitoring_type,
                    found.region_code,
                )
            )
        return httpx.Response(200, content=encode_checked(CheckedHouseholds(answers)))
