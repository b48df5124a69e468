"""Months, comparisons, tables to print, and what supervisors are told by several tables together."""

import io
from collections.abc import AsyncIterator
from typing import Any

import openpyxl
import pytest
import pytest_asyncio

from services.warning_api.supervision.loop_sheet import COLUMNS
from services.warning_api.supervision.service import COUNTS
from shared.clock import BusinessClock
from shared.tables.content_types import MEDIA_TYPES
from tests.factories.warnings import CYCLE, OTHER_VILLAGE, VILLAGE, new_id_number, record, registered
from tests.warning_api.conftest import County, MakeCounty, counties, got

LATER = "2026-12"


async def rows_of(client: Any, path: str = "loop", **params: Any) -> dict[str, dict[str, Any]]:
    answer = await got(client, f"/v1/statistics/{path}", limit=500, **{"cycle": LATER, **params})
    return {row["key"]: row for row in answer["items"]}


def people(county: County, number: int, village: str, kind: str = "lifted") -> list[str]:
    found = [new_id_number() for _ in range(number)]
    for each in found:
        county.registry.persons[each] = registered(village, household_type=kind)
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def year(postgres: str, home: Any) -> AsyncIterator[County]:
    """A county in November and December: YB warns of illness in two townships, ZJ of housing in one."""
    async with counties(postgres, home) as make:
        county = await make()
        for cycle, here, there, houses in ((CYCLE, 9, 2, 3), (LATER, 6, 8, 7)):
            if cycle == LATER:
                context = county.running.context
                later = context.clock.now().replace(month=12)
                context.clock = BusinessClock.starting_at(later)
            day = f"{cycle}-02"
            rows = [
                record(f"{cycle}-{n}", id_number=number, indicator=("YB01", "YB02")[n % 2], occurred_on=day)
                for n, number in enumerate(
                    people(county, here, VILLAGE) + people(county, there, OTHER_VILLAGE)
                )
            ]
            await county.push(county.yb, f"B-{cycle}", rows)
            rows = [
                record(f"{cycle}-{n}", id_number=number, indicator="ZJ01", amount=None, occurred_on=day)
                for n, number in enumerate(people(county, houses, VILLAGE, "ordinary"))
            ]
            await county.push(county.zj, f"B-{cycle}", rows)
        yield county


async def test_by_month(year: County) -> None:
    rows = await rows_of(year.bureau, by="month", **{"from": "2026-10", "to": "2026-12"})
    assert {key: (row["filed"], row["pushed"], row["tasks"]) for key, row in rows.items()} == {
        CYCLE: (14, 14, 14),
        LATER: (21, 21, 21),
    }
    assert (await rows_of(year.bureau, by="month")).keys() == {LATER}


async def test_risks_by_kind_and_place_beside_the_month_before(year: County) -> None:
    kinds = await rows_of(year.bureau, "comparison")
    assert {row["name"] for row in kinds.values()} == {"因病", "住房安全"}
    told = {
        key: (row["now"]["filed"], row["before"]["filed"], row["change"]["filed"])
        for key, row in kinds.items()
    }
    assert told == {"illness": (14, 11, 3), "unsafe_housing": (7, 3, 4)}
    places = await rows_of(year.bureau, "comparison", by="township")
    assert places["231226101"]["change"]["filed"] == 6
    here = await rows_of(year.bureau, "comparison", region="231226101")
    assert {key: row["change"]["filed"] for key, row in here.items()} == {"illness": 6}
    assert here["illness"]["before_cycle"] == CYCLE
    last_year = await rows_of(year.bureau, "comparison", **{"with": "last_year"})
    assert {row["before_cycle"] for row in last_year.values()} == {"2025-12"}
    assert {row["before"]["filed"] for row in last_year.values()} == {0}


async def test_a_department_compares_its_own(year: County) -> None:
    kinds = await rows_of(year.zj, "comparison")
    assert {key: row["change"]["filed"] for key, row in kinds.items()} == {"unsafe_housing": 4}


async def test_what_others_hide_stays_hidden_when_compared(year: County) -> None:
    watcher = year.caller("supervisor", "SH", "231226")
    rows = await rows_of(watcher, "comparison", by="township")
    other = rows["231226101"]
    assert (other["now"]["filed"], other["before"]["filed"], other["change"]["filed"]) == (8, None, None)


async def test_a_departments_indicators_do_not_tell_what_its_row_hides(year: County) -> None:
    """ZJ's 3 and YB's 11 are hidden in the table of departments, so that neither table tells them."""
    watcher = year.caller("supervisor", "SH", "231226")
    departments = await rows_of(watcher, by="department", cycle=CYCLE)
    assert {key: row["filed"] for key, row in departments.items()} == {"YB": None, "ZJ": None}
    indicators = await rows_of(watcher, by="indicator", cycle=CYCLE)
    assert {row["filed"] for row in indicators.values()} == {None}
    assert {row["rows_url"] for row in indicators.values()} == {None}
    shown = await rows_of(watcher, by="indicator")
    assert {key: row["filed"] for key, row in shown.items()} == {"YB01": 7, "YB02": 7, "ZJ01": 7}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_as_a_table(year: County, kind: Any) -> None:
    headers = {"Accept": MEDIA_TYPES[kind]}
    for path, heading in (("loop", "乡镇"), ("comparison", "乡镇")):
        answer = await year.bureau.get(
            f"/v1/statistics/{path}", params={"cycle": LATER, "by": "township", "limit": 1}, headers=headers
        )
        assert answer.status_code == 200, answer.text
        if kind == "csv":
            text = answer.content.decode("utf-8-sig")
            assert heading in text.splitlines()[0]
            assert len(text.splitlines()) == 3, "the whole table, not a page"
            continue
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        assert sheet is not None
        words = [[cell.value for cell in row] for row in sheet.iter_rows()]
        assert LATER in str(words[0][0])
        assert words[1][:2] == ["代码", heading]
        assert [row[1] for row in words[2:4]] == ["绥棱镇", "上集镇"]


async def test_other_ways_in_are_asked_for_by_name(make_county: MakeCounty) -> None:
    county = await make_county()
    await county.new_task()
    async with county.owner() as owner:
        await owner.execute("UPDATE warning.warning SET org_code = 'self_report'")
        await owner.execute("UPDATE warning.loop_delta SET org_code = 'self_report' WHERE org_code = 'YB'")
    assert (await rows_of(county.bureau, by="department", cycle=CYCLE)).get("self_report") is None
    asked = await rows_of(county.bureau, by="department", cycle=CYCLE, origin="self_report")
    assert asked["self_report"]["filed"] == 1
    township = await rows_of(county.bureau, cycle=CYCLE)
    assert [(row["filed"], row["tasks"]) for row in township.values()] == [(0, 1)], (
        "the visit counts all the same"
    )


def test_every_count_has_a_heading() -> None:
    assert {column.name for column in COLUMNS} == {*COUNTS, "median_days", "on_time_share"}
