"""What other bodies know of vehicles, companies and property (policy.md, Identification: cross-check).

A table of theirs is matched with the registry by ID number. What concerns nobody in the registry is counted and
not kept.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.monitoring.errors import CrossCheckNotTable
from services.household_api.monitoring.repository import json_of
from services.household_api.registry import service as registry
from services.household_api.registry.lookups import persons_by_id_numbers
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_id, new_ids
from shared.db.narrowing import within
from shared.errors import FieldError
from shared.identifiers.id_number import InvalidIdNumber, normalise_id_number
from shared.identifiers.masking import mask_numbers
from shared.runtime.route import in_reach
from shared.sealing.texts import open_texts
from shared.tables.cells import CellError, to_date, to_text
from shared.tables.columns import Column, Row, Sheet
from shared.tables.decoding import Spooled
from shared.tables.reading import read_table
from shared.tables.words import ID_NUMBER

KINDS: Final[Mapping[str, str]] = {
    "车辆": "vehicle",
    "机动车": "vehicle",
    "企业": "company",
    "工商登记": "company",
    "房产": "property",
    "不动产": "property",
    "其他": "other",
}
KIND: Final = Column("kind", ("类别", "比对类别", "财产类别"), values=KINDS)
FOUND: Final = Column("found", ("内容", "比对结果", "比对内容", "情况说明"))
FOUND_ON: Final = Column("found_on", ("登记日期", "发现日期"))
SHEET: Final = Sheet((ID_NUMBER.as_required(), KIND.as_required(), FOUND.as_required(), FOUND_ON))

_ROWS_AT_ONCE: Final = 5_000
_LONGEST_FOUND: Final = 500
_REJECTS_SHOWN: Final = 500

_COLUMNS: Final = (
    "x.id, x.source, x.checked_on, x.received, x.matched, x.unmatched, x.rejected, x.rejects, x.made_at"
)


@dataclass(frozen=True, slots=True)
class _Known:
    """A row that can be read."""

    number: str
    kind: str
    found: str
    found_on: date


async def take_in(
    tx: Transaction, body: Spooled, content_type: str, source: str, checked_on: date | None
) -> tuple[UUID, bool]:
    """Keep what a table of ``source`` says of people in the registry; answers the cross-check's id and whether it
    is new: the same table of the same body and day is taken once. Raises TableError, ``CrossCheckNotTable``.
    """
    in_reach(tx, tx.county)
    on = checked_on or tx.today
    if on > tx.today:
        told = FieldError("/checked_on", "date_after_today", "比对日期不应在今天之后")
        raise CrossCheckNotTable(errors=[told])
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtext('cross_check ' || :county), hashtext(:told))",
        {"county": tx.county, "told": f"{source} {on} {body.sha256.hex()}"},
    )
    former: UUID | None = await tx.scalar(
        "SELECT id FROM cross_check WHERE county_code = :county AND source = :source"
        " AND checked_on = :on AND content_sha256 = :digest",
        {"county": tx.county, "source": source, "on": on, "digest": body.sha256},
    )
    if former is not None:
        return former, False
    check_id = new_id()
    matched = unmatched = rejected = 0
    rejects: list[dict[str, Any]] = []
    findings: list[tuple[RowMapping, _Known]] = []
    with closing(cast("Any", read_table(body.file, content_type, SHEET))) as rows:
        while batch := await asyncio.to_thread(lambda: list(islice(rows, _ROWS_AT_ONCE))):
            known, bad = _readable(batch, on)
            rejected += len(bad)
            rejects.extend(bad[: _REJECTS_SHOWN - len(rejects)])
            persons = await persons_by_id_numbers(tx, sorted({row.number for row in known}))
            hits = [(persons[row.number], row) for row in known if row.number in persons]
            findings.extend(hits)
            matched += len(hits)
            unmatched += len(known) - len(hits)
    counts = {"matched": matched, "unmatched": unmatched, "rejected": rejected}
    counts["received"] = sum(counts.values())
    await _add_check(tx, check_id, source, on, body.sha256, counts, rejects)
    # Nobody moves between the reading of where people live and the entry that then follows them.
    await registry.take_turns(tx)
    await _add_findings(tx, check_id, source, findings)
    await audit.record(tx, "cross_check.taken_in", f"cross_check/{check_id}", {"source": source, **counts})
    return check_id, True


def _readable(rows: Sequence[Row], today: date) -> tuple[list[_Known], list[dict[str, Any]]]:
    """The rows that can be read, and of the others line and reason."""
    known: list[_Known] = []
    bad: list[dict[str, Any]] = []
    for row in rows:
        try:
            known.append(_read(row, today))
        except (CellError, InvalidIdNumber) as error:
            bad.append({"line": row.line, "code": error.code, "message": error.message})
    return known, bad


def _read(row: Row, today: date) -> _Known:
    if row.flaw:
        raise CellError(*row.flaw)
    values = row.values
    number = to_text(values.get("id_number"))
    if number is None:
        raise CellError("id_number_missing", "缺少身份证号")
    kind = to_text(values.get("kind"))
    if kind is None or kind not in KINDS.values():
        raise CellError("kind_unknown", "类别应为 车辆、企业、房产、其他")
    found = to_text(values.get("found"), _LONGEST_FOUND)
    if found is None:
        raise CellError("found_missing", "缺少比对内容")
    found_on = to_date(values.get("found_on")) or today
    if found_on > today:
        raise CellError("date_after_today", "日期不应在比对日期之后")
    return _Known(normalise_id_number(number), kind, found, found_on)


async def _add_check(
    tx: Transaction,
    check_id: UUID,
    source: str,
    on: date,
    digest: bytes,
    counts: Mapping[str, int],
    rejects: Sequence[Mapping[str, Any]],
) -> None:
    await tx.execute(
        """INSERT INTO cross_check (county_code, id, region_code, source, checked_on, content_sha256, received,
            matched, unmatched, rejected, rejects, made_by, made_at)
        VALUES (:county, :id, :region, :source, :on, :digest, :received, :matched, :unmatched, :rejected,
            cast(:rejects as jsonb), :actor, :now)""",
        {
            **counts,
            "county": tx.county,
            "region": tx.county,
            "id": check_id,
            "source": source,
            "on": on,
            "digest": digest,
            "rejects": json_of(rejects),
            "actor": str(tx.actor),
            "now": tx.now,
        },
    )


async def _add_findings(
    tx: Transaction, check_id: UUID, source: str, findings: Sequence[tuple[RowMapping, _Known]]
) -> None:
    ids = new_ids(len(findings))
    sealed = (await tx.sealer()).seal_many(
        "cross_check_finding",
        "found",
        tx.county,
        [(row_id.bytes, known.found.encode()) for row_id, (_, known) in zip(ids, findings, strict=True)],
    )
    driver = await tx.driver()
    await driver.execute(
        """INSERT INTO cross_check_finding (county_code, id, check_id, region_code, household_id, person_id, kind,
            source, found_on, found)
        SELECT $1, f.id, $2, p.region_code, p.household_id, p.id, f.kind, $3, f.found_on, f.found
        FROM unnest($4::uuid[], $5::uuid[], $6::text[], $7::date[], $8::bytea[])
            AS f (id, person_id, kind, found_on, found)
        JOIN person p ON p.county_code = $1 AND p.id = f.person_id""",
        tx.county,
        check_id,
        source,
        ids,
        [person["id"] for person, _ in findings],
        [known.kind for _, known in findings],
        [known.found_on for _, known in findings],
        sealed,
    )


async def list_checks(
    tx: Transaction, check_id: UUID | None, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """The newest first, ``limit + 1`` of them, or the one."""
    reach = within(tx, "x")
    return await tx.rows(
        f"SELECT {_COLUMNS} FROM cross_check x WHERE {reach.sql}"
        " AND (cast(:id as uuid) IS NULL OR x.id = :id) AND (cast(:after as uuid) IS NULL OR x.id < :after)"
        " ORDER BY x.id DESC LIMIT :most",
        {**reach.parameters, "id": check_id, "after": after, "most": limit + 1},
    )


async def hits_of(tx: Transaction, household_id: UUID) -> Sequence[RowMapping]:
    """What was found about the members of a household, still sealed."""
    reach = within(tx, "f")
    return await tx.rows(
        "SELECT f.id, f.person_id, f.kind, f.source, f.found_on, f.found FROM cross_check_finding f"
        f" WHERE f.household_id = :household AND {reach.sql} ORDER BY f.id",
        {**reach.parameters, "household": household_id},
    )


async def shown_hits(tx: Transaction, household_id: UUID) -> list[dict[str, Any]]:
    """As ``schemas.Hit``; numbers that tell who somebody is are masked, as everywhere."""
    rows = await hits_of(tx, household_id)
    texts = await open_texts(tx, "cross_check_finding", "found", [(row["id"], row["found"]) for row in rows])
    return [{**row, "found": mask_numbers(text)} for row, text in zip(rows, texts, strict=True)]
