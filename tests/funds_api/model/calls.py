"""The same operations through the API; each answers the refusal's code, or ``""``."""

from decimal import Decimal
from typing import Any

import httpx

from tests.factories.funds import contract_body, move, payment_body, project_body
from tests.funds_api.model.plain import YEAR

NOTICE = {"document_no": "绥财预〔2026〕1号"}

#: A day of each year in which something may be dated: the last of the one, and today.
DAYS = {YEAR: f"{YEAR}-12-31", YEAR + 1: f"{YEAR + 1}-11-08"}


def yuan(fen: int) -> str:
    return f"{Decimal(fen) / 100:.2f}"


class Calls:
    """``finance`` makes what ``checker`` checks. Ids are kept in the order in which things were made."""

    def __init__(self, finance: httpx.AsyncClient, checker: httpx.AsyncClient) -> None:
        self.finance = finance
        self.checker = checker
        self.sources: list[str] = []
        self.allocations: list[str] = []
        self.projects: list[str] = []
        self.contracts: list[str] = []
        self.payments: list[str] = []

    async def post(self, path: str, body: dict[str, Any], kept: list[str] | None = None) -> str:
        answer = await self.finance.post(path, json=body)
        if answer.status_code == 201:
            if kept is not None:
                kept.append(answer.json()["id"])
            return ""
        return str(answer.json()["code"])

    async def add_source(self, amount: int) -> str:
        body = {"level": "city", "year": YEAR, "amount": yuan(amount), "document_no": "绥财〔2025〕1号"}
        return await self.post("/v1/sources", body, self.sources)

    async def allocate(self, place: int, amount: int) -> str:
        body = {"source_id": self.sources[place], "region_code": "231226", "purpose": "other"}
        return await self.post("/v1/allocations", body | {"amount": yuan(amount)}, self.allocations)

    async def adjust(self, place: int, amount: int) -> str:
        body = {"amount": yuan(amount), "reason": "调整", "document_no": "1"}
        return await self.post(f"/v1/allocations/{self.allocations[place]}/adjustments", body)

    async def add_project(self, parts: dict[int, int], spare: int) -> str:
        given = [(self.allocations[place], yuan(amount)) for place, amount in parts.items()]
        body = project_body(*given, budget=yuan(sum(parts.values()) + spare))
        return await self.post("/v1/projects", body, self.projects)

    async def fund(self, place: int, at: int, amount: int) -> str:
        body = {"allocation_id": self.allocations[at], "amount": yuan(amount), "reason": "调整"}
        return await self.post(f"/v1/projects/{self.projects[place]}/fundings", body)

    async def move(self, place: int, to: str) -> str:
        current = (await self.finance.get(f"/v1/projects/{self.projects[place]}")).json()
        return str((await move(self.finance, current, to, reason="调整")).json().get("code", ""))

    async def add_contract(self, place: int, amount: int) -> str:
        number = str(len(self.contracts))
        body = contract_body(self.projects[place], yuan(amount), number=number, signed_on=DAYS[YEAR + 1])
        return await self.post("/v1/contracts", body, self.contracts)

    async def supplement(self, place: int, amount: int) -> str:
        body = {"amount": yuan(amount), "signed_on": DAYS[YEAR + 1], "document_no": "1", "reason": "变更"}
        return await self.post(f"/v1/contracts/{self.contracts[place]}/supplements", body)

    async def pay(self, place: int, contract: int | None, amount: int, use: str, year: int) -> str:
        body = payment_body(
            self.projects[place],
            yuan(amount),
            paid_on=DAYS[year],
            retention=use == "retained",
            payee_kind="unit" if use == "transferred" else "contractor",
            contract_id=None if contract is None else self.contracts[contract],
        )
        return await self.post("/v1/payments", body, self.payments)

    async def settle(self, place: int, amount: int, year: int, *, transferred: bool) -> str:
        body = {"amount": yuan(amount), "paid_on": DAYS[year]}
        path = f"/v1/payments/{self.payments[place]}"
        if transferred:
            return await self.post(f"{path}/onward", body | {"payee": "甲"}, self.payments)
        return await self.post(f"{path}/release", body, self.payments)

    async def reverse(self, place: int) -> str:
        path = f"/v1/payments/{self.payments[place]}/reversal"
        return await self.post(path, {"reason": "误"}, self.payments)

    async def close(self) -> str:
        refused = await self.post(f"/v1/years/{YEAR}/closing", {})
        if refused:
            return refused
        path = f"/v1/years/{YEAR}/closing/approval"
        answer = await self.checker.post(path, headers={"If-Match": "*"})
        return str(answer.json().get("code", ""))

    async def carry_source(self, place: int) -> str:
        return await self.post(f"/v1/sources/{self.sources[place]}/carry-over", NOTICE, self.sources)

    async def carry_allocation(self, place: int) -> str:
        path = f"/v1/allocations/{self.allocations[place]}/carry-over"
        return await self.post(path, NOTICE, self.allocations)

    async def read(self, kind: str, id_: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.finance.get(f"/v1/{kind}/{id_}")).json()
        return found
