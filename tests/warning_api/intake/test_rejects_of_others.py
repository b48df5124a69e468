"""A department sees its rejected records as it sent them; the county needs a purpose for who they are."""

import pytest

from tests.factories.warnings import record
from tests.warning_api.conftest import County


async def test_the_county_sees_persons_only_with_a_purpose(common: County) -> None:
    bad = record(
        "private-1", indicator="没有这个指标", name="欧阳测试", phone="15400000000", detail="某种病情"
    )
    answer = await common.yb.post(
        "/v1/batches", params={"batch_no": "private"}, json={"records": [{**bad, "备注一": "欧阳测试之妻"}]}
    )
    path = f"/v1/batches/{answer.json()['id']}/rejects"
    own = (await common.yb.get(path)).json()["items"][0]["record"]
    assert own["name"] == "欧阳测试"
    seen = await common.bureau.get(path)
    assert not any(word in seen.text for word in ("欧阳", "15400000000", "病情", bad["id_number"]))
    assert seen.json()["items"][0]["errors"][0]["code"] == "unknown_indicator"
    full = await common.bureau.get(path, headers={"X-Purpose": "check:task-1"})
    assert full.json()["items"][0]["record"]["name"] == "欧阳测试"
    async with common.owner() as owner:
        written = await owner.fetchval(
            "SELECT count(*) FROM warning.audit_entry WHERE action = 'rejects.disclosed'"
        )
    assert written == 1


async def test_a_record_whose_columns_have_shifted_tells_no_more(common: County) -> None:
    bad = record("private-2", indicator="没有这个指标")
    number = bad["id_number"]
    shifted = {**bad, "occurred_on": number, "amount": "13800001234", "region_code": f" {number} "}
    answer = await common.yb.post("/v1/batches", params={"batch_no": "shifted"}, json={"records": [shifted]})
    assert answer.json()["rejected"] == 1, answer.text
    path = f"/v1/batches/{answer.json()['id']}/rejects"
    seen = await common.bureau.get(path)
    assert not any(word in seen.text for word in (number, number[6:14], "13800001234"))
    shown = seen.json()["items"][0]["record"]
    assert (shown["indicator"], shown["amount"]) == ("没有这个指标", "*******1234")
    assert (await common.yb.get(path)).json()["items"][0]["record"]["occurred_on"] == number


@pytest.mark.parametrize(
    ("sent", "seen"),
    [("231226196307179040", "231226************"), ("王小明", "***"), ("YB-2026-1", "YB-2026-1")],
)
async def test_what_stands_for_the_number_tells_no_more(common: County, sent: str, seen: str) -> None:
    bad = record(sent, indicator="没有这个指标")
    answer = await common.post_batch(common.yb, f"number {seen[-6:]}", [bad])
    path = f"/v1/batches/{answer.json()['id']}/rejects"
    assert (await common.bureau.get(path)).json()["items"][0]["source_record_id"] == seen
    assert (await common.yb.get(path)).json()["items"][0]["source_record_id"] == sent
