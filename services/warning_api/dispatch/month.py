"""Writing into a county's month: one after another, and with statistics that fit its size."""

from shared.db import Transaction

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('comparison'), hashtext(:place))"

#: The owner's function, since only the owner may ANALYZE: does so where the month has doubled since the last time.
_REFRESH_STATISTICS = "SELECT warning.refresh_statistics(:cycle)"


async def one_at_a_time(tx: Transaction, cycle: str) -> None:
    """Hold the county's month until the transaction ends, so that a household gets one task; before
    ``dispatch.place``."""
    await tx.execute(_ONE_AT_A_TIME, {"place": f"{tx.county}/{cycle}"})


async def refresh_statistics(tx: Transaction, cycle: str) -> None:
    """Before many rows of the month are joined with others, and when many were written."""
    await tx.execute(_REFRESH_STATISTICS, {"cycle": cycle})
