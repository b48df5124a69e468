"""Open problems, petitions and calls go along when their place is called otherwise."""

from dataclasses import replace

from services.warning_api.dispatch import recoding
from shared.runtime.context import ServiceContext
from tests.factories.inspection import passed_down
from tests.factories.warnings import COUNTY, OTHER_VILLAGE, VILLAGE
from tests.warning_api.conftest import County, got
from tests.warning_api.rectification.test_problems import filed, step, uploaded
from tests.warning_api.surveys.test_surveys import drawn, samples, verified


async def test_what_is_open_goes_along_and_what_is_closed_stays(county: County) -> None:
    open_one, done = await filed(county), await filed(county, source="quality", org_code=None)
    evidence = await uploaded(county.township, f"problem/{open_one['id']}")
    await step(county.township, open_one, "rectified", attachments=[evidence])
    await step(county.township, done, "rectified")
    await step(county.bureau, done, "accepted")
    petition = (await county.bureau.post("/v1/petitions", json=passed_down())).json()
    checked = await county.township.post(
        f"/v1/petitions/{petition['id']}/transitions",
        json={"to": "checked", "text": "属实"},
        headers={"If-Match": "*"},
    )
    assert checked.status_code == 200
    await verified(county)
    survey = await drawn(county)

    running = county.running.context
    owner = ServiceContext(replace(running.settings, database_url=county.database.owner_url), running.clock)
    async with owner.begin(COUNTY) as tx:
        assert (await recoding.standing(tx, [VILLAGE]))[VILLAGE] == {"problems": 1, "petitions": 1}
        await recoding.move(tx, {VILLAGE: OTHER_VILLAGE})
    await owner.close()

    moved = await got(county.other_township, f"/v1/problems/{open_one['id']}")
    assert (moved["region_code"], moved["township_code"]) == (OTHER_VILLAGE, "231226101")
    assert [one["state"] for one in moved["history"]] == ["rectified"]
    assert (await county.other_township.get(f"/v1/attachments/{evidence}")).status_code == 200
    assert (await county.township.get(f"/v1/problems/{open_one['id']}")).status_code == 404
    assert (await got(county.township, f"/v1/problems/{done['id']}"))["region_code"] == VILLAGE
    followed = await got(county.other_township, f"/v1/petitions/{petition['id']}")
    assert [one["text"] for one in followed["history"]] == ["属实"]
    assert [sample["region_code"] for sample in await samples(county, survey)] == [OTHER_VILLAGE]
    assert (await county.events(f"problem/{open_one['id']}"))[-1] == ("problem.assigned", 3)
    assert (await county.events(f"petition/{petition['id']}"))[-1] == ("petition.passed", 3)
