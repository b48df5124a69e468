"""The month's progress over HTTP: who has reported, who has not."""

from datetime import datetime
from typing import Any

import httpx

from services.warning_api.deadlines import tell_deadlines
from tests.warning_api.conftest import County, MakeCounty, got, problem

MINE = "/v1/progress-reports/2026-11/231226100"


def at(day: int) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day:02d}T09:00:00+08:00")


async def lines(client: httpx.AsyncClient, **params: Any) -> dict[str, str]:
    items = (await got(client, "/v1/progress-reports", **params))["items"]
    return {item["reporter"]: item["state"] for item in items}


async def test_a_township_reports_by_the_20th_and_what_it_sent_stays(make_county: MakeCounty) -> None:
    county = await make_county(at(20))
    body = {"text": "本月新识别监测户2户，赵六家已落实帮扶"}
    first = await county.township.put(MINE, json=body)
    assert first.status_code == 200, first.text
    assert (first.json()["state"], first.json()["version"], first.headers["etag"]) == ("reported", 1, '"1"')
    assert await lines(county.bureau) == {"231226100": "reported", "231226101": "due", "231226580": "due"}
    later = await make_county(at(22), beside=county)
    again = await later.township.put("/v1/progress-reports/current/231226100", json={"text": "补充"})
    assert (again.json()["state"], again.json()["version"], again.json()["text"]) == ("reported", 2, "补充")
    late = await later.other_township.put("/v1/progress-reports/2026-11/231226101", json=body)
    assert (late.json()["state"], late.json()["reported_on"]) == ("late", "2026-11-22")
    assert await lines(later.bureau, state="missing") == {"231226580": "missing"}
    assert await lines(later.township) == {"231226100": "reported"}
    assert (await got(later.bureau, MINE))["text"] == "补充"
    async with county.owner() as owner:
        rows = await owner.fetch("SELECT * FROM warning.progress_report ORDER BY version")
        assert [row["version"] for row in rows] == [1, 1, 2]
        assert "赵六" not in str(rows)


async def test_nobody_reports_for_another(common: County) -> None:
    body = {"text": "进展"}
    assert problem(await common.other_township.put(MINE, json=body)) == (404, "reporter_not_found")
    assert problem(await common.other_township.get(MINE)) == (404, "reporter_not_found")
    assert problem(await common.bureau.put(MINE, json=body))[0] == 403
    own = await common.yb.put("/v1/progress-reports/2026-11/YB", json=body)
    assert (problem(own)[0], own.json()["detail"]) == (404, "本县的工作进展由乡镇报送，部门不报")
    to_come = await common.township.put("/v1/progress-reports/2026-12/231226100", json=body)
    assert problem(to_come) == (409, "month_to_come")
    assert problem(await common.township.put("/v1/progress-reports/2026-13/231226100", json=body))[0] == 404
    assert problem(await common.township.put(MINE, json={"text": " "}))[0] == 422
    assert problem(await common.township.get(MINE))[0] == 404


async def test_departments_report_where_the_county_wants_them_to(make_county: MakeCounty) -> None:
    county = await make_county()
    await county.set_parameter("progress_reporters", '"townships_and_departments"')
    assert await lines(county.yb) == {"YB": "due"}
    told = await county.yb.put("/v1/progress-reports/2026-11/YB", json={"text": "医疗救助12人"})
    assert told.json()["state"] == "reported", told.text
    assert problem(await county.zj.get("/v1/progress-reports/2026-11/YB"))[0] == 404
    assert problem(await county.zj.put("/v1/progress-reports/2026-11/YB", json={"text": "x"}))[0] == 404
    everybody = await lines(county.bureau)
    assert (len(everybody), everybody["YB"], everybody["ZJ"]) == (13, "reported", "due")
    assert set(await lines(county.township)) == {"231226100"}


async def test_the_silent_are_reminded_once_for_each_day(make_county: MakeCounty) -> None:
    county = await make_county(at(17))
    await county.township.put(MINE, json={"text": "进展"})
    for day in (16, 17, 17, 18, 21, 25):
        later = await make_county(at(day), beside=county)
        await tell_deadlines(later.running.context, {})
    told = await county.events("progress/2026-11/231226101")
    assert [kind for kind, _ in told] == ["progress.reminder", "progress.reminder"]
    assert await county.events("progress/2026-11/231226100") == []
