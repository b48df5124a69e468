"""The plans of the hot queries: as the service's own role, behind its policies, in a county of many households."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import pytest
import pytest_asyncio

from services.household_api.matching.repository import BY_ID, BY_NAME, BY_PINYIN, EXACT
from services.household_api.registry import incomes, lookups, repository
from shared.auth.caller import Reach
from shared.db import Transaction
from shared.db.narrowing import within
from shared.identifiers.regions import region_range
from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.registry import VILLAGE
from tests.household_api.conftest import COUNTY
from tests.household_api.explaining import Explaining, check_reads_by, nodes

HOUSEHOLDS = 20_000
SUBJECTS = 5_000

#: Rows as they stand in a full registry, but for what is sealed: nobody opens them here.
FILL = f"""
INSERT INTO household.household (county_code, id, version, household_no, region_code, household_type, monitoring_type,
    risk_eliminated, social_assistance, housing_grade, drinking_water, contact_official, contact_unit, valid_from,
    changed_by, reason)
SELECT '{COUNTY}', md5('h' || n)::uuid, 1, 'P' || n, '231226' || lpad((100 + n % 2)::text, 3, '0') || (200 + n % 20),
    'ordinary', '', false, '', '', '', '', '', now(), 'test', '' FROM generate_series(1, {HOUSEHOLDS}) n;
INSERT INTO household.person (county_code, id, version, household_id, region_code, sealed, id_index, match_index,
    match_key_id, name_index, name_birth_index, pinyin_index, pinyin_birth_index, content_index, relationship, status,
    labour, health, schooling, sex, marital_status, ethnic_group, student_status, labour_skill, valid_from,
    changed_by, reason)
SELECT '{COUNTY}', md5('p' || n)::uuid, 1, md5('h' || 1 + n % {HOUSEHOLDS})::uuid,
    '231226' || lpad((100 + (1 + n % {HOUSEHOLDS}) % 2)::text, 3, '0') || (200 + (1 + n % {HOUSEHOLDS}) % 20),
    'x', decode(md5('i' || n), 'hex'), decode(md5('m' || n), 'hex'), 1, decode(md5('n' || n % 5000), 'hex'),
    decode(md5('b' || n), 'hex'), decode(md5('y' || n % 2000), 'hex'), decode(md5('z' || n), 'hex'),
    decode(md5('c' || n), 'hex'), '户主', 'living', '', '', '', '', '', '', '', '', now(), 'test', ''
FROM generate_series(1, {HOUSEHOLDS} * 3) n;
INSERT INTO household.income_record (county_code, id, household_id, region_code, as_of, wages, business, property,
    transfers, costs, members, source, recorded_by, recorded_at)
SELECT county_code, id, id, region_code, '2026-09-30', 1, 1, 1, 1, 1, 1, '', '', now() FROM household.household;
ANALYZE household.household, household.person, household.income_record"""

HOUSEHOLD = UUID("00000000-0000-4000-8000-000000000001")


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


def matched(statement: str, **values: Any) -> Callable[[Transaction], Any]:
    """Five thousand subjects at once, as /v1/matches has them."""

    async def match(tx: Transaction) -> None:
        reach = within(tx, "p")
        many = {name: [value] * SUBJECTS for name, value in values.items()}
        places = {"places": list(range(SUBJECTS)), **({"most": 20} if "names" in values else {})}
        await tx.rows(statement.format(reach=reach.sql), {**reach.parameters, **many, **places})

    return match


SOUGHT: dict[str, Any] = {"names": b"x", "births": b"y", "regions": VILLAGE, "numbered": True}


def income_list(tx: Transaction) -> tuple[str, dict[str, Any]]:
    reach = within(tx, "i")
    values = {**reach.parameters, "household": HOUSEHOLD, "after_day": None, "after_id": None, "most": 101}
    return incomes.LIST.format(reach=reach.sql), values


def listed(**filters: Any) -> Callable[[Transaction], Any]:
    return lambda tx: repository.list_households(tx, repository.Filters(**filters), (None, None), 100)


#: Query -> the indexes that it may read rows by.
HOT: dict[str, tuple[Callable[[Transaction], Any], set[str]]] = {
    "list": (listed(), {"ix_household_county_code_region_code_id"}),
    "list of a village": (listed(region=VILLAGE), {"ix_household_county_code_region_code_id"}),
    "list of a type": (listed(household_type="ordinary"), {"ix_household_county_code_region_code_id"}),
    "next page": (
        lambda tx: repository.list_households(tx, repository.Filters(), (VILLAGE, HOUSEHOLD), 100),
        {"ix_household_county_code_region_code_id"},
    ),
    "by number": (listed(household_no="P1"), {"uq_household_county_code_household_no"}),
    "heads of a page": (
        lambda tx: repository.heads_and_sizes(tx, [HOUSEHOLD] * 100),
        {"ix_person_county_code_household_id"},
    ),
    "household": (lambda tx: repository.household(tx, HOUSEHOLD), {"pk_household"}),
    "members": (lambda tx: repository.members(tx, HOUSEHOLD), {"ix_person_county_code_household_id"}),
    "household as of": (
        lambda tx: repository.household_as_of(tx, HOUSEHOLD, datetime(2026, 11, 1, tzinfo=UTC)),
        {"pk_household", "pk_household_history"},
    ),
    "members as of": (
        lambda tx: repository.members_as_of(tx, HOUSEHOLD, datetime(2026, 11, 1, tzinfo=UTC)),
        {"ix_person_county_code_household_id", "ix_person_history_county_code_household_id"},
    ),
    "search by number": (
        lambda tx: repository.persons_by(tx, "id_index", b"x", None, 100),
        {"uq_person_county_code_id_index", "pk_household"},
    ),
    "search by name and birth": (
        lambda tx: repository.persons_by(tx, "name_birth_index", b"x", None, 100),
        {"ix_person_county_code_name_birth_index", "pk_household"},
    ),
    "incomes": (
        lambda tx: incomes.latest(tx, [HOUSEHOLD]),
        {"ix_income_record_county_code_household_id_as_of"},
    ),
    "history": (
        lambda tx: repository.versions(tx, HOUSEHOLD, None, 100),
        {"pk_household", "pk_household_history"},
    ),
    "incomes of a household": (
        lambda tx: tx.rows(*income_list(tx)),
        {"ix_income_record_county_code_household_id_as_of"},
    ),
    "holder of a number": (
        lambda tx: repository.holder_of(tx, b"x"),
        {"uq_person_county_code_id_index"},
    ),
    "persons by numbers": (
        lambda tx: lookups.persons_by_id_numbers(tx, ["231226197001010011"] * SUBJECTS),
        {"uq_person_county_code_id_index"},
    ),
    "exact matches": (
        matched(EXACT, indexes=b"x" * 16, keys=1),
        {"ix_person_county_code_match_key_id_match_index", "pk_household"},
    ),
    "matches chosen before": (matched(BY_ID, persons=HOUSEHOLD), {"pk_person", "pk_household"}),
    "matches by name": (
        matched(BY_NAME, **SOUGHT),
        {"ix_person_county_code_name_index", "ix_person_county_code_name_birth_index", "pk_household"},
    ),
    "matches by sound": (
        matched(BY_PINYIN, **SOUGHT, pinyins=b"z"),
        {
            "ix_person_county_code_pinyin_index_region_code",
            "ix_person_county_code_pinyin_birth_index",
            "pk_household",
        },
    ),
}


@pytest.mark.parametrize("name", HOT)
async def test_a_hot_query_reads_by_its_index_and_no_whole_table(explaining: Explaining, name: str) -> None:
    query, indexes = HOT[name]
    await query(cast("Transaction", explaining))
    (plan,) = explaining.plans
    check_reads_by(plan, indexes)


async def test_a_page_of_a_list_is_not_sorted(explaining: Explaining) -> None:
    await listed()(cast("Transaction", explaining))
    kinds = [node["Node Type"] for node in nodes(explaining.plans[0])]
    assert not any("Sort" in kind or "Bitmap" in kind for kind in kinds), kinds


async def test_a_scan_of_the_whole_table_is_seen(explaining: Explaining) -> None:
    await explaining.rows("SELECT * FROM person p WHERE p.health = 'x'")
    assert any(node["Node Type"] == "Seq Scan" for node in nodes(explaining.plans[0]))
