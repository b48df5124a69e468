"""The second wall: what row-level security alone shows of what is inspected."""

import pytest

from shared.auth import Reach
from shared.identifiers.regions import region_range
from shared.testing.databases import settings_text
from tests.factories.inspection import passed_down
from tests.factories.warnings import OTHER_VILLAGE
from tests.warning_api.conftest import County
from tests.warning_api.filing.test_row_level_security import EMPTY, as_service
from tests.warning_api.rectification.test_problems import filed, step
from tests.warning_api.surveys.test_surveys import call, drawn, samples, verified

OF_PARTIES = ("problem", "problem_part", "problem_step")
OF_PLACES = ("survey_sample", "petition", "petition_step")


@pytest.fixture
async def full(common: County) -> County:
    """Rows in every table, of the first township and of YB."""
    async with common.owner() as owner:
        if await owner.fetchval("SELECT count(*) FROM warning.petition_step"):
            return common
    found = await filed(common)
    await step(common.yb, found, "rectified")
    petition = (await common.bureau.post("/v1/petitions", json=passed_down())).json()
    await common.township.post(
        f"/v1/petitions/{petition['id']}/transitions",
        json={"to": "checked", "text": "属实"},
        headers={"If-Match": "*"},
    )
    await verified(common)
    survey = await drawn(common)
    (sample,) = await samples(common, survey)
    await call(common, survey, sample, "refused")
    return common


def within(region: str, org: str = "*") -> str:
    return settings_text(Reach("231226", (region_range(region),), org))


@pytest.mark.parametrize("table", OF_PARTIES + OF_PLACES)
async def test_place_and_organisation_narrow_by_themselves(full: County, table: str) -> None:
    async def seen(settings: str) -> int:
        async with as_service(full, settings) as connection:
            count: int = await connection.fetchval(f"SELECT count(*) FROM warning.{table}")
            return count

    everything = await seen(within("231226"))
    assert everything > 0
    assert await seen(within("231226100")) == everything
    assert await seen(within(OTHER_VILLAGE[:9])) == 0
    assert await seen(EMPTY) == 0
    if table in OF_PARTIES:
        assert await seen(within("231226", "YB")) == everything
        assert await seen(within("231226", "ZJ")) == 0
