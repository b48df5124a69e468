"""How fast a push is filed where millions of warnings stand in the cycle already."""

import asyncio
from pathlib import Path
from typing import Final

import asyncpg

from bihuan.bench.push_load import RECORDS, push_seconds, ready_rows
from bihuan.bench.push_rivals import CYCLE
from bihuan.bench.rivals.bare_copy import COLUMNS, copy_seconds
from bihuan.bench.system import BenchSystem
from bihuan.county.clients import DEPARTMENTS
from bihuan.sample.county import COUNTY_CODE

STANDING: Final = 5_000_000

OURS: Final = f"county_code = '{COUNTY_CODE}' AND cycle = '{CYCLE}'"
FIRST_ID: Final = f"SELECT id FROM warning.warning WHERE {OURS} ORDER BY id LIMIT 1"
COUNT: Final = f"SELECT count(*) FROM warning.warning WHERE {OURS}"

#: Everything that came after the standing rows, whose ids are older.
DELETE_SINCE: Final = f"DELETE FROM warning.warning WHERE {OURS} AND id >= $1"


def earlier(column: str) -> str:
    """The same UUIDv7 as it would have been made $1 hours earlier: its first 48 bits count milliseconds."""
    digits = f"replace({column}::text, '-', '')"
    moment = f"('x' || left({digits}, 12))::bit(48)::bigint - $1::int * 3600000"
    return f"(lpad(to_hex({moment}), 12, '0') || right({digits}, 20))::uuid"


#: The first push again, as department $2 had sent it $1 hours earlier, with record numbers of its own.
EARLIER_PUSH: Final = f"""
INSERT INTO warning.warning ({", ".join(COLUMNS)})
SELECT county_code, cycle, {earlier("id")}, {earlier("batch_id")}, $2::text,
       format('%s-2026-11-%s-%s', $2::text, $1::int, right(source_record_id, 7)), filing_seq, line, indicator,
       occurred_on, amount, region_code, id_index, sealed, filed_at - $1::int * interval '1 hour', 'filed',
       region_code
FROM warning.warning WHERE {OURS} AND id >= $3 ORDER BY id"""


def full_table_ratio(system: BenchSystem, run: int) -> float:
    """Records a second until filed, of those a second that COPY of the ready rows takes into the same partition.

    The partition holds the rows of a real push, written again and again as ten departments had sent them in
    earlier hours: other ids, batches and record numbers, in the order of their ids, all indexes in place. What is
    sealed in them is that of the first push and opens for nobody, which filing does not ask.
    Before each timing what the one before has added is deleted and vacuumed away, the table analysed and all
    written out, so that push and COPY begin with the same table; they take turns in going first. Neither
    meets a duplicate.
    """
    rows = ready_rows(system, RECORDS)
    if run == 0:
        asyncio.run(_fill(system))

    def push() -> float:
        asyncio.run(_back_to_standing(system))
        return push_seconds(system, RECORDS)

    def copy() -> float:
        asyncio.run(_back_to_standing(system))
        return asyncio.run(copy_seconds(system.owner_url, rows))

    if run % 2:
        copied = copy()
        return copied / push()
    pushed = push()
    return copy() / pushed


async def _fill(system: BenchSystem) -> None:
    """Multiply the one push that stands in the table, the earliest first."""
    owner = await asyncpg.connect(system.owner_url)
    try:
        first = await owner.fetchval(FIRST_ID)
        for hours in range(system.setup.standing // RECORDS, 0, -1):
            await owner.execute(EARLIER_PUSH, hours, DEPARTMENTS[hours % len(DEPARTMENTS)], first)
    finally:
        await owner.close()
    _first_id_file(system).write_text(str(first))


async def _back_to_standing(system: BenchSystem) -> None:
    """As the first timing found it; refuses to go on with any other number of rows."""
    owner = await asyncpg.connect(system.owner_url)
    try:
        await owner.execute(DELETE_SINCE, _first_id_file(system).read_text())
        await owner.execute("VACUUM (ANALYZE, INDEX_CLEANUP ON) warning.warning")
        standing = await owner.fetchval(COUNT)
    finally:
        await owner.close()
    if standing != system.setup.standing:
        raise RuntimeError(f"{standing} rows stand in the table, not {system.setup.standing}")
    await system.checkpoint()


def _first_id_file(system: BenchSystem) -> Path:
    return system.folder / "first-id"
