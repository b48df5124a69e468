"""A small year of funds: two sources, an allocation of each, one project from both, payments, progress.

Played again, everything is found as it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from bihuan.client import Connection, Refused

Json = dict[str, Any]

TOWNSHIP: Final = "231226100"
SOURCES: Final = (("central", "6000000.00", "3000000.00"), ("county", "1500000.00", "800000.00"))
PAYMENTS: Final = ("1200000.00", "650000.50")
PROJECT: Final = "绥棱镇木耳菌包厂（演示）"


@dataclass(frozen=True, slots=True)
class FundsFact:
    """Yuan of the demonstration's own allocations, as `GET /v1/progress` tells them."""

    allocated: Decimal
    paid: Decimal
    overspend_refused: bool


def play_funds(finance: Connection, today: date) -> tuple[FundsFact, list[str]]:
    """What stands at the end, and what of it is not as it should be."""
    allocations = [_allocation(finance, today.year, *source) for source in SOURCES]
    project = _project(finance, today.year, allocations)
    paid = {payment["reference"] for payment in finance.payments(project_id=project["id"], limit=500)}
    for number, amount in enumerate(PAYMENTS, 1):
        if (reference := f"演示支付-{number}") not in paid:
            finance.add_payment(_payment(project, amount, today, reference))
    refused = _overspend_is_refused(finance, project, today)
    sources = {allocation["source_id"] for allocation in allocations}
    rows = [
        row
        for row in finance.progress(today.year)
        if row["region_code"] == TOWNSHIP and row["source_id"] in sources
    ]
    fact = FundsFact(
        sum((Decimal(row["allocated"]) for row in rows), Decimal(0)),
        sum((Decimal(row["paid"]) for row in rows), Decimal(0)),
        refused,
    )
    return fact, list(_unlike(fact))


def _unlike(fact: FundsFact) -> Iterable[str]:
    allocated = sum(Decimal(amount) for _, _, amount in SOURCES)
    paid = sum(Decimal(amount) for amount in PAYMENTS)
    if fact.allocated != allocated:
        yield f"资金：下达 {allocated}，进度表 {fact.allocated}"
    if fact.paid != paid:
        yield f"资金：支付 {paid}，进度表 {fact.paid}"
    if not fact.overspend_refused:
        yield "资金：超出指标的支付未被拒绝"


def _allocation(finance: Connection, year: int, level: str, amount: str, given: str) -> Json:
    document_no = f"演示〔{year}〕{level}"
    source = _first(finance.sources(year=year, limit=500), "document_no", document_no) or finance.add_source(
        {"level": level, "year": year, "amount": amount, "document_no": document_no, "purpose": "industry"}
    )
    return _first(
        finance.allocations(year=year, limit=500), "source_id", source["id"]
    ) or finance.add_allocation(
        {"source_id": source["id"], "region_code": TOWNSHIP, "amount": given, "purpose": "industry"}
    )


def _project(finance: Connection, year: int, allocations: list[Json]) -> Json:
    """Under construction, with the whole of every allocation."""
    project = _first(finance.projects(year=year, limit=500), "name", PROJECT) or finance.add_project(
        {
            "name": PROJECT,
            "region_code": TOWNSHIP,
            "category": "industry",
            "year": year,
            "allocations": [
                {"allocation_id": allocation["id"], "amount": allocation["amount"]}
                for allocation in allocations
            ],
        }
    )
    steps = ("reserve", "started", "under_construction")
    for step in steps[steps.index(project["state"]) + 1 :]:
        project = finance.transition_project(project["id"], step, project["version"])
    return project


def _payment(project: Json, amount: str, today: date, reference: str) -> Json:
    return {
        "project_id": project["id"],
        "amount": amount,
        "paid_on": today.isoformat(),
        "payee": "绥棱县演示建筑有限公司",
        "reference": reference,
    }


def _overspend_is_refused(finance: Connection, project: Json, today: date) -> bool:
    try:
        finance.add_payment(_payment(project, "99000000.00", today, "演示支付-超出"))
    except Refused as refused:
        return refused.code == "insufficient_allocation"
    return False


def _first(items: Iterable[Json], name: str, value: str) -> Json | None:
    return next((item for item in items if item[name] == value), None)
