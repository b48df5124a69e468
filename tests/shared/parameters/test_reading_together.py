"""Several parameters in one statement are what each is alone."""

from datetime import date

import pytest

from shared.parameters import ParameterMissing, parameter, read_together
from shared.testing.databases import TestDatabase
from shared.testing.services import SMALL_COUNTY, add_county, start_service
from tests.factories.clock import INSIDE_THE_WINDOW

COUNTY = "231226"
ADD = (
    "INSERT INTO warning.parameter (county_code, name, version, valid_from, value, source, set_by, set_at)"
    " VALUES ($1, 'cycle_opens_day', $2, $3, $4, '', '', now())"
)


async def test_together_is_as_alone_and_a_change_counts_from_the_next_transaction(
    database: TestDatabase,
) -> None:
    service = start_service("warning_api", database, lambda context: None, INSIDE_THE_WINDOW).context
    await add_county(database, "warning", SMALL_COUNTY)
    owner = await database.connect()
    await owner.execute(ADD, COUNTY, 2, date(2026, 11, 1), "6")
    await owner.execute(ADD, COUNTY, 3, date(2026, 12, 1), "9")
    async with service.begin(COUNTY) as tx:
        alone = [await parameter(tx, name) for name in ("cycle_opens_day", "departments")]
        assert alone[0].value == 6
        await read_together(tx, ["cycle_opens_day", "departments", "no_such_name"])
        assert [await parameter(tx, name) for name in ("cycle_opens_day", "departments")] == alone
        assert (await parameter(tx, "cycle_opens_day", date(2026, 12, 1))).value == 9
        with pytest.raises(ParameterMissing):
            await parameter(tx, "no_such_name")
        await owner.execute(ADD, COUNTY, 4, date(2026, 11, 2), "7")
        assert (await parameter(tx, "cycle_opens_day")).value == 6
    async with service.begin(COUNTY) as tx:
        await read_together(tx, ["cycle_opens_day"])
        assert (await parameter(tx, "cycle_opens_day")).value == 7
    await owner.close()
    await service.close()
