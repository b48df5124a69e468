"""While a large batch is being filed, the comparison of large ones steps back, and no longer than it must."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from services.warning_api.comparison import service
from services.warning_api.intake import rush
from tests.factories.warnings import COUNTY, record
from tests.warning_api.conftest import County, got


@asynccontextmanager
async def a_rush(county: County) -> AsyncIterator[None]:
    async with county.running.context.begin(COUNTY) as tx:
        await rush.begin(tx)
        yield


async def state(county: County, batch: dict[str, Any]) -> str:
    return str((await got(county.yb, f"/v1/batches/{batch['id']}"))["state"])


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "CHUNK", 1)


@pytest.fixture
async def batch(county: County) -> dict[str, Any]:
    answer = await county.post_batch(county.yb, "B1", [record("1"), record("2")])
    return dict(answer.json())


async def test_a_large_batch_waits_for_the_end_of_the_rush(
    county: County, small_chunks: None, batch: dict[str, Any]
) -> None:
    async with a_rush(county):
        comparing = asyncio.create_task(county.compare(batch))
        await asyncio.sleep(0.3)
        assert await state(county, batch) == "filed"
    await asyncio.wait_for(comparing, 10)
    assert await state(county, batch) == "dispatched"


async def test_nobody_waits_for_ever(
    county: County, small_chunks: None, batch: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rush.Courtesy.__init__, "__defaults__", (0.3,))
    async with a_rush(county):
        await asyncio.wait_for(county.compare(batch), 10)
        assert await state(county, batch) == "dispatched"


async def test_small_batches_do_not_wait(county: County, batch: dict[str, Any]) -> None:
    async with a_rush(county):
        await asyncio.wait_for(county.compare(batch), 10)
        assert await state(county, batch) == "dispatched"


async def test_urgent_batches_do_not_wait(county: County, small_chunks: None) -> None:
    async with a_rush(county):
        compared = await asyncio.wait_for(
            county.push(county.yb, "B2", [record("1"), record("2")], urgent_reason="暴雨倒塌房屋"), 10
        )
        assert compared["state"] == "dispatched"


async def test_a_large_body_that_is_being_filed_is_a_rush(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    async def looking(*arguments: Any) -> None:
        async with county.running.context.begin(COUNTY) as tx:
            seen.append(await rush.is_on(tx))

    monkeypatch.setattr("services.warning_api.filing.staging.Stage.file", looking)
    for number, bound in enumerate((10**6, 10)):
        monkeypatch.setattr("services.warning_api.intake.service.LARGE_BYTES", bound)
        assert (await county.post_batch(county.yb, f"B{number}", [record("1")])).status_code == 422
    assert seen == [False, True]
