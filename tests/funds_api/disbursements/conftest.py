"""funds_api with a registry that answers from a list, a bank side in a directory, and two officers of finance."""

from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from stdnum import luhn

from services.funds_api.app import create_app
from services.funds_api.bank.file_exchange import FileExchange
from services.funds_api.bank.layout import BankFileLayout
from services.funds_api.disbursements.sending import send, take_answers
from shared.parameters.disbursement_defaults import DISBURSEMENTS
from shared.testing.databases import TestDatabase
from shared.testing.services import SMALL_COUNTY, RunningService, add_county, start_service
from tests.factories.clock import INSIDE_THE_WINDOW
from tests.funds_api.registry_stub import RegistryStub

COUNTY = "231226"
CARDS = count(1)
LAYOUT = BankFileLayout.of(next(each.value for each in DISBURSEMENTS if each.name == "bank_file_layout"))


class Treasury:
    """Two officers, the families of the county, and the bank's directory."""

    def __init__(self, running: RunningService, registry: RegistryStub, folder: Path) -> None:
        self.running = running
        self.registry = registry
        self.folder = folder
        self.bank = FileExchange(folder, LAYOUT)
        self.maker = running.client("finance", COUNTY, COUNTY, name="maker")
        self.checker = running.client("finance", COUNTY, COUNTY, name="checker")

    def family(self, name: str = "张三", **kind: str) -> str:
        household = str(uuid4())
        self.registry.add(household, name, **kind)
        return household

    def card(self) -> str:
        """One that no other test has."""
        first = f"622202{next(CARDS):012d}"
        return first + luhn.calc_check_digit(first)

    def item(self, amount: str = "100.00", **fields: Any) -> dict[str, Any]:
        household = fields.pop("household_id", None) or self.family(fields.get("payee", "张三"))
        return {
            "household_id": household,
            "payee": "张三",
            "account": self.card(),
            "amount": amount,
            "purpose": "产业奖补",
            "period": "2026",
            **fields,
        }

    async def submit(
        self, origin: dict[str, str], items: list[dict[str, Any]], **fields: Any
    ) -> httpx.Response:
        fen = sum(int(item["amount"].replace(".", "")) for item in items)
        total = f"{fen // 100}.{fen % 100:02d}"
        body = {**origin, "count": len(items), "total": total, "items": items, **fields}
        return await self.maker.post("/v1/disbursements", json=body)

    async def submitted(self, origin: dict[str, str], items: list[dict[str, Any]]) -> dict[str, Any]:
        answer = await self.submit(origin, items)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def approve(self, batch: dict[str, Any], by: httpx.AsyncClient | None = None) -> httpx.Response:
        return await (by or self.checker).post(
            f"/v1/disbursements/{batch['id']}/approval", headers={"If-Match": f'"{batch["version"]}"'}
        )

    async def approved(self, origin: dict[str, str], items: list[dict[str, Any]]) -> dict[str, Any]:
        batch = await self.submitted(origin, items)
        answer = await self.approve(batch)
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def send(self, batch: dict[str, Any]) -> None:
        await send(self.running.context, COUNTY, UUID(batch["id"]), self.bank)

    async def take_answers(self) -> None:
        await take_answers(self.running.context, COUNTY, self.bank)

    async def get(self, path: str) -> Any:
        answer = await self.maker.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def items(self, batch: dict[str, Any], **params: str) -> list[dict[str, Any]]:
        answer = await self.maker.get(
            f"/v1/disbursements/{batch['id']}/items", params={"limit": "500", **params}
        )
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    async def receipts(self, batch: dict[str, Any], *said: dict[str, Any]) -> httpx.Response:
        return await self.maker.post(f"/v1/disbursements/{batch['id']}/receipts", json={"items": list(said)})


@pytest_asyncio.fixture(scope="module")
async def registry() -> RegistryStub:
    return RegistryStub()


@pytest_asyncio.fixture(scope="module")
async def funds(database: TestDatabase, registry: RegistryStub) -> AsyncIterator[RunningService]:
    await add_county(database, "funds", SMALL_COUNTY)
    running = start_service("funds_api", database, create_app, INSIDE_THE_WINDOW, registry.transport())
    yield running
    await running.context.close()


@pytest.fixture
def treasury(funds: RunningService, registry: RegistryStub, tmp_path: Path) -> Treasury:
    registry.down = False
    return Treasury(funds, registry, tmp_path / COUNTY)
