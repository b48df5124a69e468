"""SQL of the registry, narrowed to what the caller reaches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.registry.fields import CONDITIONS, NULLABLE
from services.household_api.registry.history import (
    HOUSEHOLD_COLUMNS,
    PERSON_COLUMNS,
    archive_households,
    archive_persons,
    of,
)
from services.household_api.registry.rules import HEAD
from shared.db import Transaction
from shared.db.narrowing import expect_a_page, within
from shared.identifiers.regions import region_range

LIST: Final = """
SELECT {columns} FROM household h
WHERE {reach} AND {filters}
ORDER BY h.region_code, h.id LIMIT :most"""


@dataclass(frozen=True, slots=True)
class Filters:
    region: str | None = None
    household_type: str | None = None
    monitoring_type: str | None = None
    household_no: str | None = None
    ended: bool = False


async def list_households(
    tx: Transaction, filters: Filters, after: tuple[str | None, UUID | None], limit: int
) -> Sequence[RowMapping]:
    """By region and id, ``limit + 1`` of them."""
    reach = within(tx, "h")
    values: dict[str, Any] = {**reach.parameters, "most": limit + 1}
    conditions = ["true"]
    if filters.region is not None:
        values["region_from"], values["region_to"] = region_range(filters.region)
        conditions.append("h.region_code >= :region_from AND h.region_code < :region_to")
    for name in ("household_type", "monitoring_type", "household_no"):
        if (wanted := getattr(filters, name)) is not None:
            values[name] = wanted
            conditions.append(f"h.{name} = :{name}")
    if not filters.ended and filters.household_no is None:
        conditions.append("h.ended_on IS NULL")
    if after[0] is not None:
        values |= {"after_region": after[0], "after_id": after[1]}
        conditions.append("(h.region_code, h.id) > (cast(:after_region as varchar), cast(:after_id as uuid))")
    sql = LIST.format(columns=of("h", HOUSEHOLD_COLUMNS), reach=reach.sql, filters=" AND ".join(conditions))
    if filters.household_no is None:
        await expect_a_page(tx)
    return await tx.rows(sql, values)


async def heads_and_sizes(tx: Transaction, households: Sequence[UUID]) -> Sequence[RowMapping]:
    """For each household its head (a living one first; none: nulls) and the number of living members."""
    reach = within(tx, "p")
    return await tx.rows(
        f"""SELECT DISTINCT ON (p.household_id) p.household_id, p.id, p.sealed, p.relationship,
            count(*) FILTER (WHERE p.status = 'living') OVER (PARTITION BY p.household_id) AS size
        FROM person p WHERE p.household_id = ANY (cast(:households as uuid[])) AND {reach.sql}
        ORDER BY p.household_id, p.relationship <> :head, p.status <> 'living', p.id""",
        {**reach.parameters, "households": list(households), "head": HEAD},
    )


async def household(tx: Transaction, household_id: UUID, *, lock: bool = False) -> RowMapping | None:
    reach = within(tx, "h")
    return await tx.row(
        f"SELECT {of('h', HOUSEHOLD_COLUMNS)} FROM household h WHERE h.id = :id AND {reach.sql}"
        + (" FOR UPDATE" if lock else ""),
        {**reach.parameters, "id": household_id},
    )


async def household_as_of(tx: Transaction, household_id: UUID, at: datetime) -> RowMapping | None:
    reach = within(tx, "h")
    columns = of("h", HOUSEHOLD_COLUMNS)
    return await tx.row(
        f"""SELECT {columns} FROM household h WHERE h.id = :id AND h.valid_from <= :at AND {reach.sql}
        UNION ALL SELECT {columns} FROM household_history h
        WHERE h.id = :id AND h.valid_from <= :at AND h.valid_to > :at AND {reach.sql}""",
        {**reach.parameters, "id": household_id, "at": at},
    )


async def members(tx: Transaction, household_id: UUID) -> Sequence[RowMapping]:
    reach = within(tx, "p")
    return await tx.rows(
        f"SELECT {of('p', PERSON_COLUMNS)} FROM person p WHERE p.household_id = :household AND {reach.sql}"
        " ORDER BY p.relationship <> :head, p.id",
        {**reach.parameters, "household": household_id, "head": HEAD},
    )


async def members_as_of(tx: Transaction, household_id: UUID, at: datetime) -> Sequence[RowMapping]:
    reach = within(tx, "p")
    columns = of("p", PERSON_COLUMNS)
    return await tx.rows(
        f"""SELECT * FROM (
            SELECT {columns} FROM person p
            WHERE p.household_id = :household AND p.valid_from <= :at AND {reach.sql}
            UNION ALL SELECT {columns} FROM person_history p
            WHERE p.household_id = :household AND p.valid_from <= :at AND p.valid_to > :at AND {reach.sql}) m
        ORDER BY relationship <> :head, id""",
        {**reach.parameters, "household": household_id, "at": at, "head": HEAD},
    )


async def persons_by(
    tx: Transaction, index: str, value: bytes, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Persons with their households by one blind index (``id_index``, ``name_birth_index``)."""
    reach = within(tx, "p")
    return await tx.rows(
        f"""SELECT {of("p", PERSON_COLUMNS)}, h.household_no, h.household_type, h.monitoring_type
        FROM person p JOIN household h ON h.county_code = p.county_code AND h.id = p.household_id
        WHERE p.{index} = :value AND (cast(:after as uuid) IS NULL OR p.id > :after) AND {reach.sql}
        ORDER BY p.id LIMIT :most""",
        {**reach.parameters, "value": value, "after": after, "most": limit + 1},
    )


async def living_members(tx: Transaction, household_id: UUID) -> int:
    found: int = await tx.scalar(
        "SELECT count(*) FROM person WHERE county_code = :county AND household_id = :id AND status = 'living'",
        {"county": tx.county, "id": household_id},
    )
    return found


async def household_no_taken(tx: Transaction, household_no: str) -> bool:
    return bool(
        await tx.scalar(
            "SELECT EXISTS (SELECT FROM household WHERE county_code = :county AND household_no = :no)",
            {"county": tx.county, "no": household_no},
        )
    )


async def holder_of(tx: Transaction, id_index: bytes) -> UUID | None:
    """The person who has this ID number."""
    found: UUID | None = await tx.scalar(
        "SELECT id FROM person WHERE county_code = :county AND id_index = :id_index",
        {"county": tx.county, "id_index": id_index},
    )
    return found


async def household_of(tx: Transaction, person_id: UUID) -> UUID | None:
    reach = within(tx, "p")
    found: UUID | None = await tx.scalar(
        f"SELECT p.household_id FROM person p WHERE p.id = :id AND {reach.sql}",
        {**reach.parameters, "id": person_id},
    )
    return found


async def lock_registry(tx: Transaction) -> None:
    """One at a time in a county where persons come to be known."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtext('registry ' || :county))", {"county": tx.county})


async def add_household(tx: Transaction, values: Mapping[str, Any], reason: str) -> None:
    """``values``: id, household_no, region_code, household_type. Not monitored; nothing more is known of it."""
    empty = ("monitoring_type", *(name for name in CONDITIONS if name not in NULLABLE))
    names = ", ".join((*values, *empty))
    slots = ", ".join((*(f":{name}" for name in values), *("''" for _ in empty)))
    await tx.execute(
        f"INSERT INTO household (county_code, version, risk_eliminated, valid_from, changed_by, reason, {names})"
        f" VALUES (:county, 1, false, :now, :actor, :reason, {slots})",
        _made(tx, values, reason),
    )


async def versions(
    tx: Transaction, household_id: UUID, before: int | None, limit: int
) -> Sequence[RowMapping]:
    """The household's versions, the newest first, ``limit + 1`` of them."""
    reach = within(tx, "h")
    columns = (
        "h.version, h.region_code, h.household_type, h.monitoring_type, h.risk_eliminated, h.ended_on,"
        " h.valid_from, h.changed_by, h.reason"
    )
    return await tx.rows(
        f"""SELECT * FROM (
            SELECT {columns}, NULL AS valid_to FROM household h WHERE h.id = :id AND {reach.sql}
            UNION ALL SELECT {columns}, h.valid_to FROM household_history h WHERE h.id = :id AND {reach.sql}) v
        WHERE cast(:before as int) IS NULL OR version < :before ORDER BY version DESC LIMIT :most""",
        {**reach.parameters, "id": household_id, "before": before, "most": limit + 1},
    )


async def change_household(
    tx: Transaction, household_id: UUID, changes: Mapping[str, Any], reason: str
) -> None:
    """A new version of the household row; the former one goes to history."""
    await archive_households(tx, "", "h.id = :id", id=household_id)
    assignments = "".join(f", {name} = :{name}" for name in changes)
    await tx.execute(
        f"UPDATE household SET version = version + 1, valid_from = :now, changed_by = :actor,"
        f" reason = :reason{assignments} WHERE county_code = :county AND id = :id",
        {**_made(tx, changes, reason), "id": household_id},
    )


async def change_person(tx: Transaction, person_id: UUID, changes: Mapping[str, Any], reason: str) -> None:
    """A new version of the person's row; the former one goes to history."""
    await archive_persons(tx, "", "p.id = :id", id=person_id)
    assignments = "".join(f", {name} = :{name}" for name in changes)
    await tx.execute(
        f"UPDATE person SET version = version + 1, valid_from = :now, changed_by = :actor,"
        f" reason = :reason{assignments} WHERE county_code = :county AND id = :id",
        {**_made(tx, changes, reason), "id": person_id},
    )


async def add_person(tx: Transaction, values: Mapping[str, Any], reason: str) -> None:
    """``values``: every column of ``person`` but county, version, validity, actor and reason."""
    names = ", ".join(values)
    slots = ", ".join(f":{name}" for name in values)
    await tx.execute(
        f"INSERT INTO person (county_code, version, valid_from, changed_by, reason, {names})"
        f" VALUES (:county, 1, :now, :actor, :reason, {slots})",
        _made(tx, values, reason),
    )


def _made(tx: Transaction, values: Mapping[str, Any], reason: str) -> dict[str, Any]:
    """``values`` with who makes this version, when and why."""
    return {**values, "county": tx.county, "now": tx.now, "actor": str(tx.actor), "reason": reason}
