"""The callers of one county, who go on asking while services die and come back."""

import time
from typing import Any

import httpx

from tests.e2e.contract_client import check_character
from tests.factories.system import System

COUNTY = "420505"
CYCLE = "2026-11"
TODAY = "2026-11-08"


class Bureau:
    """The callers of one county, by name, with plain HTTP that waits for a service that is being restarted."""

    def __init__(self, system: System, entries: list[dict[str, Any]], villages: list[str]) -> None:
        self.system = system
        self.entries = {entry["name"]: entry for entry in entries}
        self.villages = villages
        self.http = httpx.Client(timeout=60)
        self.tokens: dict[str, str] = {}

    def call(
        self, name: str, method: str, url: str, headers: dict[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        """Ask until somebody answers: a killed service is away for a moment."""
        give_up = time.monotonic() + 60
        while True:
            try:
                if name not in self.tokens:
                    entry = self.entries[name]
                    answer = self.http.post(
                        f"{self.system.identity}/oauth/token",
                        data={"grant_type": "client_credentials"},
                        auth=(entry["client_id"], entry["client_secret"]),
                    )
                    self.tokens[name] = answer.json()["access_token"]
                authorized = {"Authorization": f"Bearer {self.tokens[name]}", **(headers or {})}
                return self.http.request(method, url, headers=authorized, **options)
            except httpx.TransportError:
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.1)

    def all(self, name: str, url: str, **params: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor = None
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = self.call(name, "GET", url, params={"limit": 500, **params, **more}).json()
            found += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    def records(self, count: int, prefix: str) -> list[dict[str, Any]]:
        """Two records of each of ``count / 2`` persons, of whom the registry knows none."""
        made = []
        for number in range(count):
            person = number // 2
            first = f"{COUNTY}19{60 + person % 30:02d}{1 + person % 12:02d}{11 + person // 1000:02d}{person % 1000:03d}"
            made.append(
                {
                    "source_record_id": f"{prefix}{number}",
                    "id_number": first + check_character(first),
                    "name": "李甲",
                    "region_code": self.villages[person % len(self.villages)],
                    "indicator": "YB01",
                    "occurred_on": "2026-11-03",
                    "amount": "30000.00",
                }
            )
        return made

    def push(self, batch_no: str, records: list[dict[str, Any]]) -> dict[str, Any]:
        answer = self.call(
            "YB",
            "POST",
            f"{self.system.warning}/v1/batches",
            params={"batch_no": batch_no},
            json={"records": records},
        )
        assert answer.status_code in (200, 201), answer.text
        batch: dict[str, Any] = answer.json()
        return batch

    def wait_for_dispatch(self, batch_id: str) -> None:
        give_up = time.monotonic() + 120
        while time.monotonic() < give_up:
            batch = self.call("YB", "GET", f"{self.system.warning}/v1/batches/{batch_id}").json()
            if batch["state"] == "dispatched":
                return
            time.sleep(0.2)
        raise AssertionError(f"batch stayed {batch['state']}")
