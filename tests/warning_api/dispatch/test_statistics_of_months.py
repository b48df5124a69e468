"""The planner knows how large a month is, also when its statistics were first taken while its tasks were written."""

from datetime import date

from tests.factories.warnings import COUNTY, CYCLE
from tests.warning_api.conftest import County
from tests.warning_api.dispatch.test_plans import FILL

REFRESH = "SELECT warning.refresh_statistics($1)"
ROWS = "SELECT reltuples FROM pg_class WHERE oid = 'warning.verification_task_2026_11'::regclass"


async def test_a_month_that_seemed_empty_is_looked_at_again(county: County) -> None:
    async with county.owner() as writer, county.owner() as reader:
        writing = writer.transaction()
        await writing.start()
        await writer.execute(FILL, COUNTY, CYCLE, date(2026, 11, 18))
        await reader.execute(REFRESH, CYCLE)
        assert await reader.fetchval(ROWS) <= 0, "nobody sees the tasks yet"
        await writing.commit()
        await reader.execute(REFRESH, CYCLE)
        assert await reader.fetchval(ROWS) == 45_000
        await writer.execute(
            "DELETE FROM warning.verification_task"
        )  # Made past the loop, which counts its tasks.
