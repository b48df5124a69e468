"""A county in which whatever can happen happens, several things at once, in an order drawn by lot."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import httpx

from services.warning_api.counting.tasks import fold_counts
from services.warning_api.dispatch import recoding
from shared.clock import BusinessClock
from shared.runtime.context import ServiceContext
from tests.factories.warnings import COUNTY, OTHER_VILLAGE, VILLAGE, new_id_number, record, registered, visit
from tests.warning_api.conftest import County

NEIGHBOUR = "231226100202"
OUTCOMES = (
    "risk_confirmed",
    "needs_department",
    "no_risk",
    "already_covered",
    "not_found",
    "moved",
    "deceased",
)
#: Refusals that others may cause by being quicker, or that the lot may draw.
REFUSED = {404, 409, 412, 422}


def option() -> dict[str, Any]:
    """A person whom the registry is not sure of."""
    return {**registered(), "score": 0.7, "reasons": ["name"], "name": "待定"}


class Play:
    """``steps`` times one to four acts at once. What each was refused is as in life; a failure is none."""

    def __init__(self, county: County, seed: int) -> None:
        self.county = county
        self.lot = Random(seed)
        self.people: list[str] = []
        self.pending: list[dict[str, Any]] = []
        self.batches = 0
        self.done: Counter[str] = Counter()
        self.ruling = asyncio.Lock()

    async def go(self, steps: int) -> None:
        for _ in range(steps):
            acts = self.lot.choices(self.acts(), weights=self.weights(), k=self.lot.randint(1, 4))
            await asyncio.gather(*(act() for act in acts))

    def acts(self) -> list[Callable[[], Awaitable[None]]]:
        return [
            *(self.push, self.compare, self.answer, self.correct_answer, self.acknowledge, self.send_back),
            *(self.extend, self.withdraw, self.correct, self.reply, self.decide, self.undo, self.assign),
            *(self.accept, self.fold, self.pass_days, self.turn_a_rule, self.move_village),
        ]

    def weights(self) -> list[int]:
        return [5, 5, 8, 2, 3, 3, 2, 2, 1, 5, 2, 1, 2, 2, 2, 1, 1, 1]

    def check(self, answer: httpx.Response) -> httpx.Response:
        assert answer.status_code < 300 or answer.status_code in REFUSED, answer.text
        last = answer.request.url.path.rpartition("/")[2]
        self.done[last if answer.status_code < 300 else f"{last} refused"] += 1
        return answer

    def person(self) -> str | None:
        """Somebody known, somebody new, or nobody in particular."""
        drawn = self.lot.random()
        if drawn < 0.15:
            return None
        if drawn < 0.55 and self.people:
            return self.lot.choice(self.people)
        number = new_id_number()
        self.people.append(number)
        if drawn < 0.85:
            kind = self.lot.choice(("lifted", "low_income", "ordinary"))
            region = self.lot.choice((VILLAGE, OTHER_VILLAGE, NEIGHBOUR))
            self.county.registry.persons[number] = registered(region, household_type=kind)
        return number

    async def push(self) -> None:
        self.batches += 1
        number, org = self.batches, self.lot.choice(("YB", "ZJ"))
        records = []
        for n in range(self.lot.randint(2, 8)):
            region = self.lot.choice((VILLAGE, OTHER_VILLAGE, COUNTY, "110101001001"))
            name = self.lot.choice(("张三", "李四", "待定"))
            records.append(
                record(
                    self.lot.choice((f"{number}-{n}", f"again-{n}", "")),
                    id_number=self.person(),
                    name=name,
                    region_code=region,
                    indicator=self.lot.choice(("YB01", "YB02")) if org == "YB" else "ZJ01",
                    amount=self.lot.choice(("15100.00", "10.00")) if org == "YB" else None,
                )
            )
        urgent = {"urgent_reason": "洪涝"} if self.lot.random() < 0.5 or self.late else {}
        client = self.county.caller("department", org)
        answer = self.check(await self.county.post_batch(client, f"B{number}", records, **urgent))
        if answer.status_code == 201:
            self.pending.append(answer.json())

    @property
    def late(self) -> bool:
        return self.county.running.context.clock.today().day > 15

    async def compare(self) -> None:
        if self.pending:
            await self.county.compare(self.pending.pop(self.lot.randrange(len(self.pending))))

    async def tasks(self, client: httpx.AsyncClient, **params: Any) -> list[dict[str, Any]]:
        found = await self.county.tasks(client, limit=500, **params)
        return self.lot.sample(found, min(len(found), 3))

    async def answer(self, *states: str) -> None:
        towns = (self.county.township, self.county.other_township)
        client = self.lot.choice(towns)
        tasks = [
            task
            for state in states or ("pending", "received", "returned")
            for task in await self.tasks(client, state=state)
        ]
        items = []
        for task in tasks:
            outcome = self.lot.choice(OUTCOMES)
            clues = task["clues"] if self.lot.random() < 0.5 else []
            items.append(
                visit(
                    task,
                    outcome,
                    visited_on=str(self.county.running.context.clock.today()),
                    verifiers=["王五", "李四"],
                    needs_org="ZJ",
                    risk_types=["illness"] if outcome == "risk_confirmed" else [],
                    per_capita_income="6000.00",
                    guarantees={"housing": True},
                    clues=[
                        {"warning_id": clue["warning_id"], "outcome": self.lot.choice(OUTCOMES)}
                        for clue in clues
                    ],
                )
            )
        if items:
            self.check(await client.post("/v1/verifications", json={"items": items}))

    async def correct_answer(self) -> None:
        await self.answer("verified", "closed")

    async def acknowledge(self) -> None:
        for client, code in ((self.county.township, "231226100"), (self.county.other_township, "231226101")):
            self.check(await client.put(f"/v1/lists/2026-11/{code}/receipt"))

    async def on_a_task(self, client: httpx.AsyncClient, path: str, body: Any, **params: Any) -> None:
        for task in (await self.tasks(self.county.bureau, **params))[:1]:
            url = f"/v1/tasks/{task['id']}/{path}"
            self.check(await client.post(url, json=body, headers={"If-Match": "*"}))

    async def send_back(self) -> None:
        state = self.lot.choice(("verified", "closed"))
        await self.on_a_task(self.county.bureau, "return", {"reason": "请重新入户"}, state=state)

    async def extend(self) -> None:
        await self.on_a_task(self.county.township, "extension", {"reason": "道路不通"}, region="231226100")

    async def accept(self) -> None:
        await self.on_a_task(self.county.bureau, "acceptance", None, state="verified")

    async def a_warning(self, client: httpx.AsyncClient) -> dict[str, Any] | None:
        answer = await client.get("/v1/warnings", params={"cycle": "2026-11", "limit": 500})
        items = answer.json()["items"]
        return self.lot.choice(items) if items else None

    async def withdraw(self) -> None:
        client = self.lot.choice((self.county.yb, self.county.zj))
        if warning := await self.a_warning(client):
            self.check(await client.post(f"/v1/warnings/{warning['id']}/withdrawal", json={"reason": "误报"}))

    async def correct(self) -> None:
        if warning := await self.a_warning(self.county.yb):
            body = {"amount": "20000.00", "reason": "金额有误"}
            self.check(await self.county.yb.post(f"/v1/warnings/{warning['id']}/corrections", json=body))

    async def reply(self) -> None:
        client = self.lot.choice((self.county.yb, self.county.zj))
        today = str(self.county.running.context.clock.today())
        outcomes = (await client.get("/v1/outcomes", params={"limit": 500})).json()["items"]
        waiting = [one for one in outcomes if one["state"] == "fed_back"]
        items = [
            {"warning_id": one["warning_id"], "measure": "医疗救助", "done_on": today}
            for one in self.lot.sample(waiting, min(3, len(waiting)))
        ]
        if items:
            self.check(await client.post("/v1/policy-receipts", json={"items": items}))

    async def decide(self) -> None:
        await self.on_a_candidate(decided=False)

    async def undo(self) -> None:
        await self.on_a_candidate(decided=True)

    async def on_a_candidate(self, *, decided: bool) -> None:
        client = self.county.bureau
        answer = await client.get("/v1/candidates", params={"decided": decided, "limit": 500})
        items = answer.json()["items"]
        if not items:
            return
        row, headers = self.lot.choice(items), {"If-Match": "*"}
        url = f"/v1/candidates/{row['id']}"
        if decided:
            self.check(await client.post(f"{url}/undo", json={"reason": "选错了"}, headers=headers))
            return
        chosen = self.lot.choice([None, *(option["person_id"] for option in row["options"])])
        self.check(await client.post(f"{url}/decision", json={"person_id": chosen}, headers=headers))

    async def assign(self) -> None:
        waiting = [
            t for t in await self.county.tasks(self.county.bureau, limit=500) if not t["dispatched_at"]
        ]
        for task in waiting[:2]:
            body = {
                "cycle": "2026-11",
                "task_id": task["id"],
                "region_code": self.lot.choice((VILLAGE, OTHER_VILLAGE)),
            }
            self.check(await self.county.bureau.post("/v1/dispatches", json=body))

    async def fold(self) -> None:
        await fold_counts(self.county.running.context, {})

    async def pass_days(self) -> None:
        context = self.county.running.context
        if context.clock.today().day < 26:
            later = timedelta(days=self.lot.randint(1, 3), hours=self.lot.randint(0, 5))
            context.clock = BusinessClock(context.clock.offset + later)

    async def turn_a_rule(self) -> None:
        name = self.lot.choice(("review_feedback", "review_dispatch", "dispatch_below_threshold"))
        value = self.lot.choice(("true", "false"))
        async with self.ruling:
            await self.county.set_parameter(name, value)

    async def move_village(self) -> None:
        """A village is called otherwise, while everybody goes on with what they have read."""
        settings = replace(self.county.running.context.settings, database_url=self.county.database.owner_url)
        owner = ServiceContext(settings, self.county.running.context.clock)
        try:
            async with owner.begin(COUNTY) as tx:
                await recoding.move(tx, {NEIGHBOUR: VILLAGE})
        finally:
            await owner.close()

    async def finish(self) -> None:
        """Nothing is left uncompared."""
        while self.pending:
            await self.compare()
