"""The planner knows of a month's first batch before the comparison joins with it."""

from tests.factories.warnings import id_number, record
from tests.warning_api.conftest import County

ESTIMATE = "SELECT reltuples FROM pg_class WHERE oid = 'warning.warning_2026_11'::regclass"


async def test_a_month_that_has_grown_is_analysed_before_it_is_compared(county: County) -> None:
    async with county.running.context.begin() as tx:
        assert await tx.scalar(ESTIMATE) <= 0
    records = [
        record(f"many-{n}", id_number=id_number(n % 900 + 1, f"19{50 + n // 900}0101")) for n in range(3000)
    ]
    await county.push(county.yb, "many", records)
    async with county.running.context.begin() as tx:
        assert await tx.scalar(ESTIMATE) >= 3000
