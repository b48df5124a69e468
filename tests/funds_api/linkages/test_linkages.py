"""Which household a project benefits: recorded one by one or as a table, corrected by versions, counted by project."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from shared.tables.content_types import MEDIA_TYPES
from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.assets import household, linkage_body
from tests.factories.funds import created, make_allocation, move, project_with, started_project
from tests.funds_api.registry_stub import RegistryStub
from tests.funds_api.second_wall import ANOTHER, NOWHERE, TOWNSHIP, seen

UNKNOWN = "0199c000-0000-7000-8000-000000000000"
ANYTHING = {"If-Match": "*"}


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def places(answer: httpx.Response) -> set[tuple[str, str]]:
    return {(each["pointer"], each["code"]) for each in answer.json()["errors"]}


async def test_a_linkage_keeps_what_the_household_was_then(
    finance: httpx.AsyncClient, township: httpx.AsyncClient, registry: RegistryStub
) -> None:
    project = await project_with(finance, "10.00")
    family = household(registry, monitoring="marginal")
    answer = await finance.post("/v1/linkages", json=linkage_body(project["id"], family, note="村保洁"))
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    made = answer.json()
    assert (
        made
        | {
            "household_id": family,
            "kind": "employment",
            "amount": "6000.00",
            "from": "2026-03-01",
            "to": "2026-12-31",
            "as_of": "2026-03-01",
            "household_type": "lifted",
            "monitoring_type": "marginal",
            "region_code": "231226100201",
            "withdrawn": False,
            "version": 1,
        }
        == made
    )
    assert (await township.get(f"/v1/linkages/{made['id']}")).json() == made


async def test_a_household_that_was_registered_later_is_told_as_it_is_today(
    finance: httpx.AsyncClient, registry: RegistryStub
) -> None:
    project = await project_with(finance, "10.00")
    family = household(registry, since="2026-11-01", monitoring="marginal")
    other = household(registry)
    items = [linkage_body(project["id"], each) for each in (family, other)]
    answer = await finance.post("/v1/linkages", json={"items": items})
    assert answer.status_code == 201, answer.text
    told_of = [(each["household_id"], each["as_of"]) for each in answer.json()["items"]]
    assert told_of == [(family, "2026-11-08"), (other, "2026-03-01")]
    registry.add(UNKNOWN, since="2026-12-01")
    refused = await finance.post("/v1/linkages", json=linkage_body(project["id"], UNKNOWN))
    del registry.households[UNKNOWN]
    assert places(refused) == {("/household_id", "household_not_found")}


async def test_the_same_is_not_recorded_twice(finance: httpx.AsyncClient, registry: RegistryStub) -> None:
    project = await project_with(finance, "10.00")
    body = linkage_body(project["id"], household(registry))
    answers = await asyncio.gather(*(finance.post("/v1/linkages", json=body) for _ in range(16)))
    assert Counter(told(answer) for answer in answers) == {(201, ""): 1, (409, "linkage_repeated"): 15}
    meeting = await finance.post("/v1/linkages", json=body | {"from": "2026-12-31", "to": None})
    assert (told(meeting), places(meeting)) == (
        (409, "linkage_repeated"),
        {("/household_id", "linkage_repeated")},
    )
    await created(finance, "/v1/linkages", body | {"from": "2027-01-01", "to": None})
    await created(finance, "/v1/linkages", body | {"kind": "land_rent"})


@pytest.mark.parametrize(
    ("changes", "status", "errors"),
    [
        ({"household_id": UNKNOWN}, 422, {("/household_id", "household_not_found")}),
        ({"household_id": "张三"}, 422, {("/household_id", "not_an_id")}),
        ({"household_id": None}, 422, {("/household_id", "not_an_id")}),
        ({"kind": "帮扶"}, 422, {("/kind", "not_a_choice")}),
        ({"amount": "0.00"}, 422, {("/amount", "amount_not_positive")}),
        ({"amount": "-1.00"}, 422, {("/amount", "amount_negative")}),
        ({"amount": 1.5}, 422, {("/amount", "amount_not_text")}),
        ({"to": "2026-02-28"}, 422, {("/to", "period_reversed")}),
        ({"from": "2026-02-30"}, 422, {("/from", "not_a_date")}),
        ({"project_id": UNKNOWN}, 404, set()),
    ],
)
async def test_what_is_no_linkage(
    finance: httpx.AsyncClient,
    registry: RegistryStub,
    changes: dict[str, Any],
    status: int,
    errors: set[tuple[str, str]],
) -> None:
    project = await project_with(finance, "10.00")
    body = linkage_body(project["id"], household(registry)) | changes
    answer = await finance.post("/v1/linkages", json=body)
    assert (answer.status_code, places(answer)) == (status, errors)
    listed = (await finance.get("/v1/linkages", params={"project_id": project["id"]})).json()["items"]
    assert listed == []


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"[]", "json", 422),
        (b"{", "json", 400),
        (b'{"items": {}}', "json", 422),
        (b'{"items": []}', "json", 422),
        (b'{"items": [1]}', "json", 422),
        ("户标识,年收益\n1,2\n".encode(), "csv", 422),
        (b"PK", "xlsx", 400),
    ],
)
async def test_what_is_no_table(finance: httpx.AsyncClient, content: bytes, kind: str, status: int) -> None:
    headers = {"Content-Type": MEDIA_TYPES[kind]}
    answer = await finance.post("/v1/linkages", content=content, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_terminated_project_gets_no_linkage(
    finance: httpx.AsyncClient, registry: RegistryStub
) -> None:
    project = await project_with(finance, "10.00")
    await move(finance, project, "terminated", reason="取消")
    answer = await finance.post("/v1/linkages", json=linkage_body(project["id"], household(registry)))
    assert told(answer) == (409, "project_terminated")


async def test_a_table_is_taken_whole_or_not_at_all(
    finance: httpx.AsyncClient, registry: RegistryStub
) -> None:
    project = await project_with(finance, "10.00")
    families = [household(registry) for _ in range(3)]
    head = "项目标识,户标识,利益联结方式,年收益(元),开始日期,结束日期,备注"
    rows = [
        f'{project["id"]},{families[0]},务工,"6,000.00",2026年3月1日,2026.12.31,保洁',
        f"{project['id']},{families[1]},技术培训,0,20260501,,",
        f"{project['id']},{families[2]},土地流转,800,2026/1/1,2030-12-31,",
    ]
    headers = {"Content-Type": "text/csv; charset=gb18030", "Idempotency-Key": project["id"]}
    wrong = [*rows, f"{project['id']},{UNKNOWN},分红,1,2026-01-01,,", f"{project['id']},,分红,1,明天,,"]

    async def send(lines: list[str]) -> httpx.Response:
        content = "\n".join([head, *lines]).encode("gb18030")
        return await finance.post("/v1/linkages", content=content, headers=headers)

    refused = await send(wrong)
    assert (told(refused), places(refused)) == (
        (422, "linkages_invalid"),
        {("/items/4/household_id", "missing"), ("/items/4/from", "not_a_date")},
    )
    refused = await send(wrong[:4])
    assert places(refused) == {("/items/3/household_id", "household_not_found")}
    made = await send(rows)
    assert made.status_code == 201, made.text
    assert [(each["kind"], each["amount"], each["to"]) for each in made.json()["items"]] == [
        ("employment", "6000.00", "2026-12-31"),
        ("training", "0.00", None),
        ("land_rent", "800.00", "2030-12-31"),
    ]
    again = await send(rows)
    assert (again.headers["idempotent-replayed"], again.json()) == ("true", made.json())
    del headers["Idempotency-Key"]
    twice = await send([*rows[:1], rows[2].replace("土地流转", "分红"), rows[2].replace("土地流转", "分红")])
    assert places(twice) == {
        ("/items/0/household_id", "linkage_repeated"),
        ("/items/2/household_id", "linkage_repeated"),
    }
    query = {"project_id": project["id"], "on": "2027-01-01"}
    listed = (await finance.get("/v1/linkages", params=query)).json()["items"]
    assert {each["household_id"] for each in listed} == {families[1], families[2]}


async def test_too_many_beginnings_are_refused(finance: httpx.AsyncClient, registry: RegistryStub) -> None:
    project = await project_with(finance, "10.00")
    family = household(registry)
    days = [f"2026-{month:02d}-{day:02d}" for month in (1, 2) for day in range(1, 17)]
    items = [linkage_body(project["id"], family, **{"from": day, "to": day}) for day in days]
    answer = await finance.post("/v1/linkages", json={"items": items})
    assert places(answer) == {("/items", "too_many_days")}
    assert (await finance.post("/v1/linkages", json={"items": items[:31]})).status_code == 201


async def test_what_was_said_is_corrected_by_new_versions(
    finance: httpx.AsyncClient, registry: RegistryStub
) -> None:
    project = await project_with(finance, "10.00")
    body = linkage_body(project["id"], household(registry))
    made = await created(finance, "/v1/linkages", body)
    later = await created(finance, "/v1/linkages", body | {"from": "2027-01-01", "to": None})
    path = f"/v1/linkages/{made['id']}"
    ended = {"to": "2026-10-31", "reason": "离职"}
    assert told(await finance.patch(path, json=ended))[0] == 428
    answer = await finance.patch(path, json=ended, headers={"If-Match": '"1"'})
    assert (answer.json()["to"], answer.headers["etag"]) == ("2026-10-31", '"2"')
    assert told(await finance.patch(path, json=ended, headers={"If-Match": '"1"'}))[0] == 412
    longer = await finance.patch(path, json={"to": None, "reason": "续签"}, headers=ANYTHING)
    assert told(longer) == (409, "linkage_repeated")
    zero = await finance.patch(path, json={"amount": "0.00", "reason": "误"}, headers=ANYTHING)
    assert places(zero) == {("/amount", "amount_not_positive")}
    nothing = await finance.patch(path, json={"reason": "无"}, headers=ANYTHING)
    assert told(nothing) == (422, "nothing_to_change")
    gone = {"withdrawn": True, "reason": "登错户"}
    other = f"/v1/linkages/{later['id']}"
    assert (await finance.patch(other, json=gone, headers=ANYTHING)).json()["withdrawn"] is True
    assert told(await finance.patch(other, json=gone, headers=ANYTHING)) == (409, "linkage_withdrawn")
    longer = await finance.patch(path, json={"to": None, "reason": "续签"}, headers=ANYTHING)
    assert (longer.status_code, longer.json()["to"]) == (200, None)
    versions = (await finance.get(f"{path}/versions")).json()["items"]
    assert [(each["version"], each["to"], each["reason"]) for each in versions] == [
        (1, "2026-12-31", None),
        (2, "2026-10-31", "离职"),
        (3, None, "续签"),
    ]


async def test_of_corrections_at_once_one_counts(finance: httpx.AsyncClient, registry: RegistryStub) -> None:
    project = await project_with(finance, "10.00")
    made = await created(finance, "/v1/linkages", linkage_body(project["id"], household(registry)))
    change, first = {"amount": "7000.00", "reason": "加薪"}, {"If-Match": '"1"'}
    answers = await asyncio.gather(
        *(finance.patch(f"/v1/linkages/{made['id']}", json=change, headers=first) for _ in range(8))
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 7}


async def test_projects_are_counted_and_those_without_are_found(
    finance: httpx.AsyncClient, registry: RegistryStub
) -> None:
    project = await project_with(finance, "10.00")
    families = [household(registry, monitoring="marginal"), household(registry)]

    async def found(year: int) -> bool:
        answer = await finance.get("/v1/linkage-findings", params={"year": year, "limit": 500})
        return project["id"] in {each["project_id"] for each in answer.json()["items"]}

    async def counted(year: int) -> tuple[Any, ...] | None:
        query = {"year": year, "project_id": project["id"]}
        items = (await finance.get("/v1/linkage-counts", params=query)).json()["items"]
        names = ("linkages", "households", "monitored", "amount")
        return tuple(items[0][name] for name in names) if items else None

    assert await found(2026)
    assert await counted(2026) is None
    made = [
        await created(finance, "/v1/linkages", linkage_body(project["id"], family, kind=kind))
        for family, kind in ((families[0], "employment"), (families[0], "order"), (families[1], "order"))
    ]
    assert await counted(2026) == (3, 2, 1, "18000.00")
    assert not await found(2026)
    assert await found(2027)
    await finance.patch(
        f"/v1/linkages/{made[2]['id']}", json={"withdrawn": True, "reason": "误"}, headers=ANYTHING
    )
    assert await counted(2026) == (2, 1, 1, "12000.00")
    assert await counted(2027) is None


async def test_a_public_project_needs_no_linkage(finance: httpx.AsyncClient) -> None:
    allocation = await make_allocation(finance, "10.00")
    road = await started_project(finance, (allocation["id"], "10.00"), category="infrastructure")
    answer = await finance.get("/v1/linkage-findings", params={"limit": 500})
    assert road["id"] not in {each["project_id"] for each in answer.json()["items"]}


async def test_who_sees_which_household(
    funds: RunningService,
    finance: httpx.AsyncClient,
    township: httpx.AsyncClient,
    registry: RegistryStub,
) -> None:
    project = await project_with(finance, "10.00")
    family = household(registry)
    made = await created(finance, "/v1/linkages", linkage_body(project["id"], family, note="在村"))
    path = f"/v1/linkages/{made['id']}"
    await finance.patch(path, json={"amount": "1.00", "reason": "在村内误"}, headers=ANYTHING)
    query = {"project_id": project["id"]}
    async with (
        funds.client("supervisor", "2312", "2312") as supervisor,
        funds.client("system", "X", "231226") as system,
        funds.client("township", "231226101", "231226101") as elsewhere,
    ):
        for caller in (supervisor, system):
            for asked in (f"/v1/linkages?project_id={project['id']}", path, f"{path}/versions"):
                shown = await caller.get(asked)
                assert shown.status_code == 200
                assert family not in shown.text
                assert "在村" not in shown.text
            assert (await caller.get("/v1/linkages", params={"household_id": family})).json()["items"] == []
            counts = (await caller.get("/v1/linkage-counts", params=query)).json()["items"]
            assert [each["households"] for each in counts] == [1]
        assert told(await elsewhere.get(path)) == (404, "not_found")
        assert (await elsewhere.get("/v1/linkages", params=query)).json()["items"] == []
    listed = (await township.get("/v1/linkages", params={"household_id": family})).json()["items"]
    assert [each["id"] for each in listed] == [made["id"]]
    assert (await township.post("/v1/linkages", json=linkage_body(project["id"], family))).status_code == 403


async def test_a_registry_that_is_away_records_nothing(
    finance: httpx.AsyncClient, registry: RegistryStub
) -> None:
    project = await project_with(finance, "10.00")
    body = linkage_body(project["id"], household(registry))
    registry.down = True
    answer = await finance.post("/v1/linkages", json=body)
    registry.down = False
    assert told(answer) == (503, "registry_away")
    assert answer.headers["retry-after"] == "5"
    await created(finance, "/v1/linkages", body)


async def test_rows_are_behind_the_second_wall(
    finance: httpx.AsyncClient, registry: RegistryStub, database: TestDatabase
) -> None:
    project = await project_with(finance, "10.00")
    await created(finance, "/v1/linkages", linkage_body(project["id"], household(registry)))
    tables = ("linkage", "linkage_version")
    assert min((await seen(database, tables, TOWNSHIP)).values()) > 0
    assert set((await seen(database, tables, NOWHERE)).values()) == {0}
    assert set((await seen(database, tables, ANOTHER)).values()) == {0}
