"""A household moves to another township while its case is under way."""

import httpx

from services.household_api.monitoring.service import households_moved
from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.registry import OTHER_VILLAGE, VILLAGE, id_number
from tests.household_api.conftest import COUNTY
from tests.household_api.monitoring.conftest import Open, moved, to, told


async def test_the_case_goes_along_and_keeps_where_it_was(
    county: httpx.AsyncClient,
    township: httpx.AsyncClient,
    other_township: httpx.AsyncClient,
    open_case: Open,
    database: TestDatabase,
) -> None:
    number = id_number("19770707", 7)
    case = await open_case({"id_number": number})
    rows = [{"id_number": number, "kind": "vehicle", "found": "农用车"}]
    await county.post("/v1/cross-checks", params={"source": "车管所"}, json={"records": rows})
    await moved(township, case, "visited", "appraised", "noticed")
    await township.post(f"/v1/cases/{case['id']}/objections", json={"objection": "已搬走"})
    before = (await township.get(f"/v1/cases/{case['id']}")).json()

    path = f"/v1/households/{case['household_id']}"
    change = await county.patch(
        path, json={"region_code": OTHER_VILLAGE, "reason": "迁居"}, headers={"If-Match": "*"}
    )
    assert change.status_code == 200, change.text

    assert (await township.get(f"/v1/cases/{case['id']}")).status_code == 404
    after = (await other_township.get(f"/v1/cases/{case['id']}")).json()
    assert (after["region_code"], after["version"]) == (OTHER_VILLAGE, before["version"] + 1)
    for part in ("history", "periods", "clocks", "objections", "hits"):
        assert after[part] == before[part] and after[part], part
    assert {step["place_code"] for step in after["history"]} == {VILLAGE}
    (event,) = [data for kind, _, data in await told(database, case) if kind == "bihuan.case.moved"]
    assert event == {
        "case_id": case["id"],
        "household_id": case["household_id"],
        "state": "noticed",
        "from": VILLAGE,
        "to": OTHER_VILLAGE,
        "township_code": "231226101",
    }
    stale = await other_township.post(
        f"/v1/cases/{case['id']}/transitions",
        json={"to": "returned", "reason": "迁居后重新核实"},
        headers={"If-Match": f'"{before["version"]}"'},
    )
    assert stale.status_code == 412
    returned = await moved(other_township, case, "returned", reason="迁居后重新核实")
    assert returned["history"][-1]["place_code"] == OTHER_VILLAGE


async def test_many_move_at_once_and_who_stays_is_not_told_of(
    running: RunningService, county: httpx.AsyncClient, open_case: Open, database: TestDatabase
) -> None:
    cases = [await open_case() for _ in range(3)]
    ended = await moved(county, cases[2], "rejected", reason="不符合条件")
    goes = {case["household_id"]: OTHER_VILLAGE for case in cases[1:]}
    async with running.context.begin(COUNTY) as tx:
        await households_moved(tx, {**goes, cases[0]["household_id"]: VILLAGE})
        await households_moved(tx, goes)
        await households_moved(tx, {})
    moves = [[kind for kind, _, _ in await told(database, case) if "moved" in kind] for case in cases]
    assert moves == [[], ["bihuan.case.moved"], ["bihuan.case.moved"]]
    # A case at its end goes along as well: its history is the household's.
    assert (await county.get(f"/v1/cases/{ended['id']}")).json()["region_code"] == OTHER_VILLAGE
    assert (await to(county, ended, "visited")).status_code == 409
