"""Screening by cadres (干部排查): households that they have found on their own, in a list or a table."""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final
from uuid import UUID

import msgspec

from services.warning_api.filing.rules import SCREENING
from services.warning_api.intake.errors import NoRecords
from services.warning_api.intake.other_ways_in import MOST_RECORDS, batch_of, file_records
from services.warning_api.intake.validation import ValidRecord, flaw_reasons
from services.warning_api.reports import routine_repository
from services.warning_api.reports.errors import ScreeningNotFound, TooManyItems
from services.warning_api.reports.rules import townships_of
from services.warning_api.reports.service import report_check
from services.warning_api.reports.validation import ReportCheck
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.sealing import Sealer
from shared.tables.columns import Column, Row, Sheet
from shared.tables.decoding import Spooled
from shared.tables.reading import read_table
from shared.tables.verdicts import verdict_sheet, verdict_words
from shared.tables.words import DETAIL, ID_NUMBER, NAME, PHONE, REGION_CODE, RESULT, RISKS
from shared.tables.writing import OutSheet

#: Rows of one call.
MOST_ITEMS: Final = 10_000

SHEET: Final = Sheet(
    (
        NAME.as_required(),
        ID_NUMBER,
        PHONE,
        REGION_CODE,
        Column("risk_types", (*RISKS.headers, "困难类型"), values=RISKS.values, many=True),
        Column("occurred_on", ("发现日期", "发生日期")),
        DETAIL,
        RESULT,
    )
)

#: What makes a row the same as another one of the month.
SAYING: Final = ("name", "id_number", "region_code", "risk_types", "occurred_on", "detail")


async def screen(tx: Transaction, content_type: str, body: Spooled) -> tuple[dict[str, Any], list[Row]]:
    """File what cadres have found, each row on its own; the verdicts, and the rows.

    A row that says what was said before in the month is a duplicate. Zero reports of the townships concerned are
    superseded. Refuses 422 ``no_records``, 413 ``too_many_items``, and what the reader refuses.
    """
    rows = await asyncio.to_thread(
        lambda: list(islice(read_table(body.file, content_type, SHEET, "items"), MOST_ITEMS + 1))
    )
    if not rows:
        raise NoRecords("没有可上报的农户；本月未发现的，请报送零报告", "No rows: file a zero report instead")
    if len(rows) > MOST_ITEMS:
        raise TooManyItems(f"一次最多 {MOST_ITEMS} 户，请分次提交", f"At most {MOST_ITEMS} rows at once")
    check, sealer = await report_check(tx), await tx.sealer()
    records, verdicts = await asyncio.to_thread(_judge, check, sealer, tx.county, rows)
    if len(records) > MOST_RECORDS:
        raise TooManyItems(f"困难类型合计最多 {MOST_RECORDS} 项", f"At most {MOST_RECORDS} kinds at once")
    rejected = sum(verdict["status"] == "rejected" for verdict in verdicts)
    batch, repeated = await file_records(tx, SCREENING, str(new_id()), records, rejected)
    for verdict in verdicts:
        if verdict["line"] in repeated:
            verdict["status"] = "duplicate"
    found = {record.region_code for line, record in records if record.region_code and line not in repeated}
    await routine_repository.supersede(tx, batch["cycle"], sorted(townships_of(found)))
    counts = {
        status: sum(verdict["status"] == status for verdict in verdicts)
        for status in ("accepted", "duplicate", "rejected")
    }
    await audit.record(tx, "screening.filed", f"screening/{batch['id']}", counts)
    return {
        **{name: batch[name] for name in ("id", "cycle", "state", "filed_at")},
        "received": len(rows),
        **counts,
        "items": verdicts,
    }, rows


def answered_sheet(rows: Sequence[Row], verdicts: Sequence[Mapping[str, Any]]) -> OutSheet:
    """The table as it was sent, with what became of each row."""
    said = {verdict["line"]: verdict_words(verdict) for verdict in verdicts}
    return verdict_sheet("干部排查", SHEET, rows, said)


async def read_screening(tx: Transaction, screening_id: UUID) -> dict[str, Any]:
    """How far a screening has come, for the county and for who filed it. Raises ``ScreeningNotFound``."""
    found = await batch_of(tx, screening_id, SCREENING)
    if found is None or ("county" not in tx.roles and not _is_own(tx, found["filed_by"])):
        raise ScreeningNotFound()
    return {**found, "clues": found["accepted"]}


def _is_own(tx: Transaction, filed_by: str) -> bool:
    return bool(filed_by.partition("/")[0] == tx.actor.client_id)


def _judge(
    check: ReportCheck, sealer: Sealer, county: str, rows: Sequence[Row]
) -> tuple[list[tuple[int, ValidRecord]], list[dict[str, Any]]]:
    """The clues of the rows that can be filed, and a verdict on each row."""
    keys = sealer.mac_many(county, [_said(row.values) for row in rows])
    records: list[tuple[int, ValidRecord]] = []
    verdicts = []
    for row, key in zip(rows, keys, strict=True):
        reasons = flaw_reasons(row)
        for one in check.check(row.values, key.hex()):
            if not isinstance(one, ValidRecord):
                reasons.append(one)
            elif not row.flaw:
                records.append((row.line, one))
        status = "rejected" if reasons else "accepted"
        verdicts.append({"line": row.line, "status": status, "errors": reasons})
    return records, verdicts


def _said(values: Mapping[str, Any]) -> bytes:
    """Personal data: only its blind index is kept."""
    return b"screening/" + msgspec.json.encode([values.get(name) for name in SAYING], enc_hook=str)
