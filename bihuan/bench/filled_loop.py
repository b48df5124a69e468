"""A county whose loop is full: as many warnings and tasks as are asked for, sealed as filing seals them, in ready rows.

Written by COPY as the owner, since making them takes the loop itself an hour; services read them like any others.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from bihuan.bench.pushed_records import id_number
from bihuan.bench.system import BenchSystem
from bihuan.county import Credential
from bihuan.county.regions_file import County, Region
from bihuan.launcher.counties import set_up_counties
from bihuan.launcher.credentials import read_credentials
from bihuan.sample.names import given_name, surname
from services.warning_api.dispatch.rules import Clue, subject_name
from services.warning_api.dispatch.service import sealed_subjects
from services.warning_api.filing.staging import PersonalData
from shared.clock import SHANGHAI
from shared.db.identifiers import new_row_ids
from shared.sealing import PURPOSES, Keyring, KeyringSealer, WrappedKey, read_kek

#: A city's district of the size of 许昌: its townships and villages are numbered, not named.
COUNTY: Final = "411098"
TOWNSHIPS: Final = 73
VILLAGES: Final = 12

#: The month that is worked on; history lies before it.
CYCLE: Final = "2026-11"
DISPATCHED_ON: Final = date(2026, 11, 6)

CHUNK: Final = 20_000

DEPARTMENTS: Final = (("YB", "YB01"), ("MZ", "MZ01"), ("RS", "RS01"), ("ZJ", "ZJ01"))
HOUSEHOLD_TYPES: Final = ("ordinary", "ordinary", "lifted", "low_income")

#: States of tasks in the month at work, and how its warnings stand then.
AT_WORK: Final = ("pending", "pending", "received", "received", "closed", "verified", "received", "closed")
OUTCOMES: Final = ("no_risk", "already_covered", "no_risk", "risk_confirmed")

TASK_COLUMNS: Final = (
    "county_code", "cycle", "id", "subject_key", "follow_up", "township_code", "region_code", "household_id",
    "person_id", "household_type", "sealed", "origins", "urgent", "state", "dispatched_at", "due_on", "extended",
    "received_at", "verified_at", "accepted_at", "closed_at", "outcome", "created_at", "updated_at", "version",
    "content_version",
)  # fmt: skip

_encode: Final = msgspec.json.Encoder().encode

WARNING_COLUMNS: Final = (
    "county_code", "cycle", "id", "batch_id", "org_code", "source_record_id", "filing_seq", "line", "indicator",
    "occurred_on", "amount", "region_code", "sealed", "filed_at", "state", "match", "matched_region_code",
    "household_id", "person_id", "household_type", "below_threshold", "task_id", "outcome", "decided_on",
    "answer_due_on", "closed_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FilledLoop:
    """The county that was filled, and its clients."""

    county: str
    cycle: str
    credentials: Sequence[Credential]

    def townships(self) -> list[Credential]:
        """The clients of the townships, by code."""
        of_townships = [each for each in self.credentials if each["role"] == "township"]
        return sorted(of_townships, key=lambda each: each["region_code"])

    def client(self, name: str) -> Credential:
        return next(each for each in self.credentials if each["name"] == name)


def large_county() -> County:
    """Its regions, as REGIONS.csv would have them."""
    above = [Region("41", "河南省", None, "province", None), Region("4110", "示例市", "41", "city", None)]
    regions = [*above, Region(COUNTY, "示例区", "4110", "county", None)]
    for township in township_codes():
        number = int(township[6:]) - 99
        regions.append(Region(township, f"第{number}乡", COUNTY, "township", None))
        regions += [
            Region(f"{township}{201 + each}", f"第{each + 1}村", township, "village", None)
            for each in range(VILLAGES)
        ]
    return County(COUNTY, "示例区", tuple(sorted(regions, key=lambda region: region.code)))


def township_codes() -> list[str]:
    return [f"{COUNTY}{100 + number}" for number in range(TOWNSHIPS)]


def fill_loop(system: BenchSystem, tasks: int, cycle: str = CYCLE, *, settled: bool = True) -> FilledLoop:
    """Add ``tasks`` tasks of one clue each to the county's month, evenly over its townships and villages; the county
    is set up first where it is not there. The month at work has tasks of all states, one before it closed ones.

    ``settled``: tables are analysed and vacuumed afterwards, as autovacuum does within minutes.
    """
    return asyncio.run(_fill(system, tasks, cycle, settled=settled))


async def _fill(system: BenchSystem, tasks: int, cycle: str, *, settled: bool) -> FilledLoop:
    home = system.installation.home
    today = datetime.now(UTC).date() + timedelta(seconds=system.installation.clock_offset)
    await set_up_counties(system.owner_url, [large_county()], home.credentials_file, today)
    owner = await asyncpg.connect(system.owner_url)
    try:
        await owner.execute("SELECT warning.ensure_partitions($1)", date.fromisoformat(f"{cycle}-01"))
        sealer = await _sealer(owner, read_kek(home.kek_file), system)
        for task_rows, warning_rows in _chunks(sealer, tasks, cycle):
            await _copy(owner, "verification_task", TASK_COLUMNS, task_rows)
            await _copy(owner, "warning", WARNING_COLUMNS, warning_rows)
        for table in ("verification_task", "warning") if settled else ():
            await owner.execute(f"VACUUM (ANALYZE) warning.{table}")
    finally:
        await owner.close()
    await system.checkpoint()
    return filled_loop(system, cycle)


def filled_loop(system: BenchSystem, cycle: str = CYCLE) -> FilledLoop:
    """The county that was filled before."""
    entries = read_credentials(system.installation.home.credentials_file)
    return FilledLoop(COUNTY, cycle, [each for each in entries if each["region_code"].startswith(COUNTY)])


async def _sealer(owner: asyncpg.Connection, kek: bytes, system: BenchSystem) -> KeyringSealer:
    """The county's own keys in the table where warning_api finds them."""
    columns = "county_code, key_id, purpose, algorithm, wrapped, created_at, retired_at"
    rows = await owner.fetch(f"SELECT {columns} FROM warning.data_key WHERE county_code = $1", COUNTY)
    keyring = Keyring("warning_api", kek, [WrappedKey(**row) for row in rows])
    for purpose in PURPOSES:
        if not keyring.has(COUNTY, purpose):
            row = keyring.next_row(COUNTY, purpose, datetime.now(UTC), system.setup.seal)
            keyring.add(row)
            await owner.execute(
                "INSERT INTO warning.data_key (county_code, purpose, key_id, algorithm, wrapped, created_at)"
                " VALUES ($1, $2, $3, $4, $5, $6)",
                row.county_code,
                row.purpose,
                row.key_id,
                row.algorithm,
                row.wrapped,
                row.created_at,
            )
    return KeyringSealer(keyring)


async def _copy(
    owner: asyncpg.Connection, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    await owner.copy_records_to_table(table, schema_name="warning", columns=columns, records=rows)


Rows = list[tuple[Any, ...]]


def _chunks(sealer: KeyringSealer, tasks: int, cycle: str) -> Iterator[tuple[Rows, Rows]]:
    """Rows of tasks and of their warnings. Neighbouring ids lie in different townships, as departments push."""
    random = Random(cycle)
    for start in range(0, tasks, CHUNK):
        numbers = range(start, min(start + CHUNK, tasks))
        clues = [_clue(random, number) for number in numbers]
        task_ids, household_ids = new_row_ids(len(clues)), new_row_ids(len(clues))
        warning_ids, batch_ids = new_row_ids(len(clues)), new_row_ids(1)
        subjects = sealed_subjects(
            sealer, COUNTY, [(id_, clue.person) for id_, clue in zip(task_ids, clues, strict=True)]
        )
        keys = sealer.mac_many(COUNTY, [subject_name(clue) for clue in clues])
        sealed = sealer.seal_many(
            "warning",
            "sealed",
            COUNTY,
            [(id_.bytes, _encode(clue.person)) for id_, clue in zip(warning_ids, clues, strict=True)],
        )
        task_rows: Rows = []
        warning_rows: Rows = []
        for place, number in enumerate(numbers):
            clue = clues[place]
            course = _course(number, cycle)
            ids = (task_ids[place], household_ids[place], warning_ids[place], batch_ids[0])
            task_rows.append(_task_row(cycle, ids, clue, course, keys[place], subjects[place]))
            warning_rows.append(_warning_row(cycle, ids, clue, course, number, sealed[place]))
        yield task_rows, warning_rows


@dataclass(frozen=True, slots=True)
class _Course:
    """How far a task has come, and when."""

    state: str
    outcome: str | None
    dispatched_at: datetime
    due_on: date
    decided_at: datetime | None


def _course(number: int, cycle: str) -> _Course:
    state = AT_WORK[number % len(AT_WORK)] if cycle == CYCLE else "closed"
    first = date.fromisoformat(f"{cycle}-{DISPATCHED_ON.day:02d}")
    dispatched_at = datetime(first.year, first.month, first.day, 9, number % 60, tzinfo=SHANGHAI)
    answered = state in ("verified", "closed")
    return _Course(
        state,
        OUTCOMES[number // len(AT_WORK) % len(OUTCOMES)] if answered else None,
        dispatched_at,
        first + timedelta(days=10),
        dispatched_at + timedelta(days=1 + number % 9) if answered else None,
    )


def _clue(random: Random, number: int) -> Clue:
    """Somebody's warning. Villages take turns, townships first."""
    township, village = number % TOWNSHIPS, number // TOWNSHIPS % VILLAGES
    person = PersonalData(
        surname(random) + given_name(random, female=number % 2 == 0),
        id_number(number),
        f"154{number % 10**8:08d}",
        f"县医院住院，个人自付{5000 + number % 90_000}元，出院诊断待补",
    )
    return Clue(
        warning_id=UUID(int=0),
        org_code=DEPARTMENTS[number % len(DEPARTMENTS)][0],
        person=person,
        region_code=f"{COUNTY}{100 + township}{201 + village}",
        household_id=None,
        person_id=None,
        household_type=HOUSEHOLD_TYPES[number // TOWNSHIPS % len(HOUSEHOLD_TYPES)],
        below_threshold=number % 5 == 0,
        urgent=number % 50 == 0,
    )


def _task_row(
    cycle: str, ids: Sequence[UUID], clue: Clue, course: _Course, key: bytes, sealed: bytes
) -> tuple[Any, ...]:
    task, household, _, _ = ids
    at, done = course.dispatched_at, course.decided_at
    received = None if course.state == "pending" else at + timedelta(hours=5)
    closed = done if course.state == "closed" else None
    version = {"pending": 1, "received": 2, "verified": 3, "closed": 4}[course.state]
    return (
        COUNTY, cycle, task, key, 0, clue.region_code[:9], clue.region_code, household, None,
        clue.household_type, sealed, ["department"], clue.urgent, course.state, at, course.due_on, False,
        received, done, done if closed else None, closed, course.outcome, at, done or received or at, version,
        version if done else 1,
    )  # fmt: skip


def _warning_row(
    cycle: str, ids: Sequence[UUID], clue: Clue, course: _Course, number: int, sealed: bytes
) -> tuple[Any, ...]:
    task, household, warning, batch = ids
    org, indicator = DEPARTMENTS[number % len(DEPARTMENTS)]
    accepted = course.state == "closed"
    decided = course.decided_at if accepted else None
    return (
        COUNTY, cycle, warning, batch, org, f"{org}-{cycle}-{number:07d}", number + 1, number % CHUNK + 1,
        indicator, course.dispatched_at.date() - timedelta(days=10 + number % 20),
        Decimal(500_000 + number % 9_000_000) / 100, clue.region_code, sealed,
        course.dispatched_at - timedelta(hours=1), "closed" if accepted else "dispatched", clue.household_type,
        clue.region_code, household, None, clue.household_type, clue.below_threshold, task,
        course.outcome if accepted else None, decided.date() if decided else None, None, decided,
    )  # fmt: skip
