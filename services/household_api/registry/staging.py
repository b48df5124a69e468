"""The one way into the registry: rows are staged, held against each other and the registry, then merged.

A table of the transaction (``staged``) takes the rows by COPY; everything after that is set-based
(design.md, The push, at speed). Nothing stands here in plain text that the registry would seal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

import orjson

from services.household_api.registry.fields import CONDITIONS, INDEXES, PERSON, STANDING
from services.household_api.registry.particulars import Vault
from services.household_api.registry.repository import lock_registry
from services.household_api.registry.rules import HEAD, RegistryRow, RowError
from shared.db import Transaction
from shared.db.identifiers import new_row_ids

#: The plain fields of a row, named alike in ``RegistryRow``, the staging table and the registry.
PLAIN: Final = ("household_no", *STANDING, *CONDITIONS, *PERSON)

#: What a row brings; ``id`` and ``household_new_id`` are taken where person or household are new.
COLUMNS: Final = ("line", "id", "household_new_id", *PLAIN, "facts", "sealed", *INDEXES, "errors", "rejected")

CREATE = f"""
CREATE TEMPORARY TABLE staged (
    line integer NOT NULL,
    id uuid NOT NULL,
    household_new_id uuid NOT NULL,
    household_no text,
    region_code varchar(12) COLLATE "C" NOT NULL,
    household_type text,
    monitoring_type text,
    risk_eliminated boolean,
    {", ".join(f"{name} {kind}" for name, kind in {**CONDITIONS, **PERSON}.items())},
    facts jsonb,
    sealed bytea,
    {", ".join(f"{name} {'integer' if name == 'match_key_id' else 'bytea'}" for name in INDEXES)},
    errors jsonb,
    rejected bytea,
    household_id uuid,
    household_change text,
    person_id uuid,
    person_change text,
    content_changed boolean NOT NULL DEFAULT false
) ON COMMIT DROP"""

LEADERS = """
SELECT DISTINCT ON (household_no) household_no, line, region_code, household_type, monitoring_type, risk_eliminated
FROM staged WHERE errors IS NULL ORDER BY household_no, relationship <> :head, line"""

#: Persons of the registry that head a household of the same number.
KNOWN_HEADS = """
SELECT h.household_no, p.id_index, p.name_index FROM household h
JOIN person p ON p.county_code = h.county_code AND p.household_id = h.id
WHERE h.county_code = :county AND p.relationship = :head AND p.status = 'living'"""

#: A family that the registry knows: what the file makes of its head is judged on the whole of it (heads.py).
KNOWN_FAMILY = """
SELECT FROM household h JOIN person p ON p.county_code = h.county_code AND p.household_id = h.id
WHERE h.county_code = :county AND h.household_no = s.household_no AND p.status = 'living'"""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rows that cannot stand beside others. ``sql`` yields (id, place); ``message`` names the place."""

    field: str
    code: str
    message: str
    sql: str


#: What all rows of a household that state it must state alike; assistance may be one member's.
ALIKE: Final = tuple(name for name in CONDITIONS if name != "social_assistance")

#: In this order: what one finds is left out of the next.
CONFLICTS: Final = (
    Conflict(
        "id_number",
        "id_number_twice",
        "同一证件号码已在第{place}行出现，请核对后只保留一行",
        """SELECT id, first AS place FROM (
            SELECT id, line, min(line) OVER (PARTITION BY id_index) AS first
            FROM staged WHERE errors IS NULL AND id_index IS NOT NULL) s
        WHERE line > first""",
    ),
    Conflict(
        "name",
        "member_twice",
        "同一户中没有证件号码的同名成员已在第{place}行出现，请补充证件号码或删去一行",
        """SELECT id, first AS place FROM (
            SELECT id, line, min(line) OVER (PARTITION BY household_no, name_index) AS first
            FROM staged WHERE errors IS NULL AND id_index IS NULL) s
        WHERE line > first""",
    ),
    Conflict(
        "id_number",
        "id_number_in_other_household",
        "该证件号码已登记在户编号{place}，请先在原户标记迁出，或核对证件号码",
        """SELECT s.id, h.household_no AS place FROM staged s
        JOIN person p ON p.county_code = :county AND p.id_index = s.id_index
        JOIN household h ON h.county_code = :county AND h.id = p.household_id
        WHERE s.errors IS NULL AND h.household_no <> s.household_no AND p.status <> 'moved'""",
    ),
    Conflict(
        "household_no",
        "household_differs",
        "同一户的村代码、户类型、监测类别应一致，本行与第{place}行不同，请核对",
        f"""SELECT s.id, l.line AS place FROM staged s
        JOIN ({LEADERS}) l ON l.household_no = s.household_no
        WHERE s.errors IS NULL AND (s.region_code <> l.region_code OR s.household_type <> l.household_type
            OR s.monitoring_type <> l.monitoring_type OR s.risk_eliminated <> l.risk_eliminated)""",
    ),
    Conflict(
        "household_no",
        "household_differs",
        "同一户的住房等级、饮水、帮扶联系人、合规自付支出应一致，本行与第{place}行不同，请核对",
        f"""SELECT s.id, d.first AS place FROM staged s JOIN (
            SELECT household_no, min(line) AS first FROM staged WHERE errors IS NULL GROUP BY household_no
            HAVING {" OR ".join(f"min({name}) <> max({name})" for name in ALIKE)}) d USING (household_no)
        WHERE s.errors IS NULL AND s.line > d.first""",
    ),
    Conflict(
        "household_no",
        "household_differs",
        "同一户的收入、识别与消除时间、致贫返贫风险应一致，本行与第{place}行不同，请核对",
        """SELECT s.id, l.line AS place FROM staged s JOIN (
            SELECT DISTINCT ON (household_no) household_no, line, facts FROM staged
            WHERE errors IS NULL AND facts IS NOT NULL ORDER BY household_no, relationship <> :head, line) l
            ON l.household_no = s.household_no
        WHERE s.errors IS NULL AND s.facts IS NOT NULL AND s.facts <> l.facts""",
    ),
    Conflict(
        "relationship",
        "two_heads",
        "该户在第{place}行已有户主，一户只能有一名健在的户主，请核对与户主关系",
        """SELECT id, first AS place FROM (
            SELECT id, line, min(line) OVER (PARTITION BY household_no) AS first FROM staged
            WHERE errors IS NULL AND relationship = :head AND coalesce(status, 'living') = 'living') s
        WHERE line > first""",
    ),
    Conflict(
        "relationship",
        "two_heads",
        "登记簿中户{place}已有健在的户主而本次没有列出，请把原户主一并列出并写明其关系或状态",
        f"""SELECT s.id, s.household_no AS place FROM staged s
        JOIN ({KNOWN_HEADS}) k ON k.household_no = s.household_no
        WHERE s.errors IS NULL AND s.relationship = :head AND coalesce(s.status, 'living') = 'living'
        AND NOT EXISTS (SELECT FROM staged o WHERE o.household_no = k.household_no AND o.errors IS NULL
            AND (o.id_index = k.id_index OR o.name_index = k.name_index))""",
    ),
    Conflict(
        "relationship",
        "head_missing",
        "户{place}没有户主，请在文件中标明户主（户主已故的也请列出并标明死亡）",
        f"""SELECT s.id, s.household_no AS place FROM staged s
        WHERE s.errors IS NULL
        AND NOT EXISTS (SELECT FROM staged o WHERE o.household_no = s.household_no AND o.relationship = :head)
        AND NOT EXISTS ({KNOWN_FAMILY})""",
    ),
)

MARK = """
UPDATE staged s SET errors = e.errors::jsonb
FROM unnest(cast(:ids as uuid[]), cast(:errors as text[])) AS e (id, errors) WHERE e.id = s.id"""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be read: its errors and the sealed record. What could be read tells its household."""

    household_no: str | None
    relationship: str | None
    errors: Sequence[RowError]
    record_id: UUID
    sealed_record: bytes


_plain = attrgetter(*PLAIN)
_indexes = attrgetter(*INDEXES)


def to_stage(
    vault: Vault, rows: Sequence[tuple[int, RegistryRow, str | None]], households: Mapping[str, UUID]
) -> list[tuple[Any, ...]]:
    """Rows as ``stage`` takes them: (line, row, facts as JSON), sealed and indexed. ``households``: an id for each
    number, taken where the household is new."""
    ids = new_row_ids(len(rows))
    persons = [row.particulars for _, row, _ in rows]
    sealed = vault.seal_many(list(zip(ids, persons, strict=True)))
    return [
        (
            line,
            # As text: an id is slow to send from one process to another.
            str(row_id),
            str(households[row.household_no]),
            *_plain(row),
            facts,
            blob,
            *_indexes(index),
            None,
            None,
        )
        for (line, row, facts), row_id, blob, index in zip(
            rows, ids, sealed, vault.index_many(persons), strict=True
        )
    ]


def refused_to_stage(county: str, line: int, refused: Refused) -> tuple[Any, ...]:
    """A refused row in the same form; its region is the county, since its own may be what is wrong."""
    told = {
        "line": line,
        "id": str(refused.record_id),
        "household_new_id": str(refused.record_id),
        "household_no": refused.household_no,
        "relationship": refused.relationship,
        "region_code": county,
        "errors": orjson.dumps([error.as_dict() for error in refused.errors]).decode(),
        "rejected": refused.sealed_record,
    }
    return tuple(told.get(column) for column in COLUMNS)


async def begin_staging(tx: Transaction) -> None:
    """Make the table; once a transaction."""
    await tx.execute(CREATE)


async def stage(tx: Transaction, records: Sequence[tuple[Any, ...]]) -> None:
    driver = await tx.driver()
    await driver.copy_records_to_table("staged", records=records, columns=COLUMNS)


async def mark_conflicts(tx: Transaction) -> None:
    """Put into ``errors`` what is wrong between the rows, and between them and the registry.

    From here on one transaction at a time in a county, so that two do not both find a person new.
    """
    await lock_registry(tx)
    # What the statements below join and group by; a sample of the sealed columns would cost more than it tells.
    await tx.execute("ANALYZE staged (line, id, household_no, relationship, id_index, name_index, errors)")
    for conflict in CONFLICTS:
        found = await tx.rows(conflict.sql, {"county": tx.county, "head": HEAD})
        await mark(
            tx,
            {
                row["id"]: RowError(
                    conflict.field, conflict.code, conflict.message.format(place=row["place"])
                )
                for row in found
            },
        )


async def mark(tx: Transaction, errors: Mapping[UUID, RowError]) -> None:
    """Refuse staged rows, by id."""
    if not errors:
        return
    await tx.execute(
        MARK,
        {
            "ids": list(errors),
            "errors": [orjson.dumps([error.as_dict()]).decode() for error in errors.values()],
        },
    )
