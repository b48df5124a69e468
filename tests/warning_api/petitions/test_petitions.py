"""Petitions from the county's desk to the township and back, over HTTP."""

import asyncio
from datetime import date, datetime
from itertools import count
from typing import Any

import httpx
import pytest

from services.warning_api.deadlines import tell_deadlines
from services.warning_api.petitions.rules import STATE_WORDS, TRANSITIONS
from shared.auth import Grant
from tests.factories.inspection import passed_down
from tests.factories.warnings import COUNTY
from tests.warning_api.conftest import County, MakeCounty, got, problem
from tests.warning_api.rectification.test_problems import uploaded

#: Each petition of these tests has a document of its own.
NUMBERS = count(1)


async def received(county: County, **fields: Any) -> dict[str, Any]:
    body = passed_down(**{"document_no": f"绥信转〔2026〕{next(NUMBERS)}号", **fields})
    answer = await county.bureau.post("/v1/petitions", json=body)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def step(
    client: httpx.AsyncClient, petition: dict[str, Any], to: str, if_match: str | None = "*", **fields: Any
) -> httpx.Response:
    headers = {} if if_match is None else {"If-Match": if_match}
    body = {"to": to, "text": "已入户核查，低保金11月5日已补发", **fields}
    return await client.post(f"/v1/petitions/{petition['id']}/transitions", json=body, headers=headers)


def test_every_state_is_known_and_can_be_reached() -> None:
    assert set(STATE_WORDS) == set(TRANSITIONS)
    assert {to for ways in TRANSITIONS.values() for to in ways} | {"received"} == set(TRANSITIONS)


async def test_a_petition_is_checked_handled_answered_and_closed(common: County) -> None:
    petition = await received(common)
    assert (petition["state"], petition["due_on"], petition["township_code"]) == (
        "passed",
        "2026-11-11",
        "231226100",
    )
    assert petition["subject"] == "李四反映低保未按时发放"
    for to in ("checked", "handled", "answered"):
        answer = await step(common.township, petition, to)
        assert (answer.status_code, answer.json()["state"]) == (200, to), answer.text
    assert answer.json()["answered_on"] == "2026-11-08"
    back = await step(common.bureau, petition, "returned", text="未附答复书")
    assert back.json()["allowed"] == []
    told = await got(common.township, f"/v1/petitions/{petition['id']}")
    assert told["allowed"] == ["checked", "handled", "answered"]
    await step(common.township, petition, "answered", answered_on="2026-11-07")
    done = await step(common.bureau, petition, "closed", text="")
    assert (done.json()["state"], done.json()["answered_on"]) == ("closed", "2026-11-07")
    assert done.json()["closed_at"] is not None
    assert [one["state"] for one in done.json()["history"]] == [
        "checked",
        "handled",
        "answered",
        "returned",
        "answered",
        "closed",
    ]
    events = await common.events(f"petition/{petition['id']}")
    assert events == [("petition.passed", 1), ("petition.passed", 5)]
    async with common.owner() as owner:
        for table in ("petition", "petition_step", "audit_entry", "outbox_event"):
            rows = str(await owner.fetch(f"SELECT * FROM warning.{table}"))
            assert "李四" not in rows
            assert "补发" not in rows


async def test_evidence_belongs_to_the_petition_that_names_it(common: County) -> None:
    petition, other = await received(common), await received(common)
    evidence = await uploaded(common.township, f"petition/{petition['id']}")
    wrong = await step(common.township, other, "checked", attachments=[evidence])
    assert problem(wrong) == (422, "step_incomplete")
    right = await step(common.township, petition, "checked", attachments=[evidence])
    assert right.json()["history"][0]["attachments"] == [evidence]


async def test_the_county_passes_what_it_did_not_pass_at_once(common: County) -> None:
    petition = await received(common, region_code=None)
    assert (petition["state"], petition["township_code"]) == ("received", None)
    assert problem(await common.township.get(f"/v1/petitions/{petition['id']}"))[0] == 404
    unnamed = await step(common.bureau, petition, "passed")
    assert problem(unnamed) == (422, "step_incomplete")
    assert problem(await step(common.bureau, petition, "passed", region_code=COUNTY))[0] == 422
    first = await step(common.bureau, petition, "passed", region_code="231226100201")
    assert first.json()["township_code"] == "231226100"
    second = await step(common.bureau, petition, "passed", region_code="231226101")
    assert second.json()["township_code"] == "231226101"
    assert problem(await step(common.township, petition, "checked"))[0] == 404
    assert (await step(common.other_township, petition, "checked")).status_code == 200


async def test_what_is_not_allowed(common: County) -> None:
    petition = await received(common)
    jumped = await step(common.bureau, petition, "closed")
    assert problem(jumped) == (409, "transition_not_allowed")
    assert jumped.json()["allowed"] == ["passed"]
    assert jumped.json()["detail"] == (
        "不能转为“已办结”：现为“已转办”，下一步为已核查（承办乡镇办理）、已转办（县级办理）"
    )
    (listed,) = [
        one for one in (await got(common.township, "/v1/petitions"))["items"] if one["id"] == petition["id"]
    ]
    assert listed["allowed"] == ["checked"]
    assert problem(await step(common.township, petition, "closed")) == (403, "county_decides")
    assert problem(await step(common.bureau, petition, "checked")) == (403, "township_handles")
    assert problem(await step(common.township, petition, "checked", text="")) == (422, "step_incomplete")
    assert problem(await step(common.township, petition, "checked", None))[0] == 428
    assert problem(await step(common.township, petition, "checked", '"3"'))[0] == 412
    await step(common.township, petition, "checked")
    await step(common.township, petition, "handled")
    tomorrow = await step(common.township, petition, "answered", answered_on="2026-11-09")
    assert problem(tomorrow) == (422, "step_incomplete")
    both = common.caller(
        "county", "NYNC", COUNTY, name="both", more=[Grant("township", "231226100", "231226100")]
    )
    await step(common.township, petition, "answered")
    assert (await step(common.bureau, petition, "returned")).status_code == 200
    await step(both, petition, "handled")
    await step(both, petition, "answered")
    assert problem(await step(both, petition, "closed")) == (409, "same_person")
    assert (await step(common.bureau, petition, "closed")).status_code == 200
    over = await step(common.township, petition, "checked")
    assert (problem(over)[0], over.json()["allowed"]) == (409, [])
    assert over.json()["detail"] == "不能转为“已核查”：现为“已办结”，不再变动"


@pytest.mark.parametrize(
    "fields",
    [{"received_on": "2026-11-09"}, {"region_code": "231227100"}, {"subject": ""}, {"from_level": "county"}],
)
async def test_what_is_no_petition(common: County, fields: dict[str, Any]) -> None:
    assert problem(await common.bureau.post("/v1/petitions", json=passed_down(**fields)))[0] == 422


async def test_a_document_is_received_once(common: County) -> None:
    body = passed_down(document_no="省信转〔2026〕7号")
    answers = await asyncio.gather(*(common.bureau.post("/v1/petitions", json=body) for _ in range(3)))
    (made,) = [answer.json() for answer in answers if answer.status_code == 201]
    refused = [answer for answer in answers if answer.status_code != 201]
    assert [problem(answer) for answer in refused] == [(409, "document_received")] * 2
    assert {answer.json()["id"] for answer in refused} == {made["id"]}
    again = await common.bureau.post("/v1/petitions", json={**body, "document_no": " 省信转〔2026〕 7 号"})
    assert problem(again) == (409, "document_received")
    await received(common, document_no="省信转〔2026〕8号")
    for _ in range(2):
        await received(common, document_no=None)


async def test_only_the_county_receives_and_no_department_reads(common: County) -> None:
    assert problem(await common.township.post("/v1/petitions", json=passed_down()))[0] == 403
    for client in (common.yb, common.caller("supervisor", "SJ")):
        assert problem(await client.get("/v1/petitions"))[0] == 403


async def test_what_is_due_first_stands_first_and_overdue_is_told_once(make_county: MakeCounty) -> None:
    county = await make_county()
    late, early = await received(county), await received(county, received_on="2026-11-03")
    other = await received(county, received_on="2026-11-01", region_code="231226101")
    first = await got(county.bureau, "/v1/petitions", limit=2)
    rest = await got(county.bureau, "/v1/petitions", cursor=first["next_cursor"])
    assert [one["id"] for one in first["items"] + rest["items"]] == [other["id"], early["id"], late["id"]]
    assert [one["id"] for one in (await got(county.township, "/v1/petitions"))["items"]] == [
        early["id"],
        late["id"],
    ]
    due = await got(county.bureau, "/v1/petitions", due_before="2026-11-09")
    assert {one["id"] for one in due["items"]} == {other["id"], early["id"]}
    later = await make_county(datetime.fromisoformat("2026-11-10T09:00:00+08:00"), beside=county)
    overdue = await got(later.bureau, "/v1/petitions", overdue=True)
    assert {one["id"] for one in overdue["items"]} == {other["id"], early["id"]}
    for _ in range(2):
        await tell_deadlines(later.running.context, {})
    assert await county.events(f"petition/{early['id']}/overdue") == [
        ("petition.overdue", date(2026, 11, 8).toordinal())
    ]
    assert await county.events(f"petition/{late['id']}/overdue") == []
    bad = await county.bureau.get("/v1/petitions", params={"cursor": "WyJ4IiwieSJd"})
    assert problem(bad) == (422, "invalid_cursor")
