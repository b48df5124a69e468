"""Self-reports (农户自主申报): by an officer for a farmer, or by the farmer with his village's code."""

from typing import Any
from uuid import UUID

import msgspec

from services.warning_api.cycles.rules import cycle_of
from services.warning_api.filing.rules import SELF_REPORT
from services.warning_api.intake.other_ways_in import file_records
from services.warning_api.intake.validation import ValidRecord
from services.warning_api.reports import repository
from services.warning_api.reports.admission import FARMER
from services.warning_api.reports.errors import ReportNotFound
from services.warning_api.reports.rules import new_receipt_no, read_receipt_no
from services.warning_api.reports.schemas import SelfReportIn
from services.warning_api.reports.validation import ReportCheck
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import FieldError, Unprocessable
from shared.pagination.cursors import Paging, page
from shared.parameters import parameter
from shared.regions import regions_of


async def report_check(tx: Transaction) -> ReportCheck:
    """What the caller may report."""
    retired = (await parameter(tx, "retired_regions")).value
    return ReportCheck(tx.reach, await regions_of(tx), tx.today, retired)


async def report(tx: Transaction, body: SelfReportIn) -> dict[str, Any]:
    """File a self-report; its receipt, which tells nothing of whether anybody is known.

    The same report again while nobody has visited gets a receipt of its own, but no second clue. Raises 422 with
    every reason.
    """
    receipt_no = new_receipt_no()
    checked = (await report_check(tx)).check(body.model_dump(), receipt_no)
    records = [record for record in checked if isinstance(record, ValidRecord)]
    if not records:
        raise Unprocessable(
            errors=[
                FieldError(f"/{reason['field']}", reason["code"], reason["message"])
                for reason in checked
                if isinstance(reason, dict)
            ]
        )
    cycle = cycle_of(tx.today)
    (content,) = (await tx.sealer()).mac_many(tx.county, [_content(records)])
    await repository.one_content_at_a_time(tx, content)
    batch_id = await repository.pending_batch(tx, cycle, content)
    if batch_id is None:
        filed, _ = await file_records(tx, SELF_REPORT, receipt_no, [(1, record) for record in records])
        batch_id = filed["id"]
    report_id = new_id()
    await repository.add_report(
        tx,
        {
            "id": report_id,
            "cycle": cycle,
            "region_code": records[0].region_code,
            "receipt_no": receipt_no,
            "batch_id": batch_id,
            "content_index": content,
            "code_id": _code_of(tx),
        },
    )
    await audit.record(
        tx, "self_report.filed", f"self_report/{report_id}", {"by_farmer": _code_of(tx) is not None}
    )
    return {"receipt_no": receipt_no, "state": "received"}


async def read_state(tx: Transaction, receipt_no: str) -> dict[str, Any]:
    """How far a report has come. Raises ``ReportNotFound``, also for one of elsewhere."""
    stored = read_receipt_no(receipt_no)
    row = await repository.report(tx, stored) if stored is not None else None
    if row is None:
        raise ReportNotFound()
    return {"receipt_no": row["receipt_no"], "state": row["state"]}


async def list_reports(tx: Transaction, cycle: str | None, paging: Paging) -> dict[str, Any]:
    """The receipts of the caller's villages; who reported what stands in the tasks."""
    rows = await repository.reports(tx, cycle, paging.after_id(), paging.limit + 1)
    return page(rows, paging, lambda row: [row["id"]])


def _content(records: list[ValidRecord]) -> bytes:
    """All that a report says, the same for the same report. Personal data: stored as a blind index only."""
    first = records[0]
    said = (first.name, first.id_number, first.phone, first.region_code, str(first.occurred_on), first.detail)
    return b"self_report/" + msgspec.json.encode((said, sorted(record.indicator for record in records)))


def _code_of(tx: Transaction) -> UUID | None:
    """The village's code that the caller came with."""
    client = tx.actor.client_id
    return UUID(client.removeprefix(FARMER)) if client.startswith(FARMER) else None
