"""The income line: none by default; last year's until this year's is issued."""

from datetime import date
from decimal import Decimal

import httpx

from shared.parameters import income_line, parameter
from shared.testing.services import RunningService


async def put(county: httpx.AsyncClient, value: str, valid_from: str) -> None:
    body = {"name": "income_line", "value": value, "valid_from": valid_from, "source": "某省文件"}
    assert (await county.put("/v1/parameters", json=body)).status_code == 200


async def test_last_years_line_applies_provisionally(
    running: RunningService, county: httpx.AsyncClient
) -> None:
    async with running.context.begin("231226") as tx:
        assert await income_line(tx) is None
    await put(county, "7500.00", "2025-03-01")
    async with running.context.begin("231226") as tx:
        line = await income_line(tx)
        assert line is not None
        assert (line.amount, line.year, line.provisional) == (Decimal("7500.00"), 2025, True)
        earlier = await income_line(tx, date(2025, 12, 31))
        assert earlier is not None and not earlier.provisional
        assert await income_line(tx, date(2025, 2, 28)) is None
    await put(county, "8100.00", "2026-01-01")
    async with running.context.begin("231226") as tx:
        line = await income_line(tx)
        assert line is not None
        assert line.used == {
            "name": "income_line",
            "version": 2,
            "value": "8100.00",
            "year": 2026,
            "provisional": False,
        }
        assert (await parameter(tx, "plan_days")).used == {"name": "plan_days", "version": 1, "value": 10}
