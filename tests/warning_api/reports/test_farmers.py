"""The way in without a token, as farmers use it and as others would misuse it."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from services.warning_api.reports.admission import ReportLimits
from services.warning_api.reports.tasks import forget_counts
from shared.auth import Reach
from shared.clock import BusinessClock
from shared.identifiers.regions import region_range
from shared.testing.databases import settings_text
from tests.factories.warnings import OTHER_VILLAGE, VILLAGE, id_number, new_id_number, registered
from tests.warning_api.conftest import County, got, problem
from tests.warning_api.reports.conftest import compare_all, farmer, issue, reported, said, shown


async def test_a_farmer_reports_with_the_code_of_his_village(county: County) -> None:
    issued = await issue(county)
    assert issued["village"] == "东方红村委会"
    assert issued["qr_text"] == f"{VILLAGE}:{issued['code'].replace('-', '')}"
    assert issued["expires_on"] == "2027-05-07"
    answer = await farmer(county).post("/v1/self-reports", json=said(region_code=None), headers=shown(issued))
    assert answer.status_code == 201, answer.text
    receipt_no = answer.json()["receipt_no"]
    await compare_all(county)
    (task,) = await county.tasks(county.township)
    assert (task["region_code"], task["origins"]) == (VILLAGE, ["self_report"])
    state = await farmer(county).get(f"/v1/self-reports/{receipt_no}", headers=shown(issued))
    assert state.json() == {"receipt_no": receipt_no, "state": "received"}
    await county.verify(task, "needs_department", needs_org="ZJ")
    state = await farmer(county).get(f"/v1/self-reports/{receipt_no.lower()}", headers=shown(issued))
    assert state.json()["state"] == "visited"
    (item,) = (await got(county.township, "/v1/self-reports"))["items"]
    assert item["by_farmer"] is True


async def test_the_code_may_be_written_as_people_write(county: County) -> None:
    issued = await issue(county)
    header = {"X-Report-Code": f"{VILLAGE} : {issued['code'].lower().replace('-', ' ')}"}
    answer = await farmer(county).post("/v1/self-reports", json=said(), headers=header)
    assert answer.status_code == 201


async def test_the_page_of_the_county_stands_in_the_qr_text(county: County) -> None:
    await county.set_parameter("self_report_page", '"https://bao.example.cn/report"')
    issued = await issue(county)
    assert issued["qr_text"].startswith(f"https://bao.example.cn/report#{VILLAGE}:")


async def test_neither_token_nor_code(county: County) -> None:
    body = said()
    assert problem(await farmer(county).post("/v1/self-reports", json=body)) == (401, "invalid_token")
    for broken in (
        "",
        "hello",
        f"{VILLAGE}:SHORT",
        f"231226:{'A' * 16}",
        f"{VILLAGE}:{'0' * 16}",
        "x" * 5000,
    ):
        answer = await farmer(county).post("/v1/self-reports", json=body, headers={"X-Report-Code": broken})
        assert problem(answer) == (401, "report_code_invalid")
    # The code opens nothing but these two routes.
    code = shown(await issue(county))
    for path in ("/v1/tasks", "/v1/self-reports", f"/v1/villages/{VILLAGE}/report-codes", "/v1/warnings"):
        assert problem(await farmer(county).get(path, headers=code)) == (401, "invalid_token")


async def test_wrong_expired_revoked_and_of_another_village_are_the_same(county: County) -> None:
    issued = await issue(county)
    other = await issue(county, OTHER_VILLAGE)
    answers = []

    async def tried(header: dict[str, str]) -> None:
        answers.append(await farmer(county).post("/v1/self-reports", json=said(), headers=header))

    await tried({"X-Report-Code": f"{VILLAGE}:{'A' * 16}"})
    await tried({"X-Report-Code": f"{VILLAGE}:{other['code']}"})
    await tried({"X-Report-Code": f"231226999999:{issued['code']}"})
    await tried({"X-Report-Code": f"110101001001:{issued['code']}"})
    gone = await county.township.delete(f"/v1/report-codes/{issued['id']}")
    assert gone.status_code == 204
    await tried(shown(issued))
    context = county.running.context
    context.clock = BusinessClock.starting_at(context.clock.now() + timedelta(days=200))
    await tried(shown(other))
    assert {problem(answer) for answer in answers} == {(401, "report_code_invalid")}
    assert len({answer.text for answer in answers}) == 1
    async with county.owner() as owner:
        assert await owner.fetchval("SELECT count(*) FROM warning.warning") == 0


async def test_a_foreign_village_cannot_be_reported_for(county: County) -> None:
    answer = await farmer(county).post(
        "/v1/self-reports", json=said(region_code=OTHER_VILLAGE), headers=shown(await issue(county))
    )
    assert [e["code"] for e in answer.json()["errors"]] == ["region_not_yours"]


async def test_nothing_tells_whether_somebody_is_known(county: County) -> None:
    """Registered, warned of before, reported before or nobody: the answers have one form."""
    code = shown(await issue(county))
    known, task = new_id_number(), await county.new_task()
    county.registry.persons[known] = registered()
    await reported(county, id_number=known)
    answers = [
        await farmer(county).post("/v1/self-reports", json=said(id_number=number), headers=code)
        for number in (known, next(iter(county.registry.persons)), new_id_number(), None)
    ]
    assert task["id"] not in "".join(answer.text for answer in answers)
    assert {answer.status_code for answer in answers} == {201}
    assert {tuple(answer.json()) for answer in answers} == {("receipt_no", "state")}
    assert {answer.json()["state"] for answer in answers} == {"received"}
    assert len({answer.json()["receipt_no"] for answer in answers}) == 4


async def test_the_same_again_is_one_clue_with_receipts_of_their_own(county: County) -> None:
    code = shown(await issue(county))
    receipts = set()
    for _ in range(3):
        answer = await farmer(county).post("/v1/self-reports", json=said(), headers=code)
        receipts.add(answer.json()["receipt_no"])
        await compare_all(county)
    assert len(receipts) == 3
    (task,) = await county.tasks(county.township)
    assert len(task["clues"]) == 1
    await county.verify(task, "no_risk")
    for receipt_no in receipts:
        state = await farmer(county).get(f"/v1/self-reports/{receipt_no}", headers=code)
        assert state.json()["state"] == "closed"
    # Once somebody has been there it is news again.
    await farmer(county).post("/v1/self-reports", json=said(), headers=code)
    await compare_all(county)
    assert [t["state"] for t in await county.tasks(county.township)] == ["closed", "pending"]


async def test_a_replayed_key_files_once(county: County) -> None:
    headers = {**shown(await issue(county)), "Idempotency-Key": "from-the-telephone"}
    first = await farmer(county).post("/v1/self-reports", json=said(), headers=headers)
    again = await farmer(county).post("/v1/self-reports", json=said(), headers=headers)
    assert again.json() == first.json()
    other = await farmer(county).post("/v1/self-reports", json=said(name="钱七"), headers=headers)
    assert problem(other) == (422, "idempotency_key_reused")


async def test_somebody_elses_receipt_is_not_told(county: County) -> None:
    receipt_no = await reported(county)
    elsewhere = shown(await issue(county, OTHER_VILLAGE))
    for asked in (receipt_no, "AAAA-AAAA-AAAA", "nothing"):
        answer = await farmer(county).get(f"/v1/self-reports/{asked}", headers=elsewhere)
        assert problem(answer) == (404, "self_report_not_found")


async def test_large_and_broken_bodies(county: County) -> None:
    code = shown(await issue(county))
    client = farmer(county)
    too_large = await client.post("/v1/self-reports", json=said(detail="长" * 6000), headers=code)
    assert problem(too_large) == (413, "too_large")

    async def endless() -> Any:
        for _ in range(1000):
            yield b" " * 1024

    unsaid = await client.post(
        "/v1/self-reports", content=endless(), headers={**code, "Content-Type": "application/json"}
    )
    assert problem(unsaid) == (413, "too_large")
    broken = await client.post(
        "/v1/self-reports", content=b"{", headers={**code, "Content-Type": "application/json"}
    )
    assert problem(broken) == (400, "malformed")
    form = await client.post("/v1/self-reports", data={"name": "x"}, headers=code)
    assert problem(form) == (415, "unsupported_media_type")
    wrong = await client.post(
        "/v1/self-reports", json=said(id_number="23122619800101001X", name=""), headers=code
    )
    assert problem(wrong)[0] == 422


async def test_an_officers_body_is_bounded_too(county: County) -> None:
    answer = await county.township.post("/v1/self-reports", json=said(detail="长" * 6000))
    assert problem(answer) == (413, "too_large")


@pytest.mark.parametrize("what", ["code", "address", "county"])
async def test_a_flood_is_stopped(county: County, what: str) -> None:
    await county.set_parameter(f"self_reports_per_{what}_hour", "3")
    code = shown(await issue(county))
    statuses = []
    for number in range(5):
        address = "203.0.113.7" if what == "address" else f"203.0.113.{number}"
        answer = await farmer(county, address).post(
            "/v1/self-reports", json=said(name=f"赵{'一二三四五'[number]}"), headers=code
        )
        statuses.append(answer.status_code)
    assert statuses == [201, 201, 201, 429, 429]
    assert problem(answer) == (429, "too_many_reports")
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    # Officers report on, and so does everybody in the next hour.
    assert (await county.township.post("/v1/self-reports", json=said())).status_code == 201
    context = county.running.context
    context.clock = BusinessClock.starting_at(context.clock.now() + timedelta(hours=1))
    assert (await farmer(county).post("/v1/self-reports", json=said(), headers=code)).status_code == 201


async def test_who_guesses_is_not_heard_for_the_rest_of_the_hour(county: County) -> None:
    await county.set_parameter("self_report_wrong_codes_hour", "3")
    code = shown(await issue(county))
    for _ in range(3):
        guess = await farmer(county).post(
            "/v1/self-reports", json=said(), headers={"X-Report-Code": f"{VILLAGE}:{'B' * 16}"}
        )
        assert problem(guess) == (401, "report_code_invalid")
    # Also with the right one: otherwise the answer would tell which that is.
    assert problem(await farmer(county).post("/v1/self-reports", json=said(), headers=code))[0] == 429
    # His neighbours are not shut out.
    answer = await farmer(county, "203.0.113.8").post("/v1/self-reports", json=said(), headers=code)
    assert answer.status_code == 201


async def test_guesses_from_many_addresses_do_not_shut_the_county_out(county: County) -> None:
    await county.set_parameter("self_reports_per_county_hour", "2")
    code = shown(await issue(county))
    for number in range(4):
        guess = await farmer(county, f"203.0.113.{number}").post(
            "/v1/self-reports", json=said(), headers={"X-Report-Code": f"{VILLAGE}:{'B' * 16}"}
        )
        assert problem(guess) == (401, "report_code_invalid")
    answer = await farmer(county, "203.0.113.9").post("/v1/self-reports", json=said(), headers=code)
    assert answer.status_code == 201


async def test_a_household_of_ipv6_is_one_address(county: County) -> None:
    await county.set_parameter("self_reports_per_address_hour", "2")
    code = shown(await issue(county))
    statuses = []
    for number in range(3):
        client = farmer(county, f"2001:db8:1:2::{number + 1}")
        answer = await client.post("/v1/self-reports", json=said(name=f"孙{'甲乙丙'[number]}"), headers=code)
        statuses.append(answer.status_code)
    assert statuses == [201, 201, 429]


@pytest.mark.parametrize("limits", [(0.5, 100.0), (100.0, 0.5)])
async def test_the_first_wall_stands_before_the_database(county: County, limits: tuple[float, float]) -> None:
    county.running.app.state.report_limits = ReportLimits(*limits)
    answers = [
        await farmer(county).post("/v1/self-reports", json=said(), headers={"X-Report-Code": "x"})
        for _ in range(2)
    ]
    assert [problem(answer) for answer in answers] == [(401, "report_code_invalid"), (429, "rate_limited")]


async def test_what_was_counted_is_forgotten(county: County) -> None:
    await farmer(county).post("/v1/self-reports", json=said(), headers=shown(await issue(county)))
    context = county.running.context
    async with county.owner() as owner:
        counted = await owner.fetch("SELECT counted FROM warning.report_count")
        assert len(counted) == 3
        assert all(b"203.0" not in row["counted"] for row in counted)
        await forget_counts(context, {})
        assert await owner.fetchval("SELECT count(*) FROM warning.report_count") == 3
        context.clock = BusinessClock.starting_at(context.clock.now() + timedelta(hours=4))
        await forget_counts(context, {})
        assert await owner.fetchval("SELECT count(*) FROM warning.report_count") == 0


async def test_a_code_is_shown_once(county: County) -> None:
    key = {"Idempotency-Key": "k1"}
    first = await county.township.post(f"/v1/villages/{VILLAGE}/report-codes", headers=key)
    assert first.headers["Cache-Control"] == "no-store"
    again = await county.township.post(f"/v1/villages/{VILLAGE}/report-codes", headers=key)
    assert (again.json()["id"], again.json()["code"]) == (first.json()["id"], None)
    listed = await county.township.get(f"/v1/villages/{VILLAGE}/report-codes")
    assert first.json()["code"] not in listed.text
    async with county.owner() as owner:
        assert (await owner.fetchval("SELECT length(digest) FROM warning.report_code")) == 32


async def test_whose_villages_codes_are_for(county: County) -> None:
    for path in (f"/v1/villages/{OTHER_VILLAGE}/report-codes", "/v1/villages/231226100/report-codes"):
        assert problem(await county.township.post(path)) == (404, "village_not_found")
    issued = await issue(county, OTHER_VILLAGE)
    assert problem(await county.township.delete(f"/v1/report-codes/{issued['id']}")) == (404, "not_found")
    assert problem(await county.yb.post(f"/v1/villages/{VILLAGE}/report-codes"))[0] == 403


async def test_the_second_wall(county: County) -> None:
    """What the service's role sees when nothing but row-level security narrows it."""
    await issue(county)
    await issue(county, OTHER_VILLAGE)
    await reported(county)
    await reported(county, county.other_township, region_code=OTHER_VILLAGE, id_number=id_number(7))
    seen = {}
    for region in ("231226", "231226100", VILLAGE, "231281", ""):
        connection = await asyncpg.connect(county.database.service_url("warning"))
        transaction = connection.transaction()
        await transaction.start()
        if region:
            await connection.execute(settings_text(Reach("231226", (region_range(region),))))
        seen[region] = [
            await connection.fetchval(f"SELECT count(*) FROM warning.{table}")
            for table in ("report_code", "self_report")
        ]
        await transaction.rollback()
        await connection.close()
    assert seen == {"231226": [2, 2], "231226100": [1, 1], VILLAGE: [1, 1], "231281": [0, 0], "": [0, 0]}


async def test_what_is_written_is_sealed(county: County) -> None:
    await reported(
        county, name="稀有姓名", phone="13911112222", detail="独一无二的话", id_number=id_number(3)
    )
    async with county.owner() as owner:
        for table in ("warning", "self_report", "batch", "verification_task", "outbox_event", "audit_entry"):
            rows = await owner.fetch(f"SELECT t::text AS all FROM warning.{table} t")
            text = "".join(row["all"] for row in rows)
            for secret in ("稀有姓名", "13911112222", "独一无二", id_number(3)):
                assert secret not in text, table
                assert secret.encode().hex() not in text, table


async def test_a_flood_at_once_is_counted_right(county: County) -> None:
    await county.set_parameter("self_reports_per_code_hour", "4")
    code = shown(await issue(county))
    answers = await asyncio.gather(
        *(
            farmer(county, f"203.0.113.{number}").post(
                "/v1/self-reports", json=said(name=f"李{'甲乙丙丁戊己庚辛壬癸'[number]}"), headers=code
            )
            for number in range(10)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201] * 4 + [429] * 6


async def test_the_same_at_once_is_one_clue(county: County) -> None:
    code = shown(await issue(county))
    answers = await asyncio.gather(
        *(farmer(county).post("/v1/self-reports", json=said(), headers=code) for _ in range(5))
    )
    assert len({answer.json()["receipt_no"] for answer in answers}) == 5
    await compare_all(county)
    (task,) = await county.tasks(county.township)
    assert len(task["clues"]) == 1
