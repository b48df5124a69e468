"""Sharing out a station's income: public posts, small works, rewards (policy.md, Funds: photovoltaic income).

Payments are a register of what was paid; whoever plans, pays, takes back or closes holds the station's balance first.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.funds_api.photovoltaic import distribution_repository as repository
from services.funds_api.photovoltaic.errors import (
    AlreadyReversed,
    DistributionClosed,
    InvalidPayments,
    InvalidPlan,
    PaidTwice,
    ReversalOfReversal,
    WrongMonth,
)
from services.funds_api.photovoltaic.repository import change_balance
from services.funds_api.photovoltaic.rules import TRANSITIONS, Use, paid_for, payment_problems, total
from services.funds_api.photovoltaic.schemas import DistributionIn, PaymentsIn
from services.funds_api.photovoltaic.service import find_station, hold_balance, require
from services.funds_api.projects.errors import DayAfterToday
from services.funds_api.registry import find_households, sees_households
from shared.audit import record
from shared.db.identifiers import new_id, new_ids
from shared.db.transaction import Transaction
from shared.errors import FieldError, NotFound
from shared.pagination.cursors import Paging, page
from shared.runtime.preconditions import IfMatch

NO_HOUSEHOLD = ("household_not_found", "登记簿中没有该户，或该户当时已终止")


async def check_plan(tx: Transaction, given: DistributionIn) -> None:
    """What can be told of a plan before the first statement: raises ``InvalidPlan``, ``RegistryAway``."""
    if given.from_month > given.to_month:
        raise WrongMonth("/to_month", "结束月份不能早于开始月份")
    errors = []
    seen = set()
    for place, each in enumerate(given.posts):
        if each.post in seen:
            errors.append(FieldError(f"/posts/{place}/post", "post_repeated", "一个岗位只有一户，请分别命名"))
        seen.add(each.post)
    asked = [(each.household_id, tx.today) for each in given.posts]
    for place, (household, _) in enumerate(await find_households(tx, asked)):
        if not household.found:
            errors.append(FieldError(f"/posts/{place}/household_id", *NO_HOUSEHOLD))
    if not given.posts and not given.small_works and not given.rewards:
        errors.append(FieldError("/posts", "missing", "公益岗位、小型公益事业、奖补至少安排一项"))
    if errors:
        raise InvalidPlan(errors)


async def plan(tx: Transaction, station_id: UUID, given: DistributionIn) -> dict[str, Any]:
    """Plan income that was received and not planned before. Raises ``InsufficientIncome``."""
    balance = await hold_balance(tx, station_id)
    shares: dict[Use, Decimal] = {
        "public_post": total(*(each.amount for each in given.posts)),
        "small_works": given.small_works,
        "reward": given.rewards,
    }
    planned = total(*shares.values())
    require(planned, balance["received"] - balance["planned"])
    distribution_id = new_id()
    values = {
        **given.model_dump(include={"from_month", "to_month", "document_no"}),
        "id": distribution_id,
        "station_id": station_id,
        "region_code": balance["region_code"],
    }
    shared: dict[str, Decimal] = {use: amount for use, amount in shares.items() if amount}
    await repository.add(tx, values, shared, [each.model_dump() for each in given.posts])
    await change_balance(tx, station_id, planned=planned)
    await record(tx, "distribution.planned", f"distribution/{distribution_id}", {"planned": str(planned)})
    return await find(tx, distribution_id)


async def find(tx: Transaction, distribution_id: UUID) -> dict[str, Any]:
    """Raises ``NotFound`` also for one outside the reach."""
    row = await repository.distribution(tx, distribution_id)
    if row is None:
        raise NotFound()
    posts = await repository.posts(tx, distribution_id)
    return {**row, "posts": [_shown(tx, post) for post in posts]}


def _shown(tx: Transaction, row: Mapping[Any, Any]) -> dict[str, Any]:
    return {**row, "household_id": row["household_id"] if sees_households(tx) else None}


async def list_distributions(
    tx: Transaction, paging: Paging, *, station_id: UUID | None, state: str | None
) -> dict[str, Any]:
    rows = await repository.distributions(tx, station_id, state, paging.after_id(), paging.limit + 1)
    return page([dict(row) for row in rows], paging, lambda row: [row["id"]])


async def close(tx: Transaction, distribution_id: UUID, reason: str, expected: IfMatch) -> dict[str, Any]:
    """End a plan: what was not paid of it can be planned anew. Raises ``DistributionClosed``."""
    held = await _hold(tx, distribution_id)
    expected.check(held["version"])
    if "closed" not in TRANSITIONS[held["state"]]:
        raise DistributionClosed()
    await repository.close(tx, distribution_id, reason)
    await change_balance(tx, held["station_id"], planned=held["paid"] - held["amount"])
    await record(tx, "distribution.closed", f"distribution/{distribution_id}")
    return await find(tx, distribution_id)


async def _hold(tx: Transaction, distribution_id: UUID) -> dict[str, Any]:
    """A distribution as it is while its station's balance is held."""
    station_id = (await find(tx, distribution_id))["station_id"]
    await hold_balance(tx, station_id)
    return await find(tx, distribution_id)


async def check_payments(tx: Transaction, given: PaymentsIn) -> None:
    """What can be told of payments before the first statement: raises ``InvalidPayments``, ``RegistryAway``."""
    if given.paid_on > tx.today:
        raise DayAfterToday("/paid_on")
    errors = []
    paid = []
    for place, item in enumerate(given.items):
        told = item.model_dump(include={"household_id", "post", "month", "document_no"})
        errors += [
            FieldError(f"/items/{place}/{field}", code, message)
            for field, code, message in payment_problems(item.use, told)
        ]
        if item.household_id is not None:
            paid.append((place, item.household_id))
    households = await find_households(tx, [(household_id, given.paid_on) for _, household_id in paid])
    for (place, _), (household, _) in zip(paid, households, strict=True):
        if not household.found:
            errors.append(FieldError(f"/items/{place}/household_id", *NO_HOUSEHOLD))
    if errors:
        raise InvalidPayments(errors)


async def pay(tx: Transaction, distribution_id: UUID, given: PaymentsIn) -> list[dict[str, Any]]:
    """Record what was paid of a plan; all of it or nothing.

    Raises ``DistributionClosed``, ``InvalidPayments`` for a post that the plan does not have or a month outside it,
    ``InsufficientIncome`` beyond what is planned for a post or a use, ``PaidTwice``.
    """
    held = await _hold(tx, distribution_id)
    if held["state"] == "closed":
        raise DistributionClosed()
    station = await find_station(tx, held["station_id"])
    posts = {post["post"]: post for post in await repository.posts(tx, distribution_id)}
    errors = _post_errors(given, held, posts)
    if errors:
        raise InvalidPayments(errors)
    by_use: defaultdict[str, Decimal] = defaultdict(Decimal)
    by_post: defaultdict[str, Decimal] = defaultdict(Decimal)
    rows = []
    for payment_id, item in zip(new_ids(len(given.items)), given.items, strict=True):
        by_use[item.use] += item.amount
        if item.post is not None:
            by_post[item.post] += item.amount
        subject = paid_for(
            item.use, distribution_id, item.household_id, item.post, item.month, item.document_no
        )
        rows.append(
            {
                **item.model_dump(),
                "id": payment_id,
                "station_id": station["id"],
                "distribution_id": distribution_id,
                "region_code": station["region_code"],
                "paid_for": subject,
                "paid_on": given.paid_on,
                "reversal_of": None,
                "reason": None,
            }
        )
    left = {share["use"]: Decimal(share["amount"]) - Decimal(share["paid"]) for share in held["shares"]}
    for use, amount in by_use.items():
        require(amount, left.get(use, Decimal("0.00")))
    for post, amount in by_post.items():
        require(amount, posts[post]["amount"] - posts[post]["paid"])
    if places := await repository.add_payments(tx, rows):
        raise PaidTwice(places)
    await repository.pay_shares(tx, distribution_id, by_use, by_post, shrink=False)
    paid = total(*by_use.values())
    await change_balance(tx, station["id"], paid=paid)
    detail = {"payments": len(rows), "paid": str(paid)}
    await record(tx, "distribution.paid", f"distribution/{distribution_id}", detail)
    return [_shown(tx, row | {"created_at": tx.now}) for row in rows]


def _post_errors(
    given: PaymentsIn, held: Mapping[str, Any], posts: Mapping[str, Mapping[Any, Any]]
) -> list[FieldError]:
    errors = []
    for place, item in enumerate(given.items):
        if item.post is None or item.month is None:
            continue
        post = posts.get(item.post)
        if post is None:
            errors.append(FieldError(f"/items/{place}/post", "post_not_planned", "分配方案中没有该岗位"))
        elif post["household_id"] != item.household_id:
            message = "该岗位不由这一户承担，请按分配方案填写"
            errors.append(FieldError(f"/items/{place}/household_id", "post_of_another", message))
        if not held["from_month"] <= item.month <= held["to_month"]:
            message = f"月份应在 {held['from_month']} 至 {held['to_month']} 之间"
            errors.append(FieldError(f"/items/{place}/month", WrongMonth.code, message))
    return errors


async def reverse(tx: Transaction, payment_id: UUID, reason: str) -> dict[str, Any]:
    """Take a payment back that was recorded wrongly or has come back; it can be paid again.

    Raises ``ReversalOfReversal``, ``AlreadyReversed``.
    """
    found = await repository.payment(tx, payment_id)
    if found is None:
        raise NotFound()
    if found["reversal_of"] is not None:
        raise ReversalOfReversal()
    held = await _hold(tx, found["distribution_id"])
    amount = -found["amount"]
    values = {**found, "id": new_id(), "amount": amount, "reversal_of": payment_id, "reason": reason}
    if await repository.add_payments(tx, [values]):
        raise AlreadyReversed()
    posts = {} if found["post"] is None else {found["post"]: amount}
    closed = held["state"] == "closed"
    await repository.pay_shares(tx, found["distribution_id"], {found["use"]: amount}, posts, shrink=closed)
    await change_balance(tx, found["station_id"], paid=amount, planned=amount if closed else Decimal("0.00"))
    await record(tx, "distribution.payment_reversed", f"income_payment/{payment_id}", {"amount": str(amount)})
    return _shown(tx, {**values, "created_at": tx.now})


async def list_payments(tx: Transaction, paging: Paging, filters: Mapping[str, Any]) -> dict[str, Any]:
    """``filters``: station_id, distribution_id, month, use."""
    rows: Sequence[Mapping[Any, Any]] = await repository.payments(
        tx, filters, paging.after_id(), paging.limit + 1
    )
    return page([_shown(tx, row) for row in rows], paging, lambda row: [row["id"]])
