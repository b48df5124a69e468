"""Assets and what is planned of a station's income are public, without anybody in them."""

import io

import httpx
import openpyxl

from shared.tables.content_types import MEDIA_TYPES
from shared.testing.services import RunningService
from tests.factories.assets import household, make_asset, make_station, plan_body
from tests.factories.funds import created
from tests.funds_api.disbursements.conftest import funds, registry
from tests.funds_api.disclosure.test_disclosures import COLUMNS, anybody
from tests.funds_api.registry_stub import RegistryStub

__all__ = ["funds", "registry"]

QUERY = {"county": "231226", "year": "2026", "limit": "500"}


async def test_village_assets_and_plans_are_public_and_no_household_is(
    funds: RunningService, finance: httpx.AsyncClient, registry: RegistryStub
) -> None:
    family = household(registry)
    asset = await make_asset(finance)
    change = {"name": "大棚二", "reason": "改名"}
    await finance.patch(f"/v1/assets/{asset['id']}", json=change, headers={"If-Match": "*"})
    owner = {"kind": "household", "household_id": family}
    owned = await make_asset(finance, kind="household_owned", owner=owner, name="张三家的牛")
    station = await make_station(finance, "100.00")
    plan = await created(
        finance,
        f"/v1/photovoltaic-stations/{station['id']}/distributions",
        plan_body(posts=[{"post": "保洁员", "household_id": family, "amount": "60.00"}], rewards="20.00"),
    )
    reward = {"use": "reward", "amount": "20.00", "household_id": family, "document_no": "名单"}
    paid = {"paid_on": "2026-11-05", "items": [reward]}
    await created(finance, f"/v1/income-distributions/{plan['id']}/payments", paid)
    async with anybody(funds) as reader:
        answer = await reader.get("/v1/disclosures", params=QUERY)
        assert answer.status_code == 200, answer.text
        workbook = await reader.get(
            "/v1/disclosures", params={**QUERY, "kind": "income"}, headers={"Accept": MEDIA_TYPES["xlsx"]}
        )
        elsewhere = await reader.get("/v1/disclosures", params={**QUERY, "region": "231226101"})
    items = {item["id"]: item for item in answer.json()["items"]}
    assert all(set(item) == COLUMNS for item in items.values())
    shown = ("kind", "name", "state", "amount", "paid", "region_code")
    assert tuple(items[asset["id"]][name] for name in shown) == (
        "asset",
        "大棚二",
        "in_use",
        "1000.00",
        None,
        "231226100201",
    )
    assert tuple(items[plan["id"]][name] for name in shown) == (
        "income",
        "东方红村光伏电站",
        "open",
        "80.00",
        "20.00",
        "231226100201",
    )
    assert owned["id"] not in items
    for secret in (family, "张三", "司马", "保洁员"):
        assert secret not in answer.text
    assert elsewhere.json()["items"] == []
    sheet = openpyxl.load_workbook(io.BytesIO(workbook.content)).active
    assert sheet is not None
    [row] = sheet.iter_rows(min_row=3, values_only=True)
    assert (row[0], row[6], row[8], row[9]) == ("光伏收益分配", "东方红村光伏电站", "执行中", 80)
