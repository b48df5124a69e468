"""The public notice: its days, its text, what is said against it."""

import httpx

from tests.factories.registry import VILLAGE, id_number
from tests.household_api.monitoring.conftest import GoTo, Open, SetParameter, moved, refusal, to

ON_NOTICE = ("visited", "appraised", "noticed")


async def test_a_notice_runs_its_days_before_the_case_is_submitted(
    county: httpx.AsyncClient, open_case: Open, set_parameter: SetParameter, go_to: GoTo
) -> None:
    await set_parameter("notice_days", 5)
    case = await moved(county, await open_case(), *ON_NOTICE)
    assert (case["notice_from"], case["notice_until"]) == ("2026-11-08", "2026-11-12")
    assert case["history"][-1]["basis"]["notice_days"]["value"] == 5
    go_to("2026-11-12")
    refused = await to(county, case, "submitted")
    assert refusal(refused) == (409, "notice_running", [])
    assert refused.json()["notice_until"] == "2026-11-12"
    go_to("2026-11-13")
    assert (await to(county, case, "submitted")).status_code == 200


async def test_working_days_and_a_notice_that_is_up_already(
    county: httpx.AsyncClient, open_case: Open, set_parameter: SetParameter, go_to: GoTo
) -> None:
    await set_parameter("notice_days", 5)
    await set_parameter("notice_days_kind", "working")
    case = await open_case()
    go_to("2026-11-16")
    early = await moved(county, case, *ON_NOTICE[:-1])
    assert refusal(await to(county, early, "noticed", notice={"starts_on": "2026-11-07"}))[2] == [
        "date_before_case"
    ]
    assert refusal(await to(county, early, "noticed", notice={"starts_on": "2026-11-17"}))[2] == [
        "date_after_today"
    ]
    up = await moved(county, early, "noticed", notice={"starts_on": "2026-11-09", "place": "村务公开栏"})
    assert (up["notice_until"], up["history"][-1]["evidence"]["notice"]["place"]) == (
        "2026-11-13",
        "村务公开栏",
    )
    assert (await to(county, case, "submitted")).status_code == 200


async def test_the_notice_of_a_village_shows_names_and_nothing_else(
    county: httpx.AsyncClient,
    township: httpx.AsyncClient,
    other_township: httpx.AsyncClient,
    open_case: Open,
    set_parameter: SetParameter,
    go_to: GoTo,
) -> None:
    await set_parameter("notice_days", 7)
    number = id_number("19690909", 77)
    case = await open_case({"name": "公示人", "id_number": number, "phone": "13800001234"})
    await moved(township, case, *ON_NOTICE)
    notice = (await township.get(f"/v1/notices/{VILLAGE}")).json()
    (item,) = [item for item in notice["items"] if item["name"] == "公示人"]
    assert item == {
        "name": "公示人",
        "region_code": VILLAGE,
        "place": "绥棱镇东方红村委会",
        "notice_from": "2026-11-08",
        "notice_until": "2026-11-14",
    }
    assert notice["title"] == "绥棱镇东方红村委会拟纳入防止返贫监测对象公示"
    assert "公示人" in notice["text"] and "公示至 2026-11-14" in notice["text"]
    assert number not in str(notice) and "1234" not in str(notice) and case["id"] not in str(notice)
    assert (await other_township.get(f"/v1/notices/{VILLAGE}")).status_code == 404
    assert (await county.get("/v1/notices/2312")).status_code == 404
    everywhere = (await county.get("/v1/notices/231226", params={"limit": 1})).json()
    assert len(everywhere["items"]) == 1
    over = (await township.get(f"/v1/notices/{VILLAGE}", params={"on": "2026-11-15"})).json()
    assert "公示人" not in over["text"]
    go_to("2026-11-15")
    await moved(township, case, "submitted")
    assert "公示人" not in (await township.get(f"/v1/notices/{VILLAGE}", params={"on": "2026-11-10"})).text


async def test_an_objection_is_answered_before_the_case_goes_on(
    township: httpx.AsyncClient, county: httpx.AsyncClient, open_case: Open
) -> None:
    case = await open_case()
    path = f"/v1/cases/{case['id']}/objections"
    early = await township.post(path, json={"objection": "有两辆车"})
    assert refusal(early)[:2] == (409, "not_noticed")
    await moved(township, case, *ON_NOTICE)
    late = await township.post(path, json={"objection": "有两辆车", "raised_on": "2026-11-09"})
    assert refusal(late) == (422, "evidence_misplaced", ["date_outside_notice"])
    raised = await township.post(path, json={"objection": "有两辆车"})
    assert raised.status_code == 201
    (objection,) = raised.json()["objections"]
    assert (objection["objection"], objection["finding"]) == ("有两辆车", None)
    assert refusal(await to(township, case, "submitted"))[:2] == (409, "objection_stands")

    answer = {"finding": "dismissed", "answer": "车辆已于2025年报废"}
    decision = f"{path}/{objection['id']}/decision"
    assert (await township.post(decision, json=answer)).status_code == 428
    stale = await township.post(decision, json=answer, headers={"If-Match": '"4"'})
    assert stale.status_code == 412
    own = await township.post(decision, json=answer, headers={"If-Match": "*"})
    assert refusal(own)[:2] == (409, "same_person") and "县级" in own.json()["detail"]
    decided = await county.post(decision, json=answer, headers={"If-Match": raised.headers["etag"]})
    assert decided.json()["objections"][0]["answer"] == answer["answer"]
    again = await township.post(decision, json=answer, headers={"If-Match": "*"})
    assert refusal(again)[:2] == (409, "objection_answered")
    unknown = f"{path}/{case['id']}/decision"
    assert (await township.post(unknown, json=answer, headers={"If-Match": "*"})).status_code == 404
    assert (await to(township, case, "submitted")).status_code == 200


async def test_an_upheld_objection_leads_back_and_the_next_notice_is_free_of_it(
    township: httpx.AsyncClient, county: httpx.AsyncClient, open_case: Open
) -> None:
    case = await moved(township, await open_case(), *ON_NOTICE)
    path = f"/v1/cases/{case['id']}/objections"
    raised = (await township.post(path, json={"objection": "在县城有房"})).json()
    decided = await county.post(
        f"{path}/{raised['objections'][0]['id']}/decision",
        json={"finding": "upheld", "answer": "属实，待核收入"},
        headers={"If-Match": "*"},
    )
    assert decided.status_code == 200
    assert refusal(await to(township, case, "submitted"))[:2] == (409, "objection_stands")
    again = await moved(township, case, "returned", *ON_NOTICE, "submitted", reason="核实县城住房")
    assert len(again["objections"]) == 1


async def test_what_happens_in_the_household_is_noted_and_clears_no_objection(
    county: httpx.AsyncClient, township: httpx.AsyncClient, open_case: Open
) -> None:
    case = await moved(
        township,
        await open_case(),
        "visited",
        visit={"authorisation": {"signed_by": "张三", "signed_on": "2026-11-08"}},
    )
    await moved(township, case, *ON_NOTICE[1:])
    await township.post(f"/v1/cases/{case['id']}/objections", json={"objection": "有两辆车"})
    born = await county.post(
        f"/v1/households/{case['household_id']}/members",
        json={
            "kind": "birth",
            "happened_on": "2026-11-07",
            "reason": "出生",
            "member": {"name": "新生儿", "relationship": "子", "birth_date": "2026-11-07"},
        },
        headers={"If-Match": "*"},
    )
    assert born.status_code == 201, born.text
    noted = (await township.get(f"/v1/cases/{case['id']}")).json()
    assert (noted["state"], noted["history"][-1]["basis"]["life_event"]) == ("noticed", "joined")
    assert refusal(await to(township, case, "submitted"))[:2] == (409, "objection_stands")
