"""The plans of what is asked of cases all day: lists, what is due, a case's page; in a county of many cases."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Any, cast
from uuid import UUID

import pytest
import pytest_asyncio

from services.household_api.monitoring import clocks, cross_checks, moves, notices, repository
from services.household_api.monitoring.repository import Filters
from shared.auth.caller import Reach
from shared.db import Transaction
from shared.identifiers.regions import region_range
from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.registry import VILLAGE
from tests.household_api.conftest import COUNTY
from tests.household_api.explaining import Explaining, check_reads_by

CASES = 20_000
REGION = f"'{COUNTY}' || lpad((100 + n % 2)::text, 3, '0') || (200 + n % 20)"

#: One in twenty is open, one in two hundred on notice; every case has gone five steps and had two clocks.
FILL = f"""
INSERT INTO household.household (county_code, id, version, household_no, region_code, household_type, monitoring_type,
    risk_eliminated, social_assistance, housing_grade, drinking_water, contact_official, contact_unit, valid_from,
    changed_by, reason)
SELECT '{COUNTY}', md5('h' || n)::uuid, 1, 'P' || n, {REGION}, 'ordinary', '', false, '', '', '', '', '', now(),
    'test', '' FROM generate_series(1, {CASES}) n;
INSERT INTO household.monitoring_case (county_code, id, region_code, household_id, state, monitoring_type, risk_types,
    source_task_id, due_on, opened_by, opened_at, version, period, green_channel, provisional, disaster_kinds,
    notice_from, notice_until, next_due_on)
SELECT '{COUNTY}', md5('c' || n)::uuid, {REGION}, md5('h' || n)::uuid,
    CASE WHEN n % 200 = 0 THEN 'noticed' WHEN n % 20 = 0 THEN 'clue' ELSE 'eliminated' END, '', '{{}}',
    md5('t' || n)::uuid, '2026-11-23', 'test', now(), 5, 1, false, false, '{{}}',
    CASE WHEN n % 200 = 0 THEN date '2026-11-01' END, CASE WHEN n % 200 = 0 THEN date '2026-11-10' END,
    CASE WHEN n % 20 = 0 THEN date '2026-11-01' + n % 30 END
FROM generate_series(1, {CASES}) n;
INSERT INTO household.case_transition (county_code, case_id, version, region_code, place_code, state, made_by, made_at)
SELECT '{COUNTY}', md5('c' || n)::uuid, v, {REGION}, {REGION}, 'clue', 'test', now()
FROM generate_series(1, {CASES}) n, generate_series(1, 5) v;
INSERT INTO household.case_period (county_code, case_id, period, region_code, started_on, monitoring_type,
    elimination_kind)
SELECT '{COUNTY}', md5('c' || n)::uuid, 1, {REGION}, '2026-11-01', '', '' FROM generate_series(1, {CASES}) n;
INSERT INTO household.case_clock (county_code, case_id, period, kind, region_code, set_on, due_on, stopped_on)
SELECT '{COUNTY}', md5('c' || n)::uuid, 1, kind, {REGION}, '2026-10-01', date '2026-11-01' + n % 30,
    CASE WHEN n % 20 > 0 THEN date '2026-10-20' END
FROM generate_series(1, {CASES}) n, unnest(ARRAY['approval', 'plan']) kind;
INSERT INTO household.cross_check (county_code, id, region_code, source, checked_on, content_sha256, received, matched,
    unmatched, rejected, rejects, made_by, made_at)
SELECT '{COUNTY}', md5('x')::uuid, '{COUNTY}', '', '2026-11-01', 'x', 0, 0, 0, 0, '[]', 'test', now();
INSERT INTO household.cross_check_finding (county_code, id, check_id, region_code, household_id, person_id, kind,
    source, found_on, found)
SELECT '{COUNTY}', md5('f' || n)::uuid, md5('x')::uuid, {REGION}, md5('h' || n)::uuid, md5('p' || n)::uuid, 'vehicle',
    '', '2026-11-01', 'x' FROM generate_series(1, {CASES}) n;
INSERT INTO household.case_objection (county_code, id, case_id, region_code, notice_version, raised_on, objection,
    finding, recorded_by, recorded_at)
SELECT '{COUNTY}', md5('o' || n)::uuid, md5('c' || n)::uuid, {REGION}, 4, '2026-11-01', 'x', '', 'test', now()
FROM generate_series(1, {CASES}) n;
ANALYZE household.household, household.monitoring_case, household.case_transition, household.case_period,
    household.case_clock, household.cross_check_finding, household.case_objection"""

ID = UUID("00000000-0000-4000-8000-000000000001")
DAY = date(2026, 11, 8)


@pytest_asyncio.fixture(scope="module")
async def filled(running: RunningService, database: TestDatabase) -> RunningService:
    owner = await database.connect()
    try:
        for statement in FILL.split(";"):
            await owner.execute(statement)
    finally:
        await owner.close()
    return running


@pytest_asyncio.fixture(params=["231226", "231226100"])
async def explaining(filled: RunningService, request: pytest.FixtureRequest) -> AsyncIterator[Explaining]:
    """For the county and for one of its townships."""
    reach = Reach(COUNTY, (region_range(request.param),))
    async with filled.context.database.begin(filled.context, reach, filled.context.actor) as tx:
        yield Explaining(tx)


def listed(**filters: Any) -> Callable[[Transaction], Any]:
    return lambda tx: repository.list_cases(tx, Filters(**filters), None, 100)


#: By the place, or from the newest on.
LISTS = {"ix_monitoring_case_county_code_region_code_id", "pk_monitoring_case"}
DUE = {"ix_monitoring_case_county_code_next_due_on_id"}
OF_HOUSEHOLD = {"ix_monitoring_case_county_code_household_id", "uq_monitoring_case_open"}

#: Query -> the indexes that it may read rows by.
HOT: dict[str, tuple[Callable[[Transaction], Any], set[str]]] = {
    "list": (listed(), LISTS),
    "list of a village": (listed(region=VILLAGE), LISTS),
    "list in a state": (listed(state="clue"), LISTS),
    "next page": (lambda tx: repository.list_cases(tx, Filters(), ID, 100), LISTS),
    "overdue": (listed(overdue=True), LISTS | DUE),
    "due before": (listed(due_before=DAY), LISTS | DUE),
    "overdue by one clock": (listed(overdue=True, clock="plan"), {*LISTS, *DUE, "pk_case_clock"}),
    "of a household": (listed(household_id=ID), OF_HOUSEHOLD),
    "open case of a household": (lambda tx: repository.open_case_of(tx, ID), OF_HOUSEHOLD),
    "on a household's page": (
        lambda tx: repository.cases_of(tx, ID, None),
        {*OF_HOUSEHOLD, "pk_case_transition"},
    ),
    "of a task": (lambda tx: repository.case_of_task(tx, ID), {"uq_monitoring_case_source_task_id"}),
    "case": (lambda tx: repository.case(tx, ID), {"pk_monitoring_case"}),
    "steps": (lambda tx: repository.steps(tx, ID), {"pk_case_transition"}),
    "periods": (lambda tx: repository.periods(tx, ID), {"pk_case_period"}),
    "clocks": (lambda tx: clocks.clocks_of(tx, ID), {"pk_case_clock"}),
    "objections": (lambda tx: notices.of_case(tx, ID), {"ix_case_objection_county_code_case_id"}),
    "findings": (
        lambda tx: cross_checks.hits_of(tx, ID),
        {"ix_cross_check_finding_county_code_household_id"},
    ),
    "on notice in a village": (
        lambda tx: notices.noticed(tx, VILLAGE, DAY, None, 100),
        {*LISTS, "ix_monitoring_case_county_code_notice_until_region_code"},
    ),
    "clocks that have struck": (clocks.tell_struck, {"ix_case_clock_county_code_due_on"}),
    "cases of those who move": (
        lambda tx: moves.households_moved(tx, {ID: VILLAGE}),
        {*OF_HOUSEHOLD, "pk_monitoring_case"},
    ),
}


@pytest.mark.parametrize("name", HOT)
async def test_a_hot_query_reads_by_its_index_and_no_whole_table(explaining: Explaining, name: str) -> None:
    query, indexes = HOT[name]
    await query(cast("Transaction", explaining))
    check_reads_by(explaining.plans[0], indexes)
