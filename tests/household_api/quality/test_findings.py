"""A finding from being found to being gone: answered, checked again, counted; and who may do what."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from python_calamine import CalamineWorkbook

from services.household_api.app import create_app
from services.household_api.quality import screening as screenings
from services.household_api.quality.tasks import ask_for_screenings, screen_quality
from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService, start_service
from tests.factories.clock import INSIDE_THE_WINDOW
from tests.factories.registry import OTHER_VILLAGE, VILLAGE, id_number, person
from tests.household_api.conftest import Load
from tests.household_api.quality.conftest import findings, put, screened

RULE = "personal_income_implausible"
MISSING = "id_number_missing"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@asynccontextmanager
async def closing(started: RunningService) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await started.context.close()


async def rich(load: Load, household_no: str, income: str = "300000.00", **more: Any) -> None:
    """A household of one whose income has slipped a comma; loading it again corrects it."""
    number = id_number("19700101", int(household_no[1:]))
    record = person(household_no, "周海", id_number=number, annual_income=income, phone="13900001111")
    await load([{**record, **more}])


async def finding_of(client: httpx.AsyncClient, household_no: str, **query: Any) -> dict[str, Any]:
    (found,) = [f for f in await findings(client, rule=RULE, **query) if f["household_no"] == household_no]
    return found


async def move(
    client: httpx.AsyncClient, finding: dict[str, Any], to: str, reason: str = ""
) -> httpx.Response:
    return await client.post(
        f"/v1/quality/findings/{finding['id']}/transitions",
        json={"to": to, "reason": reason},
        headers={"If-Match": f'"{finding["version"]}"'},
    )


async def test_what_is_corrected_is_checked_again_and_closed(
    load: Load, county: httpx.AsyncClient, township: httpx.AsyncClient
) -> None:
    await rich(load, "F1")
    first = await screened(county, rules=[RULE])
    assert (first["opened"], first["reopened"], first["closed"]) == (1, 0, 0)
    assert first["by_severity"] == {"error": 0, "warning": 1, "hint": 0}
    found = await finding_of(township, "F1")
    assert found["evidence"] == {"income": "300000.00", "limit": "200000.00"}
    assert found["message"] == "年收入（元）：300000.00；规定值：200000.00"
    assert (found["state"], found["responsible"], found["due_on"]) == ("open", "village", "2026-11-28")
    assert found["place"] == {"code": VILLAGE, "name": "绥棱镇东方红村委会"}
    assert (found["name"], found["overdue"]) == ("周海", False)

    answer = await move(township, found, "corrected", "已核对原始凭证")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["allowed"]) == ("corrected", ["open", "explained"])
    assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
    again = await screened(county, rules=[RULE])
    assert (again["opened"], again["reopened"], again["closed"], again["findings"]) == (0, 1, 0, 1)
    reopened = await finding_of(township, "F1")
    assert (reopened["id"], reopened["state"]) == (found["id"], "open")
    assert (reopened["times_found"], reopened["reopened"]) == (2, 1)

    await move(township, reopened, "corrected")
    await rich(load, "F1", "10000.00")
    third = await screened(county, rules=[RULE])
    assert (third["findings"], third["closed"]) == (0, 1)
    assert await findings(county, rule=RULE) == []
    told = (await county.get(f"/v1/quality/findings/{found['id']}")).json()
    assert [step["state"] for step in told["history"]] == ["corrected", "open", "corrected", "closed"]
    assert told["history"][0]["reason"] == "已核对原始凭证"
    assert (told["closed_on"], told["allowed"]) == ("2026-11-08", [])
    assert (await move(county, told, "open", "再查")).json()["code"] == "illegal_transition"

    await rich(load, "F1")
    await screened(county, rules=[RULE])
    assert (await finding_of(county, "F1"))["id"] != found["id"]
    assert (await finding_of(county, "F1", state="closed"))["id"] == found["id"]
    await rich(load, "F1", "10000.00")
    await screened(county, rules=[RULE])


async def test_an_explanation_is_accepted_by_another_person_and_holds_until_the_facts_change(
    load: Load, county: httpx.AsyncClient, checker: httpx.AsyncClient, township: httpx.AsyncClient
) -> None:
    await rich(load, "F2")
    await screened(county, rules=[RULE])
    found = await finding_of(county, "F2")
    assert (await move(township, found, "explained", "  ")).json()["code"] == "reason_required"
    explained = (await move(county, found, "explained", "征地补偿款")).json()
    assert (await move(township, explained, "accepted")).json()["code"] == "county_decides"
    assert (await move(county, explained, "accepted")).json()["code"] == "same_person"
    accepted = await move(checker, explained, "accepted")
    assert accepted.json()["state"] == "accepted"

    await screened(county, rules=[RULE])
    assert (await finding_of(county, "F2"))["state"] == "accepted"
    await rich(load, "F2", "400000.00")
    answer = await screened(county, rules=[RULE])
    assert answer["reopened"] == 1
    changed = await finding_of(county, "F2")
    assert (changed["state"], changed["evidence"]["income"]) == ("open", "400000.00")

    refused = (await move(township, changed, "explained", "征地补偿款")).json()
    sent_back = (await move(county, refused, "open", "请附补偿协议")).json()
    assert (sent_back["state"], sent_back["reopened"]) == ("open", 2)
    await rich(load, "F2", "10000.00")
    await screened(county, rules=[RULE])


async def test_what_is_refused(
    load: Load,
    county: httpx.AsyncClient,
    township: httpx.AsyncClient,
    other_township: httpx.AsyncClient,
    running: RunningService,
) -> None:
    await rich(load, "F3")
    await screened(county, rules=[RULE])
    found = await finding_of(county, "F3")
    path = f"/v1/quality/findings/{found['id']}"
    body = {"to": "corrected"}
    assert (await other_township.get(path)).status_code == 404
    assert (await move(other_township, found, "corrected")).status_code == 404
    assert (await county.post(f"{path}/transitions", json=body)).status_code == 428
    stale = await county.post(f"{path}/transitions", json=body, headers={"If-Match": '"99"'})
    assert stale.status_code == 412
    assert (await move(county, found, "closed")).json()["code"] == "illegal_transition"
    assert (await move(county, found, "closed")).json()["allowed"] == ["corrected", "explained"]
    assert (await move(county, found, "gone")).json()["code"] == "state_unknown"
    reader = running.client("township", "231226100", "231226100", name="reader", scopes=["quality:read"])
    async with reader as client:
        assert (await move(client, found, "corrected")).status_code == 403
        assert (await client.post("/v1/quality/screenings", json={})).status_code == 403
    for refused in (
        await county.post("/v1/quality/screenings", json={"rules": ["no_such_rule"]}),
        await county.get("/v1/quality/findings?rule=no_such_rule"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (422, "rule_unknown")
    assert (await county.get("/v1/quality/findings?state=lost")).json()["code"] == "state_unknown"
    assert (await county.get("/v1/quality/findings?severity=worse")).status_code == 422
    elsewhere = await township.post("/v1/quality/screenings", json={"region": "231226101"})
    assert elsewhere.status_code == 404
    assert (await county.get(f"/v1/quality/screenings/{found['id']}")).status_code == 404


async def test_a_township_screens_its_own_and_only_its_own_is_closed(
    load: Load, county: httpx.AsyncClient, township: httpx.AsyncClient, other_township: httpx.AsyncClient
) -> None:
    await rich(load, "F4")
    await rich(load, "F5", region_code=OTHER_VILLAGE)
    told = await screened(township, rules=[RULE, "same_name_and_phone"])
    assert (told["region_code"], told["rules"]) == ("231226100", [RULE])
    assert [skipped["code"] for skipped in told["skipped"]] == ["county_only"]
    assert [f["household_no"] for f in await findings(other_township, rule=RULE)] == []
    assert {f["household_no"] for f in await findings(township, rule=RULE)} >= {"F4"}
    await screened(county, rules=[RULE])
    assert {f["household_no"] for f in await findings(county, region="231226101")} == {"F5"}
    await rich(load, "F5", "10000.00", region_code=OTHER_VILLAGE)
    assert (await screened(county, region="231226100"))["region_code"] == "231226100"
    assert (await finding_of(county, "F5"))["state"] == "open"
    await screened(county, region=OTHER_VILLAGE)
    assert [f for f in await findings(county, rule=RULE) if f["household_no"] == "F5"] == []


async def test_findings_go_with_the_household_that_moves(
    load: Load, county: httpx.AsyncClient, township: httpx.AsyncClient, other_township: httpx.AsyncClient
) -> None:
    await rich(load, "F6")
    await screened(county, rules=[RULE])
    found = await finding_of(township, "F6")
    await move(township, found, "corrected", "已改")
    await rich(load, "F6", region_code=OTHER_VILLAGE)
    assert (await township.get(f"/v1/quality/findings/{found['id']}")).status_code == 404
    moved = (await other_township.get(f"/v1/quality/findings/{found['id']}")).json()
    assert (moved["region_code"], [step["reason"] for step in moved["history"]]) == (OTHER_VILLAGE, ["已改"])
    told = await screened(other_township, rules=[RULE])
    assert (told["opened"], told["reopened"]) == (0, 1)


async def test_no_two_findings_run_for_one_subject(
    load: Load, county: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    await rich(load, "F7")
    answers = await asyncio.gather(
        *(county.post("/v1/quality/screenings", json={"rules": [RULE]}) for _ in range(4))
    )
    codes = sorted(answer.status_code for answer in answers)
    assert codes[0] == 201 and set(codes) <= {201, 409}
    assert {a.json()["code"] for a in answers if a.status_code == 409} <= {"screening_running"}
    await owner.execute("SELECT pg_advisory_lock(hashtext('quality 231226'))")
    refused = await county.post("/v1/quality/screenings", json={"rules": [RULE]})
    await owner.execute("SELECT pg_advisory_unlock(hashtext('quality 231226'))")
    assert (refused.status_code, refused.json()["code"]) == (409, "screening_running")
    twice = await owner.fetchval(
        "SELECT count(*) FROM (SELECT FROM quality_finding WHERE state <> 'closed'"
        " GROUP BY rule, subject_id HAVING count(*) > 1) t"
    )
    assert twice == 0
    assert (
        await owner.fetchval(
            "SELECT count(*) FROM quality_finding q JOIN household h ON h.id = q.household_id"
            " WHERE h.household_no = 'F7'"
        )
        == 1
    )


async def test_lists_go_on_and_statistics_add_up(load: Load, county: httpx.AsyncClient) -> None:
    await load([person(f"G{n}", f"赵{name}", birth_date="1970-01-01") for n, name in enumerate("甲乙丙丁戊")])
    await screened(county, rules=[MISSING])
    everything = await findings(county)
    listed: list[dict[str, Any]] = []
    cursor = None
    while True:
        query = {"limit": 2} | ({} if cursor is None else {"cursor": cursor})
        answer = (await county.get("/v1/quality/findings", params=query)).json()
        listed += answer["items"]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert [row["id"] for row in listed] == [row["id"] for row in everything]
    for by in ("rule", "township", "severity"):
        rows = (await county.get(f"/v1/quality/statistics?by={by}")).json()["items"]
        running = [row for row in rows if row["found"] > row["closed"]]
        assert sum(row["found"] - row["closed"] for row in rows) == len(everything)
        assert all(
            row["found"]
            == row["open"] + row["corrected"] + row["explained"] + row["accepted"] + row["closed"]
            for row in rows
        )
        assert running and all(row["name"] != row["key"] for row in rows)
    narrowed = (await county.get("/v1/quality/statistics?by=township&region=231226101")).json()["items"]
    assert {row["key"] for row in narrowed} == {"231226101"}
    rules = (await county.get("/v1/quality/rules?limit=500")).json()["items"]
    assert len(rules) >= 30 and {rule["severity"] for rule in rules} == {"error", "warning", "hint"}


async def test_what_is_not_answered_in_time_is_overdue(
    database: TestDatabase, load: Load, county: httpx.AsyncClient
) -> None:
    await rich(load, "F8")
    await screened(county, rules=[RULE])
    later = start_service("household_api", database, create_app, INSIDE_THE_WINDOW + timedelta(days=21))
    async with closing(later), later.client("county", "NY", "231226", name="county") as client:
        found = await finding_of(client, "F8", overdue="true")
        assert (found["due_on"], found["overdue"]) == ("2026-11-28", True)
        rows = (await client.get("/v1/quality/statistics?by=rule")).json()["items"]
        assert next(row for row in rows if row["key"] == RULE)["overdue"] >= 1
        await move(client, found, "corrected")
        assert [f for f in await findings(client, overdue="true") if f["id"] == found["id"]] == []


async def test_the_sheet_and_what_others_see_of_names(
    load: Load, county: httpx.AsyncClient, running: RunningService
) -> None:
    await rich(load, "F9")
    await screened(county, rules=[RULE])
    answer = await county.get("/v1/quality/findings", params={"rule": RULE}, headers={"Accept": XLSX})
    assert answer.status_code == 200 and answer.headers["content-type"] == XLSX
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    header = next(row for row in rows if "户编号" in row)
    line = dict(zip(header, next(row for row in rows if "F9" in row), strict=True))
    assert (line["姓名"], line["责任单位"], line["严重程度"]) == ("周海", "绥棱镇东方红村委会", "存疑")
    assert (line["依据"], line["整改期限"]) == ("年收入（元）：300000.00；规定值：200000.00", "2026-11-28")
    text = (await county.get("/v1/quality/findings", params={"rule": RULE})).text
    assert "19700101" not in text and "13900001111" not in text and "139*" not in text
    scopes = ["quality:read"]
    async with running.client("supervisor", "SJ", "2312", name="outside", scopes=scopes) as outside:
        names = {found["name"] for found in await findings(outside, rule=RULE, county="231226")}
    assert names == {"周*"}


async def test_rules_whose_parameter_is_not_set_are_told(county: httpx.AsyncClient) -> None:
    told = await screened(county, rules=["income_below_line_not_monitored", RULE])
    assert (told["rules"], [skipped["rule"] for skipped in told["skipped"]]) == (
        [RULE],
        ["income_below_line_not_monitored"],
    )
    assert "income_line" in told["skipped"][0]["reason"]


async def test_last_years_line_makes_what_is_found_provisional(
    load: Load, county: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    body = {"name": "income_line", "value": "7500.00", "valid_from": "2025-01-01", "source": "某省文件"}
    assert (await county.put("/v1/parameters", json=body)).status_code == 200
    await load([person("P1", "孙海", id_number=id_number("19700101", 99))])
    await owner.execute(
        """INSERT INTO income_record (county_code, region_code, id, household_id, as_of, wages, business,
            property, transfers, costs, members, source, recorded_by, recorded_at)
        SELECT county_code, region_code, gen_random_uuid(), id, '2026-09-30', 7000, 0, 0, 0, 0, 1, '入户', 'test',
            now() FROM household WHERE household_no = 'P1'"""
    )
    rule = "income_below_line_not_monitored"
    told = await screened(county, rules=[rule])
    assert told["parameters_used"][0] == {
        "name": "income_line",
        "version": 1,
        "value": "7500.00",
        "year": 2025,
        "provisional": True,
    }
    (found,) = await findings(county, rule=rule)
    assert (found["evidence"]["provisional"], found["evidence"]["per_head"]) == (True, "7000.00")
    await put(county, "income_line", "6900.00")
    assert (await screened(county, rules=[rule]))["closed"] == 1


async def test_the_schedule_screens_once_a_period_and_the_worker_does_large_ones(
    running: RunningService,
    load: Load,
    county: httpx.AsyncClient,
    owner: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await rich(load, "F10")
    await ask_for_screenings(running.context, {})
    await ask_for_screenings(running.context, {})
    rows = (await county.get("/v1/quality/screenings")).json()["items"]
    (asked,) = [row for row in rows if row["period"]]
    assert (asked["period"], asked["state"], asked["region_code"]) == ("2026-10", "received", "231226")
    payload = {"county": "231226", "screening_id": asked["id"]}
    await screen_quality(running.context, payload)
    done = (await county.get(f"/v1/quality/screenings/{asked['id']}")).json()
    assert done["state"] == "done" and done["findings"] > 0
    await screen_quality(running.context, payload)
    assert (await county.get(f"/v1/quality/screenings/{asked['id']}")).json() == done

    monkeypatch.setattr(screenings, "MOST_AT_ONCE", 2)
    waiting = (await county.post("/v1/quality/screenings", json={})).json()
    assert waiting["state"] == "received"
    queued = await owner.fetchval(
        "SELECT count(*) FROM pgqueuer WHERE entrypoint = 'screen_quality' AND convert_from(payload, 'utf8') LIKE $1",
        f"%{waiting['id']}%",
    )
    assert queued == 1

    monkeypatch.setattr(screenings, "prepare", None)
    await screen_quality(running.context, {"county": "231226", "screening_id": waiting["id"]})
    assert (await county.get(f"/v1/quality/screenings/{waiting['id']}")).json()["state"] == "failed"


async def test_a_new_period_is_screened_anew(database: TestDatabase, owner: asyncpg.Connection) -> None:
    later = start_service("household_api", database, create_app, INSIDE_THE_WINDOW + timedelta(days=60))
    async with closing(later):
        await ask_for_screenings(later.context, {})
    periods = await owner.fetch("SELECT period FROM quality_screening WHERE period IS NOT NULL ORDER BY 1")
    assert [row["period"] for row in periods] == ["2026-10", "2027-01"]
