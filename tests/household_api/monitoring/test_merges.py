"""Nobody drops out of monitoring because their household ends in another one."""

from typing import Any

import httpx
import pytest

from tests.household_api.monitoring.conftest import TO_CROSS_CHECK, Open, moved, refusal


async def unmonitored(county: httpx.AsyncClient, open_case: Open) -> str:
    """A household whose case has been rejected."""
    case = await moved(county, await open_case(), "rejected", reason="不符合条件")
    found: str = case["household_id"]
    return found


async def goes_into(
    county: httpx.AsyncClient, household_id: str, home: str, how: str = "merges"
) -> httpx.Response:
    """The one member of a household comes to another."""
    (head,) = (await county.get(f"/v1/households/{household_id}")).json()["members"]
    placed = {"person_id": head["id"], "relationship": "其他"}
    body: dict[str, Any] = {"other_household_id": household_id, "members": [placed]}
    if how == "members":
        body = {"kind": "other", **placed}
    return await county.post(
        f"/v1/households/{home}/{how}",
        json={**body, "happened_on": "2026-11-07", "reason": "投靠"},
        headers={"If-Match": "*"},
    )


@pytest.mark.parametrize("how", ["merges", "members"])
@pytest.mark.parametrize("approved", [True, False])
async def test_a_monitored_household_does_not_end_in_one_that_is_not(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, open_case: Open, how: str, approved: bool
) -> None:
    case, home = await open_case(), await unmonitored(county, open_case)
    if approved:
        await moved(county, case, *TO_CROSS_CHECK)
        await moved(checker, case, "approved")
    refused = await goes_into(county, case["household_id"], home, how)
    assert refusal(refused)[:2] == (409, "monitored_household_ends")
    kept = (await county.get(f"/v1/households/{case['household_id']}")).json()
    assert (kept["ended_on"], len(kept["members"])) == (None, 1)
    # The other way round nobody is lost.
    turned = await goes_into(county, home, case["household_id"], how)
    assert turned.status_code in (200, 201), turned.text


async def test_of_two_monitored_households_one_may_end(county: httpx.AsyncClient, open_case: Open) -> None:
    case, other = await open_case(), await open_case()
    merged = await goes_into(county, other["household_id"], case["household_id"])
    assert merged.status_code == 200, merged.text


async def test_a_household_whose_case_has_ended_may_end(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, open_case: Open
) -> None:
    case, home = await open_case(), await unmonitored(county, open_case)
    await moved(county, case, *TO_CROSS_CHECK)
    await moved(checker, case, "approved", "assisted", "eliminated", reason="收入稳定")
    merged = await goes_into(county, case["household_id"], home)
    assert merged.status_code == 200, merged.text
