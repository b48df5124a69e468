"""SQL of the guarantee ledgers, narrowed to what the caller reaches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.guarantees.rules import CROSSED_OFF
from services.household_api.registry.rules import HEAD
from shared.db import Transaction
from shared.db.narrowing import within
from shared.identifiers.regions import region_range

COLUMNS: Final = (
    "e.id, e.kind, e.state, e.region_code, e.household_id, e.person_id, e.subject, e.org_code, e.opened_on,"
    " e.due_on, e.settled, e.reopened, e.crossed_off_on, e.acted_by, e.version"
)

#: Who it is about: the person, or else the head of the household.
WITH_PERSON: Final = f"""
LEFT JOIN household h ON h.county_code = e.county_code AND h.id = e.household_id
LEFT JOIN LATERAL (
    SELECT p.id AS shown_id, p.sealed FROM person p
    WHERE p.county_code = e.county_code AND p.household_id = e.household_id
    AND (e.person_id IS NULL OR p.id = e.person_id)
    ORDER BY p.relationship <> '{HEAD}', p.status <> 'living', p.id LIMIT 1) p ON true"""

#: A guarantee is of the same household or person as a fact of the registry.
SAME: Final = (
    "e.county_code = :county AND e.kind = f.kind AND e.household_id = f.household_id"
    " AND e.person_id IS NOT DISTINCT FROM f.person_id"
)


@dataclass(frozen=True, slots=True)
class Filters:
    kind: str | None = None
    state: str | None = None
    org_code: str | None = None
    region: str | None = None
    household_id: UUID | None = None
    overdue: bool = False


async def entries(tx: Transaction, filters: Filters, after: UUID | None, limit: int) -> Sequence[RowMapping]:
    """The newest first, ``limit + 1`` of them."""
    reach = within(tx, "e")
    values: dict[str, Any] = {**reach.parameters, "most": limit + 1}
    conditions = [reach.sql]
    for name in ("kind", "state", "org_code", "household_id"):
        if (wanted := getattr(filters, name)) is not None:
            values[name] = wanted
            conditions.append(f"e.{name} = :{name}")
    if filters.region is not None:
        values["region_from"], values["region_to"] = region_range(filters.region)
        conditions.append("e.region_code >= :region_from AND e.region_code < :region_to")
    if filters.overdue:
        values |= {"today": tx.today, "crossed_off": CROSSED_OFF}
        conditions.append("e.due_on < :today AND e.state <> :crossed_off")
    if after is not None:
        values["after"] = after
        conditions.append("e.id < :after")
    return await tx.rows(
        f"""SELECT {COLUMNS}, h.household_no, p.shown_id, p.sealed
        FROM (SELECT e.* FROM guarantee_entry e WHERE {" AND ".join(conditions)}
            ORDER BY e.id DESC LIMIT :most) e {WITH_PERSON} ORDER BY e.id DESC""",
        values,
    )


async def entry(tx: Transaction, entry_id: UUID) -> RowMapping | None:
    reach = within(tx, "e")
    return await tx.row(
        f"SELECT {COLUMNS}, h.household_no, p.shown_id, p.sealed FROM guarantee_entry e {WITH_PERSON}"
        f" WHERE e.id = :id AND {reach.sql}",
        {**reach.parameters, "id": entry_id},
    )


async def locked(tx: Transaction, entry_id: UUID) -> RowMapping | None:
    reach = within(tx, "e")
    return await tx.row(
        f"SELECT {COLUMNS} FROM guarantee_entry e WHERE e.id = :id AND {reach.sql} FOR UPDATE",
        {**reach.parameters, "id": entry_id},
    )


async def steps(tx: Transaction, entry_id: UUID) -> Sequence[RowMapping]:
    return await tx.rows(
        "SELECT step, done_on, note, made_by, made_at FROM guarantee_step"
        " WHERE county_code = :county AND entry_id = :entry ORDER BY version",
        {"county": tx.county, "entry": entry_id},
    )


async def acted_by(tx: Transaction, entry_id: UUID) -> set[str]:
    """Everybody who has noted an action since the entry was opened, the last time."""
    rows = await tx.rows(
        """SELECT DISTINCT s.made_by FROM guarantee_step s
        WHERE s.county_code = :county AND s.entry_id = :entry AND s.step = 'action' AND s.version > (
            SELECT max(o.version) FROM guarantee_step o WHERE o.county_code = :county AND o.entry_id = :entry
            AND o.step IN ('opened', 'reopening'))""",
        {"county": tx.county, "entry": entry_id},
    )
    return {row["made_by"] for row in rows}


async def take_turns(tx: Transaction) -> None:
    """One at a time in a county where entries are opened."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtext('guarantees ' || :county))", {"county": tx.county}
    )


async def same_entry(
    tx: Transaction, kind: str, household_id: UUID | None, person_id: UUID | None, index: bytes | None
) -> RowMapping | None:
    """The entry of this ledger for the same person, household or (``index``) somebody outside the registry."""
    return await tx.row(
        f"""SELECT {COLUMNS} FROM guarantee_entry e WHERE e.county_code = :county AND e.kind = :kind
        AND CASE WHEN cast(:index as bytea) IS NOT NULL THEN e.subject_index = :index
            WHEN cast(:person as uuid) IS NOT NULL THEN e.person_id = :person
            ELSE e.household_id = :household AND e.person_id IS NULL END FOR UPDATE""",
        {
            "county": tx.county,
            "kind": kind,
            "household": household_id,
            "person": person_id,
            "index": index,
        },
    )


async def add_entry(tx: Transaction, values: Mapping[str, Any]) -> None:
    await tx.execute(
        """INSERT INTO guarantee_entry (county_code, id, region_code, kind, household_id, person_id, subject,
            subject_index, org_code, state, settled, reopened, opened_on, due_on, acted_by, version)
        VALUES (:county, :id, :region_code, :kind, :household_id, :person_id, :subject, :subject_index,
            :org_code, 'open', false, 0, :today, :due_on, '', 1)""",
        {**values, "county": tx.county, "today": tx.today},
    )


async def change(tx: Transaction, entry_id: UUID, changes: Mapping[str, Any]) -> None:
    assignments = "".join(f", {name} = :{name}" for name in changes)
    await tx.execute(
        f"UPDATE guarantee_entry SET version = version + 1{assignments}"
        " WHERE county_code = :county AND id = :id",
        {**changes, "county": tx.county, "id": entry_id},
    )


async def add_step(
    tx: Transaction,
    row: RowMapping | dict[str, Any],
    version: int,
    step: str,
    done_on: date,
    note: bytes | None,
) -> None:
    """``row``: the entry's ``id`` and ``region_code``."""
    await tx.execute(
        """INSERT INTO guarantee_step
            (county_code, entry_id, version, region_code, step, done_on, note, made_by, made_at)
        VALUES (:county, :entry, :version, :region, :step, :done_on, :note, :actor, :now)""",
        {
            "county": tx.county,
            "entry": row["id"],
            "version": version,
            "region": row["region_code"],
            "step": step,
            "done_on": done_on,
            "note": note,
            "actor": str(tx.actor),
            "now": tx.now,
        },
    )


async def counts(tx: Transaction, by: str, region: str | None) -> Sequence[RowMapping]:
    """By ledger and department, or ledger and township."""
    reach = within(tx, "e")
    key = {"department": "e.org_code", "township": "left(e.region_code, 9)"}[by]
    values: dict[str, Any] = {**reach.parameters, "today": tx.today}
    conditions = [reach.sql]
    if region is not None:
        values["region_from"], values["region_to"] = region_range(region)
        conditions.append("e.region_code >= :region_from AND e.region_code < :region_to")
    return await tx.rows(
        f"""SELECT {key} AS key, e.kind, count(*) FILTER (WHERE e.state = 'open')::int AS open,
            count(*) FILTER (WHERE e.state = 'acting')::int AS acting,
            count(*) FILTER (WHERE e.state <> 'crossed_off' AND e.due_on < :today)::int AS overdue,
            count(*) FILTER (WHERE e.state = 'crossed_off')::int AS crossed_off,
            count(*) FILTER (WHERE e.reopened > 0)::int AS reopened
        FROM guarantee_entry e WHERE {" AND ".join(conditions)} GROUP BY 1, 2 ORDER BY 1, 2""",
        values,
    )


async def of_households(tx: Transaction, households: Sequence[UUID]) -> Sequence[RowMapping]:
    """The entries of many households."""
    reach = within(tx, "e")
    return await tx.rows(
        f"SELECT {COLUMNS} FROM guarantee_entry e"
        f" WHERE e.household_id = ANY (cast(:households as uuid[])) AND {reach.sql} ORDER BY e.id",
        {**reach.parameters, "households": list(households)},
    )


async def is_member(tx: Transaction, person_id: UUID, household_id: UUID) -> bool:
    """Whether somebody is a living member of this household."""
    reach = within(tx, "p")
    found: bool = await tx.scalar(
        "SELECT EXISTS (SELECT FROM person p WHERE p.id = :person AND p.household_id = :household"
        f" AND p.status = 'living' AND {reach.sql})",
        {**reach.parameters, "person": person_id, "household": household_id},
    )
    return found


async def move(tx: Transaction, moved: Mapping[UUID, str]) -> None:
    """Entries and their steps go with their households to another region."""
    values = {"county": tx.county, "households": list(moved), "regions": list(moved.values())}
    await tx.execute(
        """UPDATE guarantee_step s SET region_code = m.region FROM guarantee_entry e,
            unnest(cast(:households as uuid[]), cast(:regions as text[])) AS m (household_id, region)
        WHERE e.county_code = :county AND e.household_id = m.household_id
        AND s.county_code = :county AND s.entry_id = e.id""",
        values,
    )
    await tx.execute(
        """UPDATE guarantee_entry e SET region_code = m.region
        FROM unnest(cast(:households as uuid[]), cast(:regions as text[])) AS m (household_id, region)
        WHERE e.county_code = :county AND e.household_id = m.household_id""",
        values,
    )


async def move_places(tx: Transaction, codes: Mapping[str, str]) -> None:
    """Entries of nobody in the registry, and their steps, go with their place (ended code -> present one)."""
    values = {"county": tx.county, "codes": list(codes), "regions": list(codes.values())}
    await tx.execute(
        """UPDATE guarantee_step s SET region_code = m.region FROM guarantee_entry e,
            unnest(cast(:codes as text[]), cast(:regions as text[])) AS m (code, region)
        WHERE e.county_code = :county AND e.household_id IS NULL AND e.region_code = m.code
        AND s.county_code = :county AND s.entry_id = e.id""",
        values,
    )
    await tx.execute(
        """UPDATE guarantee_entry e SET region_code = m.region
        FROM unnest(cast(:codes as text[]), cast(:regions as text[])) AS m (code, region)
        WHERE e.county_code = :county AND e.household_id IS NULL AND e.region_code = m.code""",
        values,
    )
