"""What was put up in villages and townships, and what was not in time (policy.md, Funds: 两个一律、九个公开)."""

from typing import Any

from services.funds_api.disclosure import posting_repository as repository
from services.funds_api.disclosure.errors import PostedInFuture
from services.funds_api.disclosure.schemas import PostingIn
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import NotFound
from shared.pagination.cursors import Paging, page
from shared.parameters import parameter


async def record(tx: Transaction, given: PostingIn) -> dict[str, Any]:
    """An allocation or project was put up. ``NotFound`` also for one outside the reach."""
    if given.posted_on > tx.today:
        raise PostedInFuture()
    found = await repository.subject(tx, given.kind, given.subject_id)
    if found is None:
        raise NotFound()
    values = {**given.model_dump(), "id": new_id(), "region_code": found["region_code"]}
    await repository.add(tx, values)
    await audit.record(tx, "disclosure.posted", f"{given.kind}/{given.subject_id}")
    return {**values, "recorded_by": str(tx.actor), "recorded_at": tx.now}


async def list_postings(tx: Transaction, paging: Paging) -> dict[str, Any]:
    rows = await repository.postings(tx, paging.after_id(), paging.limit + 1)
    return page([dict(row) for row in rows], paging, lambda row: [row["id"]])


async def findings(tx: Transaction, paging: Paging) -> dict[str, Any]:
    """Arrangements of townships and villages that were not put up in time (parameter ``disclosure_days``)."""
    days = (await parameter(tx, "disclosure_days")).value
    rows = await repository.not_posted(tx, days, tx.today, paging.after_id(), paging.limit + 1)
    items = [{**row, "overdue_days": (tx.today - row["due_on"]).days} for row in rows]
    return page(items, paging, lambda row: [row["subject_id"]])
