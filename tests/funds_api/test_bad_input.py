"""What bad input gets, on every route that books money: refused by the rule's name, and nothing is changed."""

from typing import Any

import httpx
import pytest

from services.funds_api.app import create_app
from shared.runtime.route import Route
from shared.testing.databases import TestDatabase
from tests.architecture.test_routes import every, path_of
from tests.factories.funds import (
    contract_body,
    created,
    make_allocation,
    make_contract,
    make_payment,
    move,
    payment_body,
    project_body,
    started_project,
)

ANY = {"If-Match": "*"}


@pytest.fixture(scope="module")
async def books(finance: httpx.AsyncClient) -> dict[str, str]:
    """100 in an allocation; a project has 80 of them, 30 of which a contract binds."""
    allocation = await make_allocation(finance, "100.00", source_amount="120.00")
    project = await started_project(finance, (allocation["id"], "80.00"), budget="300.00")
    waiting = await created(finance, "/v1/projects", project_body())
    contract = await make_contract(finance, project["id"], "30.00")
    payment = await make_payment(finance, project["id"], "5.00")
    reversed_ = await make_payment(finance, project["id"], "5.00")
    reversal = await created(finance, f"/v1/payments/{reversed_['id']}/reversal", {"reason": "误"})
    retained = await make_payment(finance, project["id"], "5.00", retention=True)
    transfer = await make_payment(finance, project["id"], "5.00", payee_kind="unit")
    made = (("allocation", allocation), ("project", project), ("waiting", waiting), ("contract", contract))
    paid = (
        ("payment", payment),
        ("reversed", reversed_),
        ("reversal", reversal),
        ("retained", retained),
        ("transfer", transfer),
    )
    return {"source": allocation["source_id"], **{name: each["id"] for name, each in (*made, *paid)}}


def filled(value: Any, ids: dict[str, str]) -> Any:
    """``value`` with the ids that stand in braces."""
    if isinstance(value, dict):
        return {key: filled(each, ids) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, ids) for each in value]
    return value.format_map(ids) if isinstance(value, str) and value.startswith(("{", "/")) else value


#: Every route that takes an amount: its path, a body that is right but for ``AMOUNT``, and where that stands.
AMOUNT = "AMOUNT"
SUPPLEMENT = {"signed_on": "2026-11-08", "document_no": "1", "reason": "变更", "amount": AMOUNT}
ROUTES: dict[str, tuple[dict[str, Any], str]] = {
    "/v1/sources": ({"level": "city", "year": 2026, "document_no": "1", "amount": AMOUNT}, "/amount"),
    "/v1/allocations": (
        {"source_id": "{source}", "region_code": "231226", "purpose": "other", "amount": AMOUNT},
        "/amount",
    ),
    "/v1/allocations/{allocation}/adjustments": (
        {"amount": AMOUNT, "reason": "调整", "document_no": "1"},
        "/amount",
    ),
    "/v1/projects": (project_body(("{allocation}", AMOUNT)), "/allocations/0/amount"),
    "/v1/projects/{project}/fundings": (
        {"allocation_id": "{allocation}", "amount": AMOUNT, "reason": "追加"},
        "/amount",
    ),
    "/v1/contracts": (contract_body("{project}", AMOUNT, number="2"), "/amount"),
    "/v1/contracts/{contract}/supplements": (SUPPLEMENT, "/amount"),
    "/v1/payments": (payment_body("{project}", AMOUNT), "/amount"),
    "/v1/payments/{retained}/release": ({"paid_on": "2026-11-08", "amount": AMOUNT}, "/amount"),
    "/v1/payments/{transfer}/onward": (
        {"paid_on": "2026-11-08", "payee": "甲", "amount": AMOUNT},
        "/amount",
    ),
}

#: Amounts that may be less than nothing: what they take back is checked against what there is.
SIGNED = {
    "/v1/allocations/{allocation}/adjustments",
    "/v1/projects/{project}/fundings",
    "/v1/contracts/{contract}/supplements",
}

#: No amounts, wherever they are written.
MALFORMED: dict[Any, str] = {
    "10.001": "amount_too_precise",
    "0.005": "amount_too_precise",
    10.5: "amount_not_text",
    True: "amount_not_text",
    "1e3": "amount_malformed",
    "1,000.00": "amount_malformed",
    "一百": "amount_malformed",
    "NaN": "amount_malformed",
    "": "amount_malformed",
    "99999999999999999.00": "amount_too_large",
}

#: What every booking leaves behind.
TRACES = (
    "ledger_entry", "source", "allocation", "allocation_adjustment", "project", "project_funding", "contract",
    "contract_supplement", "payment", "payment_share", "outstanding_payment", "audit_entry",
)  # fmt: skip


async def traces(database: TestDatabase) -> dict[str, int]:
    owner = await database.connect()
    found = {table: await owner.fetchval(f"SELECT count(*) FROM funds.{table}") for table in TRACES}
    await owner.close()
    return found


async def refused(
    finance: httpx.AsyncClient, database: TestDatabase, path: str, body: dict[str, Any]
) -> tuple[int, set[str], set[str]]:
    """Status, codes and pointers of an answer that has changed nothing."""
    before = await traces(database)
    answer = await finance.post(path, json=body, headers=ANY)
    assert await traces(database) == before
    told = answer.json()
    assert answer.headers["content-type"].startswith("application/problem+json")
    errors = told["errors"]
    return (
        answer.status_code,
        {told["code"], *(error["code"] for error in errors)},
        {error["pointer"] for error in errors},
    )


@pytest.mark.parametrize("path", ROUTES)
async def test_no_amount_is_guessed(
    finance: httpx.AsyncClient, database: TestDatabase, books: dict[str, str], path: str
) -> None:
    body, pointer = ROUTES[path]
    wrong = (
        MALFORMED
        if path in SIGNED
        else MALFORMED | {"-1.00": "amount_not_positive", "0.00": "amount_not_positive"}
    )
    for amount, code in wrong.items():
        given = filled(with_amount(body, amount), books)
        status, codes, pointers = await refused(finance, database, filled(path, books), given)
        assert (status, pointers) == (422, {pointer}), (path, amount)
        assert code in codes, (path, amount)


def with_amount(body: dict[str, Any], amount: Any) -> dict[str, Any]:
    def put(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: put(each) for key, each in value.items()}
        if isinstance(value, list):
            return [put(each) for each in value]
        return amount if value == AMOUNT else value

    put_in: dict[str, Any] = put(body)
    return put_in


@pytest.mark.parametrize("path", [path for path in ROUTES if path != "/v1/sources"])
async def test_no_more_is_booked_than_stands_above(
    finance: httpx.AsyncClient, database: TestDatabase, books: dict[str, str], path: str
) -> None:
    body, _ = ROUTES[path]
    for amount in ("120.01", "-120.01") if path in SIGNED else ("120.01",):
        given = filled(with_amount(body, amount), books)
        status, codes, _ = await refused(finance, database, filled(path, books), given)
        assert (status, codes) == (409, {"insufficient_allocation"}), (path, amount)


RULES = [
    ("/v1/payments", payment_body("{waiting}", "1.00"), 409, "project_not_started"),
    ("/v1/payments", payment_body("{project}", "1.00", paid_on="2026-11-09"), 422, "paid_on_in_future"),
    ("/v1/payments", payment_body("{project}", "1.00", paid_on="2026-02-30"), 422, "not_a_date"),
    ("/v1/payments", payment_body("{project}", "1.00", payee_kind="person"), 422, "invalid_request"),
    ("/v1/payments", payment_body("{allocation}", "1.00"), 404, "not_found"),
    ("/v1/payments", payment_body("{project}", "1.00", contract_id="{project}"), 404, "not_found"),
    ("/v1/payments/{reversal}/reversal", {"reason": "误"}, 409, "reversal_of_reversal"),
    ("/v1/payments/{reversed}/reversal", {"reason": "误"}, 409, "already_reversed"),
    ("/v1/payments/{payment}/reversal", {"reason": ""}, 422, "invalid_request"),
    ("/v1/payments/{payment}/release", {"paid_on": "2026-11-08"}, 409, "not_retained"),
    ("/v1/payments/{reversal}/release", {"paid_on": "2026-11-08"}, 409, "reversal_of_reversal"),
    ("/v1/payments/{retained}/onward", {"paid_on": "2026-11-08", "payee": "甲", "amount": "1.00"}, 409,
     "not_transferred"),
    ("/v1/allocations/{allocation}/adjustments", {"amount": "0.00", "reason": "无", "document_no": "1"}, 422,
     "amount_zero"),
    ("/v1/contracts/{contract}/supplements", SUPPLEMENT | {"amount": "0.00"}, 422, "amount_zero"),
    ("/v1/contracts", contract_body("{project}", "1.00"), 409, "duplicate_contract"),
    ("/v1/contracts", contract_body("{project}", "1.00", number="3", credit_code="1"), 422, "credit_code_checksum"),
    ("/v1/projects/{project}/transitions", {"to": "accepted"}, 409, "illegal_transition"),
    ("/v1/projects/{project}/transitions", {"to": "gone"}, 422, "invalid_request"),
    ("/v1/projects/{project}/transitions", {"to": "terminated"}, 422, "reason_required"),
    ("/v1/projects/{project}/transitions", {"to": "terminated", "reason": "停"}, 409, "contracts_open"),
    ("/v1/projects/{project}/selection", {"year": 2027, "document_no": "1"}, 409, "not_in_reserve"),
    ("/v1/sources", {"level": "town", "year": 2026, "document_no": "1", "amount": "1.00"}, 422, "invalid_request"),
    ("/v1/sources", {"level": "city", "year": 1999, "document_no": "1", "amount": "1.00"}, 422, "invalid_request"),
    ("/v1/sources", {"level": "city", "year": 2026, "document_no": "1", "amount": "1.00", "fund": "gift"}, 422,
     "unknown_fund"),
    ("/v1/years/2027/closing", {}, 409, "year_not_begun"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body", "status", "code"), RULES)
async def test_what_a_rule_forbids_is_refused_by_its_name(
    finance: httpx.AsyncClient,
    database: TestDatabase,
    books: dict[str, str],
    path: str,
    body: dict[str, Any],
    status: int,
    code: str,
) -> None:
    told, codes, _ = await refused(finance, database, filled(path, books), filled(body, books))
    assert told == status
    assert code in codes


async def test_a_started_project_is_the_one_that_is_asked_about(
    finance: httpx.AsyncClient, books: dict[str, str]
) -> None:
    """The refusals above are those of one rule each: without what is wrong, the same is carried out."""
    await created(finance, "/v1/payments", payment_body(books["project"], "1.00"))
    found = (await finance.get(f"/v1/projects/{books['waiting']}")).json()
    assert (await move(finance, found, "started")).status_code == 200


#: Routes that take no amount of money.
WITHOUT_AMOUNT = ("transitions", "selection", "reversal", "closing", "approval", "refusal", "carry-over")


def test_every_route_that_books_is_in_the_table() -> None:
    posts = {
        path_of(route)
        for route in every(create_app().routes)
        if isinstance(route, Route) and "POST" in route.methods
    }
    booking = {
        path
        for path in posts
        if path.startswith(
            ("/v1/sources", "/v1/allocations", "/v1/projects", "/v1/contracts", "/v1/payments")
        )
        and path.rpartition("/")[2] not in WITHOUT_AMOUNT
        and not path.endswith(("appraisals", "milestones", "performance-goals", "performance-evaluations"))
    }
    known = {
        path.partition("{")[0] + "…" + path.rpartition("}")[2] if "{" in path else path for path in ROUTES
    }
    asked = {
        path.partition("{")[0] + "…" + path.rpartition("}")[2] if "{" in path else path for path in booking
    }
    assert asked == known
