"""A station's income is planned, paid and taken back, and never more than there is of it."""

import asyncio
from collections import Counter
from typing import Any

import asyncpg
import httpx
import pytest

from services.funds_api.ledger.recount_repository import RECOUNTS
from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.assets import household, make_station, plan_body
from tests.factories.funds import created
from tests.funds_api.registry_stub import RegistryStub
from tests.funds_api.second_wall import ANOTHER, NOWHERE, TOWNSHIP, seen

UNKNOWN = "0199c000-0000-7000-8000-000000000000"
TABLES = (
    "station",
    "station_balance",
    "station_settlement",
    "distribution",
    "distribution_share",
    "distribution_post",
    "income_payment",
)


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def places(answer: httpx.Response) -> set[tuple[str, str]]:
    return {(each["pointer"], each["code"]) for each in answer.json()["errors"]}


async def of_station(client: httpx.AsyncClient, station_id: str) -> tuple[str, str, str]:
    found = (await client.get(f"/v1/photovoltaic-stations/{station_id}")).json()
    return found["received"], found["planned"], found["paid"]


async def make_plan(client: httpx.AsyncClient, station_id: str, **values: Any) -> dict[str, Any]:
    return await created(client, f"/v1/photovoltaic-stations/{station_id}/distributions", plan_body(**values))


def post_payment(household_id: str, amount: str = "500.00", **values: Any) -> dict[str, Any]:
    return {
        "use": "public_post",
        "household_id": household_id,
        "post": "保洁员1号",
        "month": "2026-10",
        "amount": amount,
        **values,
    }


async def pay(client: httpx.AsyncClient, plan_id: str, *items: dict[str, Any]) -> httpx.Response:
    body = {"paid_on": "2026-11-05", "items": list(items)}
    return await client.post(f"/v1/income-distributions/{plan_id}/payments", json=body)


async def assert_counted_again(database: TestDatabase) -> None:
    owner = await database.connect()
    try:
        await owner.execute("SET search_path TO funds")
        found = await owner.fetch(RECOUNTS["station"].replace(":county", "$1"), "231226")
        assert [dict(row) for row in found] == []
    finally:
        await owner.close()


async def test_income_is_planned_and_paid(
    finance: httpx.AsyncClient, registry: RegistryStub, database: TestDatabase
) -> None:
    station = await make_station(finance, "5000.00")
    family, poor = household(registry), household(registry)
    posts = [{"post": "保洁员 1号", "household_id": family, "amount": "3000.00"}]
    plan = await make_plan(finance, station["id"], posts=posts, small_works="1200.00", rewards="800.00")
    assert (plan["amount"], plan["state"], plan["posts"][0]["post"]) == ("5000.00", "open", "保洁员1号")
    assert {share["use"]: share["amount"] for share in plan["shares"]} == {
        "public_post": "3000.00",
        "small_works": "1200.00",
        "reward": "800.00",
    }
    works = {"use": "small_works", "amount": "1200.00", "document_no": "修路合同1"}
    reward = {"use": "reward", "amount": "800.00", "household_id": poor, "document_no": "奖补名单1"}
    paid = await pay(finance, plan["id"], post_payment(family), works, reward)
    assert paid.status_code == 201, paid.text
    assert [item["amount"] for item in paid.json()["items"]] == ["500.00", "1200.00", "800.00"]
    assert await of_station(finance, station["id"]) == ("5000.00", "5000.00", "2500.00")
    found = (await finance.get(f"/v1/income-distributions/{plan['id']}")).json()
    assert (found["paid"], found["posts"][0]["paid"]) == ("2500.00", "500.00")
    more = await pay(finance, plan["id"], works | {"amount": "0.01", "document_no": "2"})
    assert told(more) == (409, "insufficient_income")
    query = {"station_id": station["id"], "month": "2026-10"}
    listed = (await finance.get("/v1/income-payments", params=query)).json()["items"]
    assert [item["household_id"] for item in listed] == [family]
    await assert_counted_again(database)


@pytest.mark.parametrize(
    ("values", "status", "errors"),
    [
        ({}, 422, {("/posts", "missing")}),
        ({"rewards": "-1.00"}, 422, {("/rewards", "amount_negative")}),
        ({"rewards": "1.00", "from_month": "2027-01"}, 422, {("/to_month", "month_out_of_range")}),
        ({"rewards": "1.00", "to_month": "2026"}, 422, {("/to_month", "wrong_form")}),
        (
            {"posts": [{"post": "保洁员", "household_id": UNKNOWN, "amount": "1.00"}] * 2},
            422,
            {
                ("/posts/0/household_id", "household_not_found"),
                ("/posts/1/household_id", "household_not_found"),
                ("/posts/1/post", "post_repeated"),
            },
        ),
        ({"rewards": "100.01"}, 409, set()),
    ],
)
async def test_what_is_no_plan(
    finance: httpx.AsyncClient, values: dict[str, Any], status: int, errors: set[tuple[str, str]]
) -> None:
    station = await make_station(finance, "100.00")
    path = f"/v1/photovoltaic-stations/{station['id']}/distributions"
    answer = await finance.post(path, json=plan_body(**values))
    assert (answer.status_code, places(answer)) == (status, errors)
    assert await of_station(finance, station["id"]) == ("100.00", "0.00", "0.00")


@pytest.mark.parametrize(
    ("changes", "status", "errors"),
    [
        ({"month": None}, 422, {("/items/0/month", "missing")}),
        ({"post": "护林员"}, 422, {("/items/0/post", "post_not_planned")}),
        ({"month": "2027-01"}, 422, {("/items/0/month", "month_out_of_range")}),
        ({"household_id": UNKNOWN}, 422, {("/items/0/household_id", "household_not_found")}),
        ({"amount": "1.001"}, 422, {("/items/0/amount", "amount_too_precise")}),
        ({"use": "small_works", "post": None, "month": None}, 422, None),
        ({"use": "salary"}, 422, {("/items/0/use", "not_a_choice")}),
        ({"amount": "600.01"}, 409, set()),
    ],
)
async def test_what_is_no_payment(
    finance: httpx.AsyncClient,
    registry: RegistryStub,
    changes: dict[str, Any],
    status: int,
    errors: set[tuple[str, str]] | None,
) -> None:
    station = await make_station(finance, "1000.00")
    family = household(registry)
    posts = [{"post": "保洁员1号", "household_id": family, "amount": "600.00"}]
    plan = await make_plan(finance, station["id"], posts=posts)
    answer = await pay(finance, plan["id"], post_payment(family) | changes)
    if errors is None:
        errors = {("/items/0/document_no", "missing"), ("/items/0/household_id", "not_expected")}
    assert (answer.status_code, places(answer)) == (status, errors)
    assert await of_station(finance, station["id"]) == ("1000.00", "600.00", "0.00")


async def test_another_household_does_not_get_the_post(
    finance: httpx.AsyncClient, registry: RegistryStub
) -> None:
    station = await make_station(finance, "1000.00")
    family, other = household(registry), household(registry)
    posts = [{"post": "保洁员1号", "household_id": family, "amount": "600.00"}]
    plan = await make_plan(finance, station["id"], posts=posts)
    answer = await pay(finance, plan["id"], post_payment(family), post_payment(other, month="2026-09"))
    assert places(answer) == {("/items/1/household_id", "post_of_another")}
    assert await of_station(finance, station["id"]) == ("1000.00", "600.00", "0.00")


async def test_a_post_is_paid_once_a_month_in_whichever_plan(
    finance: httpx.AsyncClient, registry: RegistryStub, database: TestDatabase
) -> None:
    station = await make_station(finance, "4000.00")
    family = household(registry)
    posts = [{"post": "保洁员1号", "household_id": family, "amount": "2000.00"}]
    plans = [await make_plan(finance, station["id"], posts=posts) for _ in range(2)]
    answers = await asyncio.gather(
        *(pay(finance, plans[turn % 2]["id"], post_payment(family)) for turn in range(16))
    )
    assert Counter(told(answer) for answer in answers) == {(201, ""): 1, (409, "paid_twice"): 15}
    [payment] = [each["items"][0] for each in (a.json() for a in answers) if "items" in each]
    reversal = f"/v1/income-payments/{payment['id']}/reversal"
    taken = await asyncio.gather(*(finance.post(reversal, json={"reason": "退回"}) for _ in range(8)))
    assert Counter(told(answer) for answer in taken) == {(201, ""): 1, (409, "already_reversed"): 7}
    [back] = [answer.json() for answer in taken if answer.status_code == 201]
    assert (back["amount"], back["reversal_of"]) == ("-500.00", payment["id"])
    twice = await finance.post(f"/v1/income-payments/{back['id']}/reversal", json={"reason": "误"})
    assert told(twice) == (409, "reversal_of_reversal")
    assert await of_station(finance, station["id"]) == ("4000.00", "4000.00", "0.00")
    again = await asyncio.gather(*(pay(finance, plans[0]["id"], post_payment(family)) for _ in range(4)))
    assert Counter(answer.status_code for answer in again) == {201: 1, 409: 3}
    both = await pay(
        finance, plans[0]["id"], post_payment(family, month="2026-09"), post_payment(family, month="2026-09")
    )
    assert (told(both), places(both)) == ((409, "paid_twice"), {("/items/1", "paid_twice")})
    assert await of_station(finance, station["id"]) == ("4000.00", "4000.00", "500.00")
    await assert_counted_again(database)


async def test_64_plans_and_adjustments_at_once_stay_within_what_was_received(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    station = await make_station(finance, "100.00")
    path = f"/v1/photovoltaic-stations/{station['id']}"
    [first] = (await finance.get(f"{path}/settlements")).json()["items"]
    less = {"received_on": "2026-11-02", "document_no": "更", "reason": "误", "amount": "-9.00"}
    answers = await asyncio.gather(
        *(
            finance.post(f"{path}/settlements/{first['id']}/adjustments", json=less)
            if turn % 4 == 3
            else finance.post(f"{path}/distributions", json=plan_body(rewards="9.00"))
            for turn in range(64)
        )
    )
    counted = Counter(answer.status_code for answer in answers)
    assert counted == {201: 11, 409: 53}
    received, planned, _ = await of_station(finance, station["id"])
    assert float(received) - float(planned) == 1.0
    await assert_counted_again(database)


async def test_a_balance_that_is_not_its_entries_is_found(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    station = await make_station(finance, "100.00")
    owner = await database.connect()
    try:
        await owner.execute("SET search_path TO funds")
        async with owner.transaction():
            await owner.execute(
                "UPDATE station_balance SET received = 90 WHERE station_id = $1", station["id"]
            )
            [found] = await owner.fetch(RECOUNTS["station"].replace(":county", "$1"), "231226")
            differs = (found["subject"], str(found["kept"]), str(found["counted"]))
            assert differs == (f"station:{station['id']}/received", "90.00", "100.00")
            await owner.execute(
                "UPDATE station_balance SET received = 100 WHERE station_id = $1", station["id"]
            )
    finally:
        await owner.close()


async def test_the_database_itself_refuses_to_plan_more(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    station = await make_station(finance, "100.00")
    owner = await database.connect()
    try:
        for change in (
            "planned = 100.01",
            "received = -0.01",
            "paid = 0.01",
            "planned = -0.01, paid = -0.01",
        ):
            with pytest.raises(asyncpg.CheckViolationError):
                await owner.execute(
                    f"UPDATE funds.station_balance SET {change} WHERE station_id = $1", station["id"]
                )
    finally:
        await owner.close()


async def test_a_closed_plan_gives_back_what_it_has_not_paid(
    finance: httpx.AsyncClient, registry: RegistryStub, database: TestDatabase
) -> None:
    station = await make_station(finance, "1000.00")
    family = household(registry)
    posts = [{"post": "保洁员1号", "household_id": family, "amount": "900.00"}]
    plan = await make_plan(finance, station["id"], posts=posts, rewards="100.00")
    paid = (await pay(finance, plan["id"], post_payment(family))).json()["items"][0]
    closing = f"/v1/income-distributions/{plan['id']}/closing"
    assert told(await finance.post(closing, json={"reason": "年终"}))[0] == 428
    closed = await finance.post(closing, json={"reason": "年终"}, headers={"If-Match": '"1"'})
    assert (closed.json()["state"], closed.json()["amount"]) == ("closed", "500.00")
    assert await of_station(finance, station["id"]) == ("1000.00", "500.00", "500.00")
    again = await finance.post(closing, json={"reason": "年终"}, headers={"If-Match": "*"})
    assert told(again) == (409, "distribution_closed")
    late = await pay(finance, plan["id"], post_payment(family, month="2026-09"))
    assert told(late) == (409, "distribution_closed")
    await created(finance, f"/v1/income-payments/{paid['id']}/reversal", {"reason": "退回"})
    assert await of_station(finance, station["id"]) == ("1000.00", "0.00", "0.00")
    await make_plan(finance, station["id"], rewards="1000.00")
    await assert_counted_again(database)


async def test_repeated_requests_and_an_absent_registry(
    finance: httpx.AsyncClient, registry: RegistryStub
) -> None:
    station = await make_station(finance, "1000.00")
    family = household(registry)
    posts = [{"post": "保洁员1号", "household_id": family, "amount": "900.00"}]
    path = f"/v1/photovoltaic-stations/{station['id']}/distributions"
    key = {"Idempotency-Key": f"plan-{station['id']}"}
    registry.down = True
    away = await finance.post(path, json=plan_body(posts=posts), headers=key)
    registry.down = False
    assert told(away) == (503, "registry_away")
    first, second = [await finance.post(path, json=plan_body(posts=posts), headers=key) for _ in range(2)]
    assert (first.status_code, second.json()["id"]) == (201, first.json()["id"])
    body = {"paid_on": "2026-11-05", "items": [post_payment(family)]}
    target, key = (
        f"/v1/income-distributions/{first.json()['id']}/payments",
        {"Idempotency-Key": station["id"]},
    )
    once, again = [await finance.post(target, json=body, headers=key) for _ in range(2)]
    assert (once.status_code, again.json()) == (201, once.json())
    assert await of_station(finance, station["id"]) == ("1000.00", "900.00", "500.00")


async def test_who_sees_which_household(
    funds: RunningService, finance: httpx.AsyncClient, township: httpx.AsyncClient, registry: RegistryStub
) -> None:
    station = await make_station(finance, "1000.00")
    family = household(registry)
    posts = [{"post": "保洁员1号", "household_id": family, "amount": "900.00"}]
    plan = await make_plan(finance, station["id"], posts=posts)
    await pay(finance, plan["id"], post_payment(family))
    paths = (f"/v1/income-distributions/{plan['id']}", f"/v1/income-payments?station_id={station['id']}")
    async with (
        funds.client("supervisor", "2312", "2312") as supervisor,
        funds.client("township", "231226101", "231226101") as elsewhere,
    ):
        for path in paths:
            assert family in (await township.get(path)).text
            shown = await supervisor.get(path)
            assert shown.status_code == 200
            assert family not in shown.text
        assert (await elsewhere.get(paths[0])).status_code == 404
        assert (await elsewhere.get(paths[1])).json()["items"] == []
    assert (await pay(township, plan["id"], post_payment(family))).status_code == 403


async def test_rows_are_behind_the_second_wall(
    finance: httpx.AsyncClient, registry: RegistryStub, database: TestDatabase
) -> None:
    station = await make_station(finance, "1000.00")
    family = household(registry)
    posts = [{"post": "保洁员1号", "household_id": family, "amount": "900.00"}]
    plan = await make_plan(finance, station["id"], posts=posts)
    await pay(finance, plan["id"], post_payment(family))
    assert min((await seen(database, TABLES, TOWNSHIP)).values()) > 0
    assert set((await seen(database, TABLES, NOWHERE)).values()) == {0}
    assert set((await seen(database, TABLES, ANOTHER)).values()) == {0}
