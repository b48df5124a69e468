"""Confirmed tasks arrive by event: every one is answered, once."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest

from shared.contracts.events import CONTENT_TYPE
from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.registry import VILLAGE, id_number, person
from tests.household_api.conftest import COUNTY, PURPOSE, Load, household_of


class WarningApi(httpx.AsyncBaseTransport):
    """Stands for warning_api: tells whom a task is about, or is down."""

    def __init__(self) -> None:
        self.subjects: dict[str, dict[str, Any]] = {}
        self.down = False
        self.asked: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        if self.down:
            raise httpx.ConnectError("down")
        assert request.headers["authorization"]
        subject = self.subjects.get(request.url.path.split("/")[3])
        return httpx.Response(200, json=subject) if subject else httpx.Response(404, json={})


@pytest.fixture
def other_side(running: RunningService, monkeypatch: pytest.MonkeyPatch) -> Iterator[WarningApi]:
    made = WarningApi()
    monkeypatch.setattr(running.context, "http", httpx.AsyncClient(transport=made))
    monkeypatch.setattr(running.context, "token", httpx.BasicAuth("household_api", "test"))
    yield made


def event(data: dict[str, Any], *, sequence: int = 3, kind: str = "bihuan.task.verified") -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "urn:bihuan:warning_api",
        "type": kind,
        "subject": f"task/{data.get('task_id')}",
        "time": "2026-11-08T09:00:00+08:00",
        "sequence": sequence,
        "countycode": COUNTY,
        "data": data,
    }


def confirmed(**more: Any) -> dict[str, Any]:
    return {
        "task_id": str(uuid4()),
        "cycle": "2026-11",
        "outcome": "risk_confirmed",
        "household_id": None,
        "person_id": None,
        "region_code": VILLAGE,
        "risk_types": ["illness"],
        "per_capita_income": "6500.00",
        "guarantees": {"compulsory_education": True, "basic_medical": True, "housing": False, "water": True},
        "note": "",
        **more,
    }


async def deliver(client: httpx.AsyncClient, sent: dict[str, Any]) -> httpx.Response:
    return await client.post("/v1/events", content=orjson.dumps(sent), headers={"Content-Type": CONTENT_TYPE})


async def answers(database: TestDatabase, task_id: str) -> list[tuple[str, str, int, dict[str, Any]]]:
    """What was told about a task: (type, subject, sequence, data)."""
    owner = await database.connect()
    rows = await owner.fetch(
        "SELECT type, subject, sequence, data FROM household.outbox_event WHERE data->>'task_id' = $1",
        task_id,
    )
    await owner.close()
    return [(row["type"], row["subject"], row["sequence"], orjson.loads(row["data"])) for row in rows]


async def test_a_registered_household_has_its_case_once(
    warning_api: httpx.AsyncClient, county: httpx.AsyncClient, load: Load, database: TestDatabase
) -> None:
    await load([person("V1", "确认户")])
    household = await household_of(county, "V1")
    visit = {"visited_on": "2026-11-07", "verification_id": str(uuid4()), "attachments": [str(uuid4())]}
    sent = event(confirmed(household_id=household["id"], note="入户所见", **visit))
    for _ in range(2):
        assert (await deliver(warning_api, sent)).status_code == 204
    task_id = sent["data"]["task_id"]
    (answer,) = await answers(database, task_id)
    kind, subject, sequence, data = answer
    assert (kind, sequence) == ("bihuan.case.opened", 1)
    assert subject == f"case/{data['case_id']}"
    assert data == {
        "case_id": data["case_id"],
        "task_id": task_id,
        "household_id": household["id"],
        "state": "clue",
    }
    case = (await county.get(f"/v1/cases/{data['case_id']}")).json()
    assert (case["source_task_id"], case["risk_types"], case["note"]) == (task_id, ["illness"], "入户所见")
    assert case["per_capita_income"] == "6500.00" and case["guarantees"]["housing"] is False
    assert case["history"][0]["basis"] == visit
    # The task verified once more, as another event: it has been answered.
    assert (await deliver(warning_api, event(sent["data"], sequence=5))).status_code == 204
    assert len(await answers(database, task_id)) == 1
    other = event(confirmed(household_id=household["id"]), sequence=4)
    for _ in range(2):
        assert (await deliver(warning_api, other)).status_code == 204
    ((kind, subject, sequence, data),) = await answers(database, other["data"]["task_id"])
    assert (kind, sequence, data["reason"]) == ("bihuan.case.refused", 4, "already_monitored")
    assert subject == f"task/{other['data']['task_id']}"


async def test_a_household_under_monitoring_is_refused_and_one_without_risk_is_not(
    warning_api: httpx.AsyncClient, county: httpx.AsyncClient, load: Load, database: TestDatabase
) -> None:
    await load(
        [
            person("V2", "监测户", monitoring_type="marginal", risk_eliminated=False),
            person("V3", "消除户", monitoring_type="marginal", risk_eliminated=True),
        ]
    )
    kinds = {}
    for number in ("V2", "V3"):
        member = (await household_of(county, number))["members"][0]
        sent = event(confirmed(person_id=member["id"]))
        assert (await deliver(warning_api, sent)).status_code == 204
        ((kinds[number], _, _, _),) = await answers(database, sent["data"]["task_id"])
    assert kinds == {"V2": "bihuan.case.refused", "V3": "bihuan.case.opened"}


async def test_two_tasks_of_one_household_at_once(
    warning_api: httpx.AsyncClient, county: httpx.AsyncClient, load: Load, database: TestDatabase
) -> None:
    await load([person("V4", "同时户")])
    household_id = (await household_of(county, "V4"))["id"]
    tasks = [confirmed(household_id=household_id) for _ in range(6)]
    statuses = await asyncio.gather(*(deliver(warning_api, event(task)) for task in tasks))
    assert {answer.status_code for answer in statuses} == {204}
    kinds = [kind for task in tasks for kind, _, _, _ in await answers(database, task["task_id"])]
    assert sorted(kinds) == ["bihuan.case.opened"] + ["bihuan.case.refused"] * 5


async def test_one_person_registered_by_two_tasks_at_once(
    warning_api: httpx.AsyncClient, database: TestDatabase, other_side: WarningApi
) -> None:
    subject = {"name": "同时人", "id_number": id_number("19860606", 43), "region_code": VILLAGE}
    tasks = [confirmed() for _ in range(4)]
    other_side.subjects = {task["task_id"]: subject for task in tasks}
    statuses = await asyncio.gather(*(deliver(warning_api, event(task)) for task in tasks))
    assert {answer.status_code for answer in statuses} == {204}
    data = [data for task in tasks for _, _, _, data in await answers(database, task["task_id"])]
    assert sorted(one.get("reason", "") for one in data) == ["", *["already_monitored"] * 3]


async def test_an_unknown_household_is_refused(
    warning_api: httpx.AsyncClient, database: TestDatabase, other_side: WarningApi
) -> None:
    for data in (confirmed(household_id=str(uuid4())), confirmed(person_id=str(uuid4())), confirmed()):
        assert (await deliver(warning_api, event(data))).status_code == 204
        ((kind, _, _, refusal),) = await answers(database, data["task_id"])
        assert (kind, refusal["reason"]) == ("bihuan.case.refused", "household_unknown")
        assert refusal["detail"]


async def test_an_unregistered_person_is_registered_and_a_case_opened(
    warning_api: httpx.AsyncClient, county: httpx.AsyncClient, database: TestDatabase, other_side: WarningApi
) -> None:
    number = id_number("19850505", 41)
    subject = {
        "name": "未登记人",
        "id_number": number,
        "phone": "乱写",
        "region_code": COUNTY,
        "birth_date": None,
    }
    first, second = confirmed(), confirmed()
    other_side.subjects = {first["task_id"]: subject, second["task_id"]: subject}
    assert (await deliver(warning_api, event(first))).status_code == 204
    assert other_side.asked == [f"http://warning/v1/tasks/{first['task_id']}/subject?county={COUNTY}"]
    ((kind, _, _, data),) = await answers(database, first["task_id"])
    assert kind == "bihuan.case.opened"
    found = await county.post("/v1/searches", json={"id_number": number}, headers=PURPOSE)
    (row,) = found.json()["items"]
    assert row["household_id"] == data["household_id"]
    assert row["household_no"].startswith("Z-") and row["region_code"] == VILLAGE
    assert row["household_type"] == "ordinary" and row["person"]["phone"] is None
    # The same person confirmed again is known by now.
    await deliver(warning_api, event(second))
    ((kind, _, _, refusal),) = await answers(database, second["task_id"])
    assert (kind, refusal["reason"]) == ("bihuan.case.refused", "already_monitored")
    assert (
        len((await county.post("/v1/searches", json={"id_number": number}, headers=PURPOSE)).json()["items"])
        == 1
    )


async def test_a_visit_may_have_a_person_registered_without_a_case(
    warning_api: httpx.AsyncClient, county: httpx.AsyncClient, database: TestDatabase, other_side: WarningApi
) -> None:
    number = id_number("19850505", 43)
    data = confirmed(outcome="no_risk", register_as="low_income")
    other_side.subjects = {
        data["task_id"]: {
            "name": "新登记人",
            "id_number": number,
            "region_code": VILLAGE,
            "address": "东屯 3 号",
        }
    }
    sent = event(data)
    for _ in range(2):
        assert (await deliver(warning_api, sent)).status_code == 204
    ((kind, subject, sequence, told),) = await answers(database, data["task_id"])
    assert (kind, subject, sequence) == ("bihuan.household.registered", f"task/{data['task_id']}", 3)
    household = (await county.get(f"/v1/households/{told['household_id']}", headers=PURPOSE)).json()
    assert (household["household_type"], household["region_code"]) == ("low_income", VILLAGE)
    assert household["members"][0]["address"] == "东屯 3 号"
    cases = (await county.get("/v1/cases", params={"limit": 500})).json()["items"]
    assert told["household_id"] not in [case["household_id"] for case in cases]
    # Asked for once more by another task: it is the same household.
    again = confirmed(outcome="needs_department", register_as="ordinary")
    other_side.subjects[again["task_id"]] = other_side.subjects[data["task_id"]]
    assert (await deliver(warning_api, event(again))).status_code == 204
    ((_, _, _, known),) = await answers(database, again["task_id"])
    assert known["household_id"] == told["household_id"]


async def test_who_cannot_be_registered_is_answered(
    warning_api: httpx.AsyncClient, database: TestDatabase, other_side: WarningApi
) -> None:
    data = confirmed(outcome="no_risk", register_as="ordinary", region_code=COUNTY)
    other_side.subjects = {data["task_id"]: {"name": "无处人", "region_code": COUNTY}}
    assert (await deliver(warning_api, event(data))).status_code == 204
    ((kind, _, _, refusal),) = await answers(database, data["task_id"])
    assert (kind, refusal["reason"]) == ("bihuan.case.refused", "region_unknown")


async def test_the_region_must_be_known(
    warning_api: httpx.AsyncClient, database: TestDatabase, other_side: WarningApi
) -> None:
    data = confirmed(region_code=COUNTY)
    other_side.subjects = {data["task_id"]: {"name": "无村人", "region_code": COUNTY}}
    assert (await deliver(warning_api, event(data))).status_code == 204
    ((_, _, _, refusal),) = await answers(database, data["task_id"])
    assert refusal["reason"] == "region_unknown"


async def test_while_warning_api_is_down_nothing_is_lost(
    warning_api: httpx.AsyncClient, database: TestDatabase, other_side: WarningApi
) -> None:
    data = confirmed()
    sent = event(data)
    other_side.subjects = {data["task_id"]: {"name": "等候人", "region_code": VILLAGE}}
    other_side.down = True
    refused = await deliver(warning_api, sent)
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert await answers(database, data["task_id"]) == []
    other_side.down = False
    assert (await deliver(warning_api, sent)).status_code == 204
    assert [answer[0] for answer in await answers(database, data["task_id"])] == ["bihuan.case.opened"]


async def test_other_outcomes_and_other_events_are_let_go(
    warning_api: httpx.AsyncClient, database: TestDatabase
) -> None:
    data = confirmed(outcome="no_risk")
    assert (await deliver(warning_api, event(data))).status_code == 204
    assert (await deliver(warning_api, event(confirmed(), kind="bihuan.batch.filed"))).status_code == 204
    assert await answers(database, data["task_id"]) == []


@pytest.mark.parametrize(
    "change",
    [
        {"data": {}},
        {"data": {"task_id": "x", "outcome": "risk_confirmed"}},
        {"countycode": "411322"},
        {"id": "x"},
        {"sequence": -1},
        {"time": "yesterday"},
        {"data": confirmed(risk_types="illness")},
        {"data": confirmed(guarantees=[1])},
    ],
)
async def test_malformed_events_are_refused(warning_api: httpx.AsyncClient, change: dict[str, Any]) -> None:
    answer = await deliver(warning_api, event(confirmed()) | change)
    assert answer.status_code == 422, answer.text


async def test_only_our_services_deliver(county: httpx.AsyncClient) -> None:
    assert (await deliver(county, event(confirmed()))).status_code == 403


async def test_ids_only(database: TestDatabase) -> None:
    """No event names anybody."""
    owner = await database.connect()
    rows = await owner.fetch("SELECT data FROM household.outbox_event")
    await owner.close()
    assert rows
    for row in rows:
        data = orjson.loads(row["data"])
        assert set(data) <= {
            "case_id",
            "task_id",
            "household_id",
            "state",
            "reason",
            "detail",
            "monitoring_type",
        }
        assert all(UUID(data[key]) for key in ("case_id", "household_id") if data.get(key))


async def test_of_a_household_that_ended_meanwhile_the_person_is_followed(
    warning_api: httpx.AsyncClient, county: httpx.AsyncClient, load: Load, database: TestDatabase
) -> None:
    await load([person("V20", "并入者"), person("V21", "接纳户"), person("V22", "独居者")])
    left, home, alone = [await household_of(county, number) for number in ("V20", "V21", "V22")]
    gone = left["members"][0]["id"]
    change = {"happened_on": "2026-11-07", "reason": "投靠"}
    merged = await county.post(
        f"/v1/households/{home['id']}/merges",
        json={
            **change,
            "other_household_id": left["id"],
            "members": [{"person_id": gone, "relationship": "其他"}],
        },
        headers={"If-Match": "*"},
    )
    assert merged.status_code == 200, merged.text
    dead = alone["members"][0]["id"]
    died = await county.post(
        f"/v1/households/{alone['id']}/members/{dead}/departures",
        json={**change, "kind": "death"},
        headers={"If-Match": "*"},
    )
    assert died.status_code == 200, died.text
    for ended, person_id, expected in (
        (left, gone, {"household_id": home["id"], "state": "clue"}),
        (left, None, {"reason": "household_ended"}),
        (alone, dead, {"reason": "household_ended"}),
    ):
        sent = event(confirmed(household_id=ended["id"], person_id=person_id))
        assert (await deliver(warning_api, sent)).status_code == 204
        ((_, _, _, data),) = await answers(database, sent["data"]["task_id"])
        assert expected.items() <= data.items()
