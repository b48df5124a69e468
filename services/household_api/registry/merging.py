"""From staged rows to the registry: who is new, who changed, and the statements that carry it out.

An empty cell leaves what the registry knows, but for the monitoring: there empty means none. The monitoring
of a household that a case here has decided on is not touched. Members that a file does not name stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.household_api.registry.history import archive_households, archive_persons
from services.household_api.registry.particulars import Vault
from services.household_api.registry.rules import HEAD
from shared.db import Transaction

AT_ONCE: Final = 5_000

CREATE_HOUSEHOLDS = """
CREATE TEMPORARY TABLE staged_household (
    id uuid NOT NULL,
    household_no text NOT NULL,
    region_code varchar(12) COLLATE "C" NOT NULL,
    household_type text NOT NULL,
    monitoring_type text NOT NULL,
    risk_eliminated boolean NOT NULL,
    change text NOT NULL
) ON COMMIT DROP"""

FIND_HOUSEHOLDS = """
INSERT INTO staged_household
SELECT id, household_no, region_code, household_type, monitoring_type, risk_eliminated,
    CASE WHEN former IS NULL THEN 'new'
         WHEN (region_code, household_type, monitoring_type, risk_eliminated)
              IS DISTINCT FROM (former_region, former_type, former_monitoring, former_eliminated) THEN 'changed'
         ELSE 'unchanged' END
FROM (
    SELECT DISTINCT ON (s.household_no) coalesce(h.id, s.household_new_id) AS id, s.household_no, s.region_code,
        s.household_type,
        CASE WHEN h.monitoring_case_id IS NULL THEN coalesce(s.monitoring_type, h.monitoring_type, '')
             ELSE h.monitoring_type END AS monitoring_type,
        CASE WHEN h.monitoring_case_id IS NULL THEN coalesce(s.risk_eliminated, h.risk_eliminated, false)
             ELSE h.risk_eliminated END AS risk_eliminated,
        h.id AS former, h.region_code AS former_region, h.household_type AS former_type,
        h.monitoring_type AS former_monitoring, h.risk_eliminated AS former_eliminated
    FROM staged s
    LEFT JOIN household h ON h.county_code = :county AND h.household_no = s.household_no
    WHERE s.errors IS NULL
    ORDER BY s.household_no, s.relationship <> :head, s.line) f"""

PLACE_ROWS = """
UPDATE staged s SET household_id = h.id FROM staged_household h
WHERE s.errors IS NULL AND h.household_no = s.household_no"""

FIND_BY_ID = """
UPDATE staged s SET person_id = p.id FROM person p
WHERE s.errors IS NULL AND p.county_code = :county AND p.id_index = s.id_index"""

# Nobody in a family has another's name; a number may have come to be known, or be left out this time.
FIND_BY_NAME = """
UPDATE staged s SET person_id = f.person_id FROM (
    SELECT DISTINCT ON (p.id) p.id AS person_id, o.id FROM staged o
    JOIN person p ON p.county_code = :county AND p.household_id = o.household_id AND p.name_index = o.name_index
    WHERE o.errors IS NULL AND o.person_id IS NULL AND (o.id_index IS NULL OR p.id_index IS NULL)
    AND NOT EXISTS (SELECT FROM staged t WHERE t.person_id = p.id)
    ORDER BY p.id, o.line) f
WHERE f.id = s.id"""

DIFFERENT_CONTENTS = """
SELECT s.line, s.id, s.sealed, p.id AS person_id, p.sealed AS former FROM staged s
JOIN person p ON p.county_code = :county AND p.id = s.person_id
WHERE s.errors IS NULL AND s.content_index <> p.content_index AND s.line > :after
ORDER BY s.line LIMIT :most"""

KEEP_CONTENTS = """
UPDATE staged s SET content_changed = true, sealed = c.sealed, id_index = c.id_index, match_index = c.match_index,
    match_key_id = c.match_key_id, name_index = c.name_index, name_birth_index = c.name_birth_index,
    pinyin_index = c.pinyin_index, pinyin_birth_index = c.pinyin_birth_index, content_index = c.content_index
FROM unnest(cast(:ids as uuid[]), cast(:sealed as bytea[]), cast(:id_indexes as bytea[]),
    cast(:match_indexes as bytea[]), cast(:match_key_ids as int[]), cast(:name_indexes as bytea[]),
    cast(:name_birth_indexes as bytea[]), cast(:pinyin_indexes as bytea[]),
    cast(:pinyin_birth_indexes as bytea[]), cast(:content_indexes as bytea[])) AS c
    (id, sealed, id_index, match_index, match_key_id, name_index, name_birth_index, pinyin_index,
    pinyin_birth_index, content_index)
WHERE c.id = s.id"""

JUDGE_NEW = "UPDATE staged SET person_change = 'new' WHERE errors IS NULL AND person_id IS NULL"

JUDGE_KNOWN = """
UPDATE staged s SET person_change = CASE WHEN s.content_changed OR (
    s.household_id, s.region_code, s.relationship, coalesce(s.status, p.status), coalesce(s.labour, p.labour),
    coalesce(s.health, p.health), coalesce(s.schooling, p.schooling),
    coalesce(s.annual_income, p.annual_income))
    IS DISTINCT FROM (p.household_id, p.region_code, p.relationship, p.status, p.labour, p.health, p.schooling,
    p.annual_income) THEN 'changed' ELSE 'unchanged' END
FROM person p WHERE s.errors IS NULL AND p.county_code = :county AND p.id = s.person_id"""

# A household's version covers its members.
JUDGE_HOUSEHOLDS = """
UPDATE staged_household h SET change = 'changed'
WHERE change = 'unchanged'
AND EXISTS (SELECT FROM staged s WHERE s.household_id = h.id AND s.person_change <> 'unchanged')"""

COUNT = """
SELECT count(*) AS received, count(*) FILTER (WHERE s.errors IS NOT NULL) AS rejected,
    count(*) FILTER (WHERE s.errors IS NULL) AS accepted,
    count(DISTINCT s.household_id) AS households,
    count(*) FILTER (WHERE s.errors IS NULL) AS persons,
    count(*) FILTER (WHERE s.person_change <> 'unchanged' OR h.own) AS changed,
    count(*) FILTER (WHERE s.person_change = 'unchanged' AND NOT h.own) AS unchanged
FROM staged s LEFT JOIN (
    SELECT n.id, o.id IS NULL OR (n.region_code, n.household_type, n.monitoring_type, n.risk_eliminated)
        IS DISTINCT FROM (o.region_code, o.household_type, o.monitoring_type, o.risk_eliminated) AS own
    FROM staged_household n LEFT JOIN household o ON o.county_code = :county AND o.id = n.id) h
    ON h.id = s.household_id"""

UPDATE_HOUSEHOLDS = """
UPDATE household h SET version = h.version + 1, region_code = s.region_code, household_type = s.household_type,
    monitoring_type = s.monitoring_type, risk_eliminated = s.risk_eliminated, valid_from = :now,
    changed_by = :actor
FROM staged_household s WHERE h.county_code = :county AND h.id = s.id AND s.change = 'changed'"""

INSERT_HOUSEHOLDS = """
INSERT INTO household (county_code, id, version, household_no, region_code, household_type, monitoring_type,
    risk_eliminated, valid_from, changed_by)
SELECT :county, id, 1, household_no, region_code, household_type, monitoring_type, risk_eliminated,
    cast(:now as timestamptz), :actor
FROM staged_household WHERE change = 'new'"""

UPDATE_PERSONS = """
UPDATE person p SET version = p.version + 1, household_id = s.household_id, region_code = s.region_code,
    sealed = CASE WHEN s.content_changed THEN s.sealed ELSE p.sealed END,
    id_index = CASE WHEN s.content_changed THEN s.id_index ELSE p.id_index END,
    match_index = CASE WHEN s.content_changed THEN s.match_index ELSE p.match_index END,
    match_key_id = CASE WHEN s.content_changed THEN s.match_key_id ELSE p.match_key_id END,
    name_index = CASE WHEN s.content_changed THEN s.name_index ELSE p.name_index END,
    name_birth_index = CASE WHEN s.content_changed THEN s.name_birth_index ELSE p.name_birth_index END,
    pinyin_index = CASE WHEN s.content_changed THEN s.pinyin_index ELSE p.pinyin_index END,
    pinyin_birth_index = CASE WHEN s.content_changed THEN s.pinyin_birth_index ELSE p.pinyin_birth_index END,
    content_index = CASE WHEN s.content_changed THEN s.content_index ELSE p.content_index END,
    relationship = s.relationship, status = coalesce(s.status, p.status),
    labour = coalesce(s.labour, p.labour), health = coalesce(s.health, p.health),
    schooling = coalesce(s.schooling, p.schooling),
    annual_income = coalesce(s.annual_income, p.annual_income), valid_from = :now, changed_by = :actor
FROM staged s WHERE p.county_code = :county AND p.id = s.person_id AND s.person_change = 'changed'"""

# Those whom the file does not name move with their household.
MOVING_ALONG = """
FROM staged_household s WHERE p.county_code = :county AND p.household_id = s.id AND s.change = 'changed'
AND p.region_code <> s.region_code"""

INSERT_PERSONS = """
INSERT INTO person (county_code, id, version, household_id, region_code, sealed, id_index, match_index,
    match_key_id, name_index, name_birth_index, pinyin_index, pinyin_birth_index, content_index, relationship,
    status, labour, health, schooling, annual_income, valid_from, changed_by)
SELECT :county, id, 1, household_id, region_code, sealed, id_index, match_index, match_key_id, name_index,
    name_birth_index, pinyin_index, pinyin_birth_index, content_index, relationship, coalesce(status, 'living'),
    coalesce(labour, ''), coalesce(health, ''), coalesce(schooling, ''), annual_income,
    cast(:now as timestamptz), :actor
FROM staged WHERE person_change = 'new'"""


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows, but for ``households``. ``changed`` and ``unchanged`` make up ``accepted``."""

    received: int
    accepted: int
    rejected: int
    households: int
    persons: int
    changed: int
    unchanged: int


async def compare(tx: Transaction, vault: Vault) -> Counts:
    """Find for each staged row without errors what it changes. Writes nothing but the staging tables."""
    county = {"county": tx.county}
    await tx.execute(CREATE_HOUSEHOLDS)
    await tx.execute(FIND_HOUSEHOLDS, {**county, "head": HEAD})
    await tx.execute("ANALYZE staged_household")
    await tx.execute(PLACE_ROWS)
    await tx.execute(FIND_BY_ID, county)
    await tx.execute(FIND_BY_NAME, county)
    await _compare_contents(tx, vault)
    await tx.execute(JUDGE_NEW)
    await tx.execute(JUDGE_KNOWN, county)
    await tx.execute(JUDGE_HOUSEHOLDS)
    row = await tx.row(COUNT, county)
    assert row is not None  # noqa: S101 - an aggregate without GROUP BY has one row
    return Counts(**row)


async def _compare_contents(tx: Transaction, vault: Vault) -> None:
    """Open what differs: it may only be that the file leaves out what the registry knows."""
    after = 0
    while rows := await tx.rows(DIFFERENT_CONTENTS, {"county": tx.county, "after": after, "most": AT_ONCE}):
        after = rows[-1]["line"]
        stated = vault.open_many([(row["id"], row["sealed"]) for row in rows])
        former = vault.open_many([(row["person_id"], row["former"]) for row in rows])
        changed = [
            (row, merged)
            for row, new, old in zip(rows, stated, former, strict=True)
            if (merged := new.over(old)) != old
        ]
        indexes = vault.index_many([merged for _, merged in changed])
        sealed = vault.seal_many([(row["person_id"], merged) for row, merged in changed])
        await tx.execute(
            KEEP_CONTENTS,
            {
                "ids": [row["id"] for row, _ in changed],
                "sealed": sealed,
                "id_indexes": [index.id_index for index in indexes],
                "match_indexes": [index.match_index for index in indexes],
                "match_key_ids": [index.match_key_id for index in indexes],
                "name_indexes": [index.name_index for index in indexes],
                "name_birth_indexes": [index.name_birth_index for index in indexes],
                "pinyin_indexes": [index.pinyin_index for index in indexes],
                "pinyin_birth_indexes": [index.pinyin_birth_index for index in indexes],
                "content_indexes": [index.content_index for index in indexes],
            },
        )


async def merge(tx: Transaction) -> None:
    """Carry out what ``compare`` found; former states go to history."""
    values: dict[str, Any] = {"county": tx.county, "now": tx.now, "actor": str(tx.actor)}
    await archive_households(tx, "JOIN staged_household s ON s.id = h.id", "s.change = 'changed'")
    await tx.execute(UPDATE_HOUSEHOLDS, values)
    await tx.execute(INSERT_HOUSEHOLDS, values)
    await archive_persons(tx, "JOIN staged s ON s.person_id = p.id", "s.person_change = 'changed'")
    await tx.execute(UPDATE_PERSONS, values)
    await archive_persons(
        tx,
        "JOIN staged_household s ON s.id = p.household_id",
        "s.change = 'changed' AND s.region_code <> p.region_code",
    )
    await tx.execute(
        "UPDATE person p SET version = p.version + 1, region_code = s.region_code, valid_from = :now,"
        f" changed_by = :actor {MOVING_ALONG}",
        values,
    )
    await tx.execute(INSERT_PERSONS, values)


async def preview(tx: Transaction, most: int) -> Sequence[dict[str, Any]]:
    """The first rows that change something: ``{line, household_no, change: new|changed}``."""
    rows = await tx.rows(
        "SELECT line, household_no, person_change AS change FROM staged"
        " WHERE person_change IN ('new', 'changed') ORDER BY line LIMIT :most",
        {"most": most},
    )
    return [dict(row) for row in rows]
