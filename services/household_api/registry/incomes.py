"""What households earned: dated records by kind, only ever added (policy.md, Registry and monitoring).

A record is of the twelve months up to ``as_of``. Of several with one ``as_of`` the last recorded counts: so a
record is corrected, and what was known before stays readable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.registry import repository
from services.household_api.registry.errors import HouseholdEnded, InvalidIncome
from services.household_api.registry.rules import INCOME_LIMIT
from services.household_api.registry.schemas import NewIncome
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.db.narrowing import within
from shared.errors import FieldError, NotFound
from shared.parameters import parameter

EARNED: Final = ("wages", "business", "property", "transfers")
KINDS: Final = (*EARNED, "costs")
#: Where a record that an officer enters comes from, unless it says otherwise.
ENTERED: Final = "entered"

COLUMNS: Final = (
    "i.id, i.household_id, i.as_of, i.wages, i.business, i.property, i.transfers, i.costs, i.members, i.source,"
    " i.reason, i.recorded_by, i.recorded_at"
)

LATEST: Final = f"""
SELECT DISTINCT ON (i.household_id) {COLUMNS} FROM income_record i
WHERE i.household_id = ANY (cast(:households as uuid[])) AND {{reach}}
AND (cast(:at as timestamptz) IS NULL OR i.recorded_at <= :at)
ORDER BY i.household_id, i.as_of DESC, i.recorded_at DESC, i.id DESC"""

LIST: Final = f"""
SELECT {COLUMNS} FROM income_record i WHERE i.household_id = :household AND {{reach}}
AND (cast(:after_day as date) IS NULL OR (i.as_of, i.id) < (cast(:after_day as date), cast(:after_id as uuid)))
ORDER BY i.as_of DESC, i.id DESC LIMIT :most"""

ADD: Final = """
INSERT INTO income_record (county_code, id, household_id, region_code, as_of, wages, business, property, transfers,
    costs, members, source, reason, recorded_by, recorded_at)
VALUES (:county, :id, :household, :region, :as_of, :wages, :business, :property, :transfers, :costs, :members,
    :source, :reason, :actor, :now)"""


@dataclass(frozen=True, slots=True)
class Income:
    """Yuan in the twelve months up to ``as_of``, of a household of ``members``."""

    as_of: date
    per_head: Decimal


def per_head(amounts: Mapping[str, Any], members: int) -> Decimal:
    """Income of all four kinds less costs, by head; two places."""
    net: Decimal = sum((amounts[name] for name in EARNED), Decimal(0)) - amounts["costs"]
    return (net / members).quantize(Decimal("0.01"))


async def latest(
    tx: Transaction, households: Sequence[UUID], at: datetime | None = None
) -> dict[UUID, Income]:
    """The income that counts for each household, as it was known at an instant (now); none: left out."""
    reach = within(tx, "i")
    rows = await tx.rows(
        LATEST.format(reach=reach.sql), {**reach.parameters, "households": list(households), "at": at}
    )
    return {row["household_id"]: Income(row["as_of"], per_head({**row}, row["members"])) for row in rows}


async def list_incomes(
    tx: Transaction, household_id: UUID, after: tuple[date | None, UUID | None], limit: int
) -> list[dict[str, Any]]:
    """The newest first, ``limit + 1`` of them, corrected ones too. Raises ``NotFound``."""
    if await repository.household(tx, household_id) is None:
        raise NotFound()
    reach = within(tx, "i")
    rows = await tx.rows(
        LIST.format(reach=reach.sql),
        {
            **reach.parameters,
            "household": household_id,
            "after_day": after[0],
            "after_id": after[1],
            "most": limit + 1,
        },
    )
    return [shown(row) for row in rows]


def shown(row: RowMapping) -> dict[str, Any]:
    """A record as ``schemas.IncomeRecord``."""
    return {**row, "per_capita_income": per_head({**row}, row["members"])}


async def record(tx: Transaction, household_id: UUID, wanted: NewIncome) -> dict[str, Any]:
    """Add a record; answers it as ``schemas.IncomeRecord``.

    Raises ``NotFound``, ``HouseholdEnded``, ``InvalidIncome``.
    """
    row = await repository.household(tx, household_id, lock=True)
    if row is None:
        raise NotFound()
    if row["ended_on"] is not None:
        raise HouseholdEnded()
    if wanted.as_of > tx.today:
        raise InvalidIncome(errors=[FieldError("/as_of", "as_of_in_future", "截止日期不能晚于今天")])
    members = wanted.members or await repository.living_members(tx, household_id)
    if not members:
        raise InvalidIncome(
            errors=[FieldError("/members", "members_missing", "户内没有健在成员，请填写计算人均的人数")]
        )
    amounts = {name: getattr(wanted, name) for name in KINDS}
    await _check_plausible(tx, wanted, per_head(amounts, members))
    values = {
        **amounts,
        "id": new_id(),
        "household": household_id,
        "region": row["region_code"],
        "as_of": wanted.as_of,
        "members": members,
        "source": wanted.source or ENTERED,
        "reason": wanted.reason or None,
    }
    await tx.execute(ADD, {**values, "county": tx.county, "actor": str(tx.actor), "now": tx.now})
    await audit.record(
        tx,
        "income.recorded",
        f"household/{household_id}",
        {"as_of": wanted.as_of.isoformat(), "confirmed": wanted.confirmed},
    )
    return {
        **amounts,
        **{name: values[name] for name in ("id", "as_of", "members", "source", "reason")},
        "household_id": household_id,
        "per_capita_income": per_head(amounts, members),
        "recorded_by": str(tx.actor),
        "recorded_at": tx.now,
    }


async def _check_plausible(tx: Transaction, wanted: NewIncome, income: Decimal) -> None:
    """A slipped comma makes a million, of income or of costs: it must be said to be meant, with a reason."""
    most = Decimal((await parameter(tx, INCOME_LIMIT)).value)
    if abs(income) <= most or (wanted.confirmed and wanted.reason):
        return
    if wanted.confirmed:
        raise InvalidIncome(
            errors=[FieldError("/reason", "reason_missing", "确认特别高的收入或支出须写明理由")]
        )
    highest = max(KINDS, key=lambda name: getattr(wanted, name))
    raise InvalidIncome(
        errors=[
            FieldError(
                f"/{highest}",
                INCOME_LIMIT,
                f"人均 {income} 元，不论正负不应超过 {most} 元（参数 {INCOME_LIMIT}），"
                "多半错了小数点，请核对；"
                "确属实的，请以 confirmed: true 并写明 reason 再次提交",
            )
        ]
    )
