"""The codes with which a village's farmers report by themselves: shown once, kept as a digest, ending by themselves."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.warning_api.reports import repository
from services.warning_api.reports.errors import VillageNotFound
from services.warning_api.reports.rules import grouped, new_code, qr_text
from shared import audit
from shared.auth.client_secrets import digest_of
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import NotFound
from shared.pagination.cursors import Paging, page
from shared.parameters import parameter
from shared.regions import Region, regions_of


async def issue(tx: Transaction, village: str) -> dict[str, Any]:
    """A new code of a village beside those that it has; ``code`` and ``qr_text`` are shown this once."""
    region = await _village(tx, village)
    code, code_id = new_code(), new_id()
    expires_on = tx.today + timedelta(days=(await parameter(tx, "self_report_code_days")).value)
    await repository.add_code(
        tx,
        {"id": code_id, "region_code": village, "digest": digest_of(code), "expires_on": expires_on},
    )
    await audit.record(tx, "report_code.issued", f"report_code/{code_id}", {"village": village})
    return {
        "id": code_id,
        "region_code": village,
        "village": region.name,
        "code": grouped(code),
        "qr_text": qr_text((await parameter(tx, "self_report_page")).value, village, code),
        "expires_on": expires_on,
    }


async def list_codes(tx: Transaction, village: str, paging: Paging) -> dict[str, Any]:
    """A village's codes, without what they are."""
    await _village(tx, village)
    rows = await repository.codes(tx, village, paging.after_id(), paging.limit + 1)
    return page(rows, paging, lambda row: [row["id"]])


async def revoke(tx: Transaction, code_id: UUID) -> None:
    """The code ends now; doing it again changes nothing."""
    if not await repository.revoke(tx, code_id):
        raise NotFound()
    await audit.record(tx, "report_code.revoked", f"report_code/{code_id}")


async def _village(tx: Transaction, code: str) -> Region:
    region = (await regions_of(tx)).get(code)
    if region is None or region.level != "village" or not tx.reach.covers(code):
        raise VillageNotFound()
    return region
