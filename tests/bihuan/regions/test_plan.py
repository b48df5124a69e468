"""What a file means for a county, without a database."""

from collections.abc import Sequence
from datetime import date

import pytest

from bihuan.county.regions_file import MOST_SERVED
from bihuan.regions.changes_file import Change
from bihuan.regions.errors import RegionsChangeRefused
from bihuan.regions.plan import Known, Plan, plan
from services.household_api.regions.changes import RecordedChange, with_retired
from shared.identifiers.regions import level, parent
from shared.regions import Region
from shared.testing.services import SMALL_COUNTY

DAY, BEGINNING = date(2026, 11, 7), date(2020, 1, 1)
COUNTY = "231226"


def known(*more: str, **served: str) -> dict[str, Known]:
    codes = [row["code"] for row in SMALL_COUNTY]
    served_by = {row["code"]: row.get("served_by") for row in SMALL_COUNTY}
    return {
        code: Known(
            Region(code, code, level(code), parent(code), served.get(f"_{code}") or served_by.get(code)),
            BEGINNING,
            None,
        )
        for code in [*codes, *more]
    }


def change(kind: str, code: str, *successors: str, name: str = "", day: date = DAY) -> Change:
    return Change(2, day, kind, code, name, successors)


def planned(changes: Sequence[Change], recorded: Sequence[RecordedChange] = ()) -> Plan:
    return plan(COUNTY, known(), recorded, changes)


def test_villages_without_a_line_keep_their_serial() -> None:
    found = planned([change("recoded", "231226101", "231226102")])
    assert found.change.moves == {
        "231226101": "231226102",
        "231226101200": "231226102200",
        "231226101201": "231226102201",
    }
    assert {region.code: region.parent_code for region, _ in found.change.opened} == {
        "231226102": "231226",
        "231226102200": "231226102",
        "231226102201": "231226102",
    }
    assert found.change.closed == dict.fromkeys(found.change.moves, DAY)
    assert found.retired == found.change.moves


def test_a_former_code_never_leads_into_another_village() -> None:
    # 231226101201 is closed; with its township's code alone it would be read as 东方红村, 231226100201.
    lines = [
        change("closed", "231226101201", day=date(2026, 11, 1)),
        change("recoded", "231226101200", "231226100300"),
        change("merged", "231226101", "231226100"),
    ]
    found = planned(lines)
    assert found.retired == {"231226101200": "231226100300"}
    assert found.homeless == {"231226101201": 2}


def test_days_follow_each_other_and_former_codes_are_led_on() -> None:
    lines = [
        change("merged", "231226101201", "231226101200", day=date(2026, 11, 1)),
        change("merged", "231226101200", "231226100201"),
    ]
    assert planned(lines).change.moves == {"231226101201": "231226100201", "231226101200": "231226100201"}
    with pytest.raises(RegionsChangeRefused, match="已于 2026-11-01 停用"):
        planned([*lines, change("renamed", "231226101201", name="新名")])
    with pytest.raises(RegionsChangeRefused, match="曾用过"):
        planned([lines[0], change("new", "231226101201", name="新名")])


def test_a_township_serves_no_more_units_than_one_call_reaches() -> None:
    units = [f"23122650{number}" for number in range(MOST_SERVED)]
    here = known(*units, **{f"_{unit}": "231226101" for unit in units})
    lines = [
        change("merged", "231226100", "231226101"),
        change("recoded", "231226100201", "231226101301"),
        change("recoded", "231226100202", "231226101302"),
    ]
    with pytest.raises(RegionsChangeRefused, match=f"将代管 {MOST_SERVED + 1} 个单位，最多 {MOST_SERVED} 个"):
        plan(COUNTY, here, [], lines)


def test_retired_codes_are_chained_and_come_home() -> None:
    assert with_retired({"1": "2", "4": "5"}, {"2": "3"}) == {"1": "3", "4": "5", "2": "3"}
    assert with_retired({"1": "2"}, {"2": "1"}) == {"2": "1"}
