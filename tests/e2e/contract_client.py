"""A month of the loop played by a client that knows only the contract: plain HTTP, no library of ours."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.factories.system import System

CYCLE = "2026-11"
TODAY = "2026-11-08"


def check_character(first17: str) -> str:
    """GB 11643's check character, worked out as the standard has it."""
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(first17))
    return "10X98765432"[total % 11]


@dataclass
class Caller:
    """One client with its token."""

    http: httpx.AsyncClient
    entry: dict[str, Any]
    token: str = ""

    async def sign_in(self, identity: str) -> None:
        answer = await self.http.post(
            f"{identity}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(self.entry["client_id"], self.entry["client_secret"]),
        )
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["access_token"]

    async def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return await self.http.request(method, url, headers=headers, **options)

    async def get(self, url: str, **params: Any) -> Any:
        answer = await self.request("GET", url, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def items(self, url: str, **params: Any) -> AsyncIterator[dict[str, Any]]:
        cursor: str | None = None
        while True:
            page = await self.get(url, **params, **({"cursor": cursor} if cursor else {}))
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return


@dataclass
class MonthPlayed:
    """What a county's month came to."""

    accepted: int = 0
    rejected: int = 0
    tasks: int = 0
    confirmed: int = 0
    cases: int = 0
    closed: int = 0
    states: dict[str, int] = field(default_factory=dict)


class CountyMonth:
    """The callers of one county and the families of a few of its villages."""

    def __init__(
        self,
        system: System,
        http: httpx.AsyncClient,
        county: str,
        entries: list[dict[str, Any]],
        villages: list[str],
    ) -> None:
        self.system = system
        self.county = county
        self.villages = villages
        self.callers = {entry["name"]: Caller(http, entry) for entry in entries}
        self.townships = [c for c in self.callers.values() if c.entry["role"] == "township"]
        self.month = MonthPlayed()

    def id_number(self, sequence: int) -> str:
        first = f"{self.county}1975{1 + sequence % 12:02d}{1 + sequence % 28:02d}{sequence:03d}"
        return first + check_character(first)

    async def play(self) -> MonthPlayed:
        await asyncio.gather(*(caller.sign_in(self.system.identity) for caller in self.callers.values()))
        await self._import_registry()
        await self._push()
        await self._visit()
        await self._answer()
        await self._look_at_cases()
        return self.month

    async def _import_registry(self) -> None:
        """Thirty households, the odd ones lifted, as a CSV."""
        sheet = io.StringIO()
        writer = csv.writer(sheet)
        writer.writerow(["户编号", "与户主关系", "姓名", "身份证号", "村代码", "户类型"])
        for number in range(30):
            kind = "脱贫户" if number % 2 else "一般农户"
            village = self.villages[number % len(self.villages)]
            writer.writerow([f"H{number:03d}", "户主", f"张{number}", self.id_number(number), village, kind])
        answer = await self.callers["county"].request(
            "POST",
            f"{self.system.household}/v1/imports",
            content=sheet.getvalue().encode("gb18030"),
            headers={"Content-Type": "text/csv"},
        )
        assert answer.status_code == 201, answer.text
        done = answer.json()
        assert (done["state"], done["households"], done["rejected"]) == ("applied", 30, 0)

    async def _push(self) -> None:
        """Two departments warn of the same ten households; one of ten more and of somebody unknown."""
        known = [self._record(number, number) for number in range(10)]
        stranger = self._record(900, 900)
        stranger["name"] = "赵陌生"
        bad = {**self._record(901, 901), "id_number": "231226198001010000"}
        plans = {
            "YB": [{**r, "indicator": "YB01", "amount": "21000.00"} for r in [*known, stranger, bad]],
            "ZJ": [{**r, "indicator": "住房D级危房"} for r in known],
            "RS": [{**self._record(n, n), "indicator": "RS01"} for n in range(10, 20)],
        }
        batches = []
        for org, records in plans.items():
            caller = self.callers[org]
            answer = await caller.request(
                "POST",
                f"{self.system.warning}/v1/batches",
                params={"batch_no": "2026-11-1"},
                json={"records": records},
            )
            assert answer.status_code == 201, answer.text
            batch = answer.json()
            assert batch["received"] == batch["accepted"] + batch["duplicate"] + batch["rejected"]
            self.month.accepted += batch["accepted"]
            self.month.rejected += batch["rejected"]
            batches.append((caller, batch["id"]))
        for caller, batch_id in batches:
            await self._until_dispatched(caller, batch_id)
        nil = await self.callers["JT"].request(
            "POST", f"{self.system.warning}/v1/nil-reports", json={"cycle": CYCLE}
        )
        assert nil.status_code == 201, nil.text

    def _record(self, number: int, family: int) -> dict[str, Any]:
        return {
            "source_record_id": f"R{number}",
            "id_number": self.id_number(family),
            "name": f"张{family}",
            "region_code": self.villages[family % len(self.villages)],
            "occurred_on": "2026-11-03",
        }

    async def _until_dispatched(self, caller: Caller, batch_id: str) -> None:
        for _ in range(300):
            batch = await caller.get(f"{self.system.warning}/v1/batches/{batch_id}")
            if batch["state"] == "dispatched":
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"batch stayed {batch['state']}")

    async def _visit(self) -> None:
        """Every township acknowledges its list and answers it; every third household has a confirmed risk."""
        outcomes = ("no_risk", "risk_confirmed", "already_covered")
        for caller in self.townships:
            code = caller.entry["region_code"]
            summary = await caller.get(f"{self.system.warning}/v1/lists/{CYCLE}/{code}")
            receipt = await caller.request("PUT", f"{self.system.warning}/v1/lists/{CYCLE}/{code}/receipt")
            assert receipt.status_code == 200, receipt.text
            tasks = [task async for task in caller.items(f"{self.system.warning}/v1/tasks", cycle=CYCLE)]
            assert len(tasks) == summary["total"]
            answers = []
            for task in tasks:
                assert "*" in task["subject"]["id_number"]
                outcome = outcomes[(self.month.tasks + len(answers)) % 3]
                self.month.confirmed += outcome == "risk_confirmed"
                answers.append(
                    {
                        "task_id": task["id"],
                        "outcome": outcome,
                        "visited_on": TODAY,
                        "verifiers": ["李四", "王五"],
                        "risk_types": ["illness"] if outcome == "risk_confirmed" else [],
                        "version": task["version"],
                    }
                )
            self.month.tasks += len(tasks)
            if answers:
                done = await caller.request(
                    "POST", f"{self.system.warning}/v1/verifications", json={"items": answers}
                )
                assert done.json()["accepted"] == len(answers), done.text

    async def _answer(self) -> None:
        """Departments pull their outcomes and say what they did about those that wait for them."""
        for org in ("YB", "ZJ", "RS"):
            caller = self.callers[org]
            outcomes = [o async for o in caller.items(f"{self.system.warning}/v1/outcomes", cycle=CYCLE)]
            assert all(o["outcome"] for o in outcomes)
            waiting = [
                {"warning_id": o["warning_id"], "measure": "落实帮扶政策", "done_on": TODAY}
                for o in outcomes
                if o["answer_due_on"] is not None
            ]
            if waiting:
                done = await caller.request(
                    "POST", f"{self.system.warning}/v1/policy-receipts", json={"items": waiting}
                )
                assert done.json()["accepted"] == len(waiting), done.text
        rows = [
            row
            async for row in self.callers["county"].items(
                f"{self.system.warning}/v1/statistics/loop", cycle=CYCLE, by="department"
            )
        ]
        self.month.closed = sum(row["closed"] for row in rows)

    async def _look_at_cases(self) -> None:
        """Every confirmed household has a case in the registry, or the task says why not."""
        caller = self.callers["county"]
        for _ in range(200):
            answered = [
                task
                async for task in caller.items(f"{self.system.warning}/v1/tasks", cycle=CYCLE)
                if task["outcome"] == "risk_confirmed" and (task["case_id"] or task["case_refused"])
            ]
            if len(answered) == self.month.confirmed:
                break
            await asyncio.sleep(0.1)
        cases = [case async for case in caller.items(f"{self.system.household}/v1/cases")]
        refused = [task for task in answered if task["case_refused"]]
        assert len(cases) + len(refused) == self.month.confirmed
        assert {case["state"] for case in cases} == {"clue"}
        self.month.cases = len(cases)
