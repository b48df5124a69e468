"""Drafting and issuing bulletins."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.engine import RowMapping

from services.warning_api.bulletins import gathering, repository, rules
from services.warning_api.bulletins.composition import compose
from services.warning_api.bulletins.errors import AlreadyIssued, DraftExists, PeriodNotBegun, SamePerson
from services.warning_api.bulletins.figures import GROUPINGS
from services.warning_api.bulletins.repository import Filters, json_of
from services.warning_api.bulletins.schemas import BulletinEdit, BulletinIn, IssueIn
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.documents import Document, from_json, to_json
from shared.errors import NotFound
from shared.pagination.cursors import Paging, page
from shared.parameters import parameter
from shared.regions import regions_of
from shared.runtime.preconditions import IfMatch

#: Who writes bulletins sees drafts, and every number.
BUREAU = "county"


async def draft(tx: Transaction, wanted: BulletinIn) -> UUID:
    """Compose the bulletin of a period from what is known now.

    Raises ``WrongPeriod`` (422), ``PeriodNotBegun``, ``DraftExists`` (409). Where the period's bulletin was issued
    already, the new one corrects it.
    """
    period = wanted.period
    if rules.begins_on(wanted.kind, period) > tx.today:
        raise PeriodNotBegun()
    await repository.one_at_a_time(tx)
    earlier = await repository.bulletins(tx, Filters(wanted.kind, period), None, 500, drafts=True)
    open_draft = next((row for row in earlier if row["issued_at"] is None), None)
    if open_draft is not None:
        raise DraftExists(members={"id": str(open_draft["id"])})
    bulletin_id = new_id()
    await repository.add(
        tx,
        {
            "id": bulletin_id,
            "kind": wanted.kind,
            "period": period,
            "corrects": earlier[-1]["id"] if earlier else None,
            "figures": json_of(await figures_of(tx, wanted.kind, period)),
            "form": json_of(await form_of(tx)),
            "assessment": wanted.assessment,
        },
    )
    await audit.record(tx, "bulletin.drafted", f"bulletin/{bulletin_id}", {"period": period})
    return bulletin_id


async def edit(tx: Transaction, bulletin_id: UUID, change: BulletinEdit, expected: IfMatch) -> None:
    """The assessment, or the numbers anew. Raises ``NotFound``, ``AlreadyIssued``."""
    row = await _held_draft(tx, bulletin_id, expected)
    figures, form = row["figures"], row["form"]
    if change.refresh:
        figures, form = await figures_of(tx, row["kind"], row["period"]), await form_of(tx)
    assessment = row["assessment"] if change.assessment is None else change.assessment
    values = {"figures": json_of(figures), "form": json_of(form), "assessment": assessment}
    await repository.write(tx, bulletin_id, values)
    detail = {"refreshed": change.refresh}
    await audit.record(tx, "bulletin.edited", f"bulletin/{bulletin_id}", detail)


async def issue(tx: Transaction, bulletin_id: UUID, wanted: IssueIn, expected: IfMatch) -> None:
    """Give it its number and keep it word for word. Raises ``NotFound``, ``AlreadyIssued``, ``SamePerson``,
    ``NumberTaken``."""
    await repository.one_at_a_time(tx)
    row = await _held_draft(tx, bulletin_id, expected)
    if str(tx.actor) in (row["drafted_by"], row["written_by"]):
        raise SamePerson()
    number, sequence, year = wanted.number, None, tx.today.year
    if number is None:
        sequence, number = await _next_number(tx, row["form"]["number"], year)
    both = {
        name: _composed(tx, row, number=number, draft=False, beyond=beyond)
        for name, beyond in (("county", False), ("beyond", True))
    }
    await repository.issue(
        tx,
        {
            "id": bulletin_id,
            "number": number,
            "year": year,
            "sequence": sequence,
            "issued_on": tx.today,
            "title": both["county"].title,
            "content": f'{{"county": {to_json(both["county"])}, "beyond": {to_json(both["beyond"])}}}',
        },
    )
    await audit.record(tx, "bulletin.issued", f"bulletin/{bulletin_id}", {"number": number})


async def list_bulletins(tx: Transaction, filters: Filters, paging: Paging) -> dict[str, Any]:
    rows = await repository.bulletins(
        tx, filters, paging.after_id(), paging.limit + 1, drafts=BUREAU in tx.roles
    )
    return page([_line(tx, row) for row in rows], paging, lambda row: [row["id"]])


async def describe(tx: Transaction, bulletin_id: UUID) -> tuple[dict[str, Any], Document]:
    """As ``schemas.Bulletin``, and the document that its reader may see. Raises ``NotFound``."""
    row = await repository.bulletin(tx, bulletin_id, drafts=BUREAU in tx.roles)
    if row is None:
        raise NotFound()
    if row["content"] is None:
        document = _composed(tx, row, number="", draft=True, beyond=False)
    else:
        document = from_json(row["content"]["county" if BUREAU in tx.roles else "beyond"])
    shown = {**_line(tx, row), "assessment": row["assessment"], "document": msgspec.to_builtins(document)}
    return shown, document


async def _next_number(tx: Transaction, pattern: str, year: int) -> tuple[int, str]:
    """The next of the year that no officer has given by hand."""
    sequence = await repository.last_sequence(tx, year)
    while True:
        sequence += 1
        number = rules.number_of(pattern, year, sequence)
        if not await repository.is_taken(tx, number):
            return sequence, number


async def _held_draft(tx: Transaction, bulletin_id: UUID, expected: IfMatch) -> RowMapping:
    await repository.hold(tx, bulletin_id)
    row = await repository.bulletin(tx, bulletin_id, drafts=BUREAU in tx.roles)
    if row is None:
        raise NotFound()
    expected.check(row["version"])
    if row["content"] is not None:
        raise AlreadyIssued(members={"number": row["number"]})
    return row


def _composed(tx: Transaction, row: RowMapping, *, number: str, draft: bool, beyond: bool) -> Document:
    return compose(
        row["figures"],
        row["form"],
        row["assessment"],
        tx.today,
        number=number,
        draft=draft,
        beyond=beyond,
        correcting=row["corrects"] is not None,
    )


def _line(tx: Transaction, row: RowMapping) -> dict[str, Any]:
    issued = row["issued_at"] is not None
    bureau = BUREAU in tx.roles
    return {
        **{name: row[name] for name in ("id", "kind", "period", "number", "corrects", "drafted_at")},
        **{name: row[name] for name in ("issued_on", "issued_at", "version")},
        "state": "issued" if issued else "draft",
        "title": row["title"]
        or "".join(
            rules.title_of(
                row["kind"], row["period"], row["county_name"], correcting=row["corrects"] is not None
            )
        ),
        "drafted_by": row["drafted_by"] if bureau else None,
        "issued_by": row["issued_by"] if bureau else None,
    }


async def _county_name(tx: Transaction) -> str:
    return (await regions_of(tx)).name(tx.county)


async def form_of(tx: Transaction) -> dict[str, str]:
    """The parameter ``bulletin_form`` with the county's name in it."""
    name = await _county_name(tx)
    value = (await parameter(tx, "bulletin_form")).value
    return {key: (text or "").replace("{county}", name) for key, text in value.items()}


async def figures_of(
    tx: Transaction,
    kind: rules.Kind,
    period: str,
    *,
    groupings: Sequence[str] = GROUPINGS,
    year_ago_whole: bool = False,
) -> dict[str, Any]:
    """What is known now of the period, the one before, the one a year ago, and the months up to it. A year ago in
    total, or ``year_ago_whole``: in every grouping."""
    this = rules.cycles_in(kind, period)
    before = rules.cycles_in(kind, rules.before(kind, period))
    year_ago = rules.cycles_in(kind, rules.a_year_before(period))
    months = rules.months_shown(kind, period)
    quarterly = kind == "quarterly"
    return {
        "kind": kind,
        "period": period,
        "as_of": tx.today.isoformat(),
        "county_name": await _county_name(tx),
        "loop": await gathering.loop_of(
            tx, groupings, [*this, *before, *(year_ago if year_ago_whole else ())], [*year_ago, *months]
        ),
        "pushes": await gathering.pushes_of(tx, this),
        "steps": await gathering.steps_of(tx),
        "rechecks": await gathering.rechecks_of(tx, this),
        "problems": await gathering.problems_of(tx, period if quarterly else None),
        "survey": await gathering.survey_of(tx, period) if quarterly else None,
        "petitions": await gathering.petitions_of(
            tx, rules.begins_on(kind, period), rules.ends_on(kind, period)
        ),
        "progress": await gathering.progress_of(tx, this),
        "ranking": await gathering.ranking_of(tx, period) if quarterly else None,
    }
