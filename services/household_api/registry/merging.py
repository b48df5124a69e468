"""From staged rows to the registry: who is new, who changed, and the statements that carry it out.

An empty cell leaves what the registry knows, but for the monitoring: there empty means none. The monitoring
of a household that a case here has decided on is not touched. Members that a file does not name stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.household_api.registry.facts import judge_facts, record_facts
from services.household_api.registry.fields import CONDITIONS, INDEXES, PERSON, STANDING, unknown
from services.household_api.registry.heads import refuse_wrong_heads
from services.household_api.registry.history import archive_households, archive_persons
from services.household_api.registry.particulars import Vault
from services.household_api.registry.places import moved
from services.household_api.registry.rules import HEAD
from shared.db import Transaction

AT_ONCE: Final = 5_000

#: The household's own state, as rows of it state it.
OWN: Final = (*STANDING, *CONDITIONS)


def _each(names: Sequence[str], form: str) -> str:
    """``form`` for each name, ``{0}`` in it."""
    return ", ".join(form.format(name) for name in names)


def _merged(name: str) -> str:
    """What a person's field is after the row ``s`` is merged into ``p``."""
    stated = f"coalesce(s.{name}, p.{name})"
    if name == "sex":
        # A known number has told it.
        return f"CASE WHEN s.id_index IS NULL AND p.id_index IS NOT NULL AND p.sex <> '' THEN p.sex ELSE {stated} END"
    if name == "died_on":
        return f"CASE WHEN coalesce(s.status, p.status) = 'deceased' THEN {stated} END"
    return stated


CREATE_HOUSEHOLDS = f"""
CREATE TEMPORARY TABLE staged_household (
    id uuid NOT NULL,
    household_no text NOT NULL,
    region_code varchar(12) COLLATE "C" NOT NULL,
    household_type text NOT NULL,
    monitoring_type text NOT NULL,
    risk_eliminated boolean NOT NULL,
    {", ".join(f"{name} {kind}" for name, kind in CONDITIONS.items())},
    former_region varchar(12) COLLATE "C",
    change text NOT NULL,
    facts_changed boolean NOT NULL DEFAULT false
) ON COMMIT DROP"""

FIND_HOUSEHOLDS = f"""
INSERT INTO staged_household
SELECT f.id, f.household_no, f.region_code, f.household_type, f.monitoring_type, f.risk_eliminated,
    {_each(tuple(CONDITIONS), "f.{0}")}, f.former_region_code,
    CASE WHEN former IS NULL THEN 'new'
         WHEN ({_each(OWN, "f.{0}")}) IS DISTINCT FROM ({_each(OWN, "f.former_{0}")}) THEN 'changed'
         ELSE 'unchanged' END
FROM (
    SELECT DISTINCT ON (s.household_no) coalesce(h.id, s.household_new_id) AS id, s.household_no, s.region_code,
        s.household_type,
        CASE WHEN h.monitoring_case_id IS NULL THEN coalesce(s.monitoring_type, h.monitoring_type, '')
             ELSE h.monitoring_type END AS monitoring_type,
        CASE WHEN h.monitoring_case_id IS NULL THEN coalesce(s.risk_eliminated, h.risk_eliminated, false)
             ELSE h.risk_eliminated END AS risk_eliminated,
        {", ".join(f"coalesce(m.{name}, h.{name}, {unknown(name)}) AS {name}" for name in CONDITIONS)},
        h.id AS former, {_each(OWN, "h.{0} AS former_{0}")}
    FROM staged s
    JOIN (
        SELECT household_no, {_each(tuple(CONDITIONS), "max({0}) AS {0}")}
        FROM staged WHERE errors IS NULL GROUP BY household_no) m ON m.household_no = s.household_no
    LEFT JOIN household h ON h.county_code = :county AND h.household_no = s.household_no
    WHERE s.errors IS NULL
    ORDER BY s.household_no, s.relationship <> :head, s.line) f"""

# New until somebody of the registry is found to be the same: written in the same pass.
PLACE_ROWS = """
UPDATE staged s SET household_id = h.id, person_change = 'new' FROM staged_household h
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

JUDGE_KNOWN = f"""
UPDATE staged s SET person_change = CASE WHEN s.content_changed OR (
    s.household_id, s.region_code, {", ".join(_merged(name) for name in PERSON)})
    IS DISTINCT FROM (p.household_id, p.region_code, {_each(tuple(PERSON), "p.{0}")})
    THEN 'changed' ELSE 'unchanged' END
FROM person p WHERE s.errors IS NULL AND p.county_code = :county AND p.id = s.person_id"""

# A household's version covers its members.
JUDGE_HOUSEHOLDS = """
UPDATE staged_household h SET change = 'changed'
WHERE change = 'unchanged'
AND EXISTS (SELECT FROM staged s WHERE s.household_id = h.id AND s.person_change <> 'unchanged')"""

COUNT = f"""
SELECT count(*) AS received, count(*) FILTER (WHERE s.errors IS NOT NULL) AS rejected,
    count(*) FILTER (WHERE s.errors IS NULL) AS accepted,
    count(DISTINCT s.household_id) AS households,
    count(*) FILTER (WHERE s.errors IS NULL) AS persons,
    count(*) FILTER (WHERE s.person_change <> 'unchanged' OR h.own) AS changed,
    count(*) FILTER (WHERE s.person_change = 'unchanged' AND NOT h.own) AS unchanged,
    count(*) FILTER (WHERE s.person_change = 'new') AS added
FROM staged s LEFT JOIN (
    SELECT n.id, n.facts_changed OR o.id IS NULL
        OR ({_each(OWN, "n.{0}")}) IS DISTINCT FROM ({_each(OWN, "o.{0}")}) AS own
    FROM staged_household n LEFT JOIN household o ON o.county_code = :county AND o.id = n.id) h
    ON h.id = s.household_id"""

UPDATE_HOUSEHOLDS = f"""
UPDATE household h SET version = h.version + 1, {_each(OWN, "{0} = s.{0}")}, valid_from = :now,
    changed_by = :actor, reason = :reason
FROM staged_household s WHERE h.county_code = :county AND h.id = s.id AND s.change = 'changed'"""

INSERT_HOUSEHOLDS = f"""
INSERT INTO household (county_code, id, version, household_no, {_each(OWN, "{0}")}, valid_from, changed_by, reason)
SELECT :county, id, 1, household_no, {_each(OWN, "{0}")}, cast(:now as timestamptz), :actor, :reason
FROM staged_household WHERE change = 'new'"""

UPDATE_PERSONS = f"""
UPDATE person p SET version = p.version + 1, household_id = s.household_id, region_code = s.region_code,
    {_each(("sealed", *INDEXES), "{0} = CASE WHEN s.content_changed THEN s.{0} ELSE p.{0} END")},
    {", ".join(f"{name} = {_merged(name)}" for name in PERSON)},
    valid_from = :now, changed_by = :actor, reason = :reason
FROM staged s WHERE p.county_code = :county AND p.id = s.person_id AND s.person_change = 'changed'"""

# Those whom the file does not name move with their household.
MOVING_ALONG = """
FROM staged_household s WHERE p.county_code = :county AND p.household_id = s.id AND s.change = 'changed'
AND p.region_code <> s.region_code"""

INSERT_PERSONS = f"""
INSERT INTO person (county_code, id, version, household_id, region_code, sealed, {_each(INDEXES, "{0}")},
    {_each(tuple(PERSON), "{0}")}, valid_from, changed_by, reason)
SELECT :county, id, 1, household_id, region_code, sealed, {_each(INDEXES, "{0}")},
    {", ".join(f"coalesce({name}, {unknown(name)})" for name in PERSON)},
    cast(:now as timestamptz), :actor, :reason
FROM staged WHERE person_change = 'new'"""


# One that had ended and has members again.
REVIVE_HOUSEHOLDS = """
UPDATE household h SET ended_on = NULL FROM staged_household s
WHERE h.county_code = :county AND h.id = s.id AND s.change = 'changed' AND h.ended_on IS NOT NULL
AND EXISTS (SELECT FROM person p WHERE p.county_code = :county AND p.household_id = h.id AND p.status = 'living')"""


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows, but for ``households``. ``changed`` and ``unchanged`` make up ``accepted``; ``added`` are those of the
    changed whose persons are new."""

    received: int
    accepted: int
    rejected: int
    households: int
    persons: int
    changed: int
    unchanged: int
    added: int


async def compare(tx: Transaction, vault: Vault) -> Counts:
    """Find for each staged row without errors what it changes, and refuse those that leave a known household
    without a head or with two. Writes nothing but the staging tables."""
    county = {"county": tx.county}
    await tx.execute(CREATE_HOUSEHOLDS)
    await _find_households(tx)
    await tx.execute(FIND_BY_ID, county)
    await tx.execute(FIND_BY_NAME, county)
    if await refuse_wrong_heads(tx):
        # A household is what its accepted rows say.
        await tx.execute("DELETE FROM staged_household")
        await _find_households(tx)
    await _compare_contents(tx, vault)
    await tx.execute(JUDGE_KNOWN, county)
    await tx.execute(JUDGE_HOUSEHOLDS)
    await judge_facts(tx)
    row = await tx.row(COUNT, county)
    assert row is not None  # noqa: S101 - an aggregate without GROUP BY has one row
    return Counts(**row)


async def _find_households(tx: Transaction) -> None:
    await tx.execute(FIND_HOUSEHOLDS, {"county": tx.county, "head": HEAD})
    await tx.execute("ANALYZE staged_household")
    await tx.execute(PLACE_ROWS)


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


async def merge(tx: Transaction, reason: str) -> None:
    """Carry out what ``compare`` found; former states go to history, the new ones say ``reason``."""
    values: dict[str, Any] = {
        "county": tx.county,
        "now": tx.now,
        "actor": str(tx.actor),
        "reason": reason,
    }
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
        f" changed_by = :actor, reason = :reason {MOVING_ALONG}",
        values,
    )
    await tx.execute(INSERT_PERSONS, values)
    await record_facts(tx)
    await tx.execute(REVIVE_HOUSEHOLDS, values)
    elsewhere = await tx.rows(
        "SELECT id, region_code FROM staged_household WHERE change = 'changed' AND former_region <> region_code"
    )
    await moved(tx, {row["id"]: row["region_code"] for row in elsewhere})


async def preview(tx: Transaction, most: int) -> Sequence[dict[str, Any]]:
    """The first rows that change something: ``{line, household_no, change: new|changed}``."""
    rows = await tx.rows(
        "SELECT line, household_no, person_change AS change FROM staged"
        " WHERE person_change IN ('new', 'changed') ORDER BY line LIMIT :most",
        {"most": most},
    )
    return [dict(row) for row in rows]
