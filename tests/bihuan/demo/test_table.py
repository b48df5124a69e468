"""The table adds up, and says where it does not."""

from dataclasses import replace

import pytest

from bihuan.demo.table import (
    CaseFact,
    PushFact,
    WarningFact,
    count,
    disagreements,
    unfinished,
    unlike_statistics,
)

TOWN, FARM = "231226100", "231226580"
PUSHES = {
    "YB": PushFact(received=5, accepted=2, duplicate=1, rejected=2, listed_rejects=2),
    "MZ": PushFact(received=1, accepted=1),
    "JT": PushFact(nil_report=True),
}
CLOSED = WarningFact(
    "YB", TOWN, "lifted", "t1", received=True, verified=True, outcome="risk_confirmed", closed=True
)
WARNINGS = [
    CLOSED,
    replace(CLOSED, org_code="MZ", outcome="already_covered"),
    replace(CLOSED, township=FARM, match="unregistered", task_id="t2", outcome="no_risk"),
]
CASES = [CaseFact("t1", TOWN, opened=True)]


@pytest.fixture
def table():
    return count("2026-11", PUSHES, [TOWN, FARM, "231226101"], WARNINGS, CASES)


def statistics_of(rows):
    names = {"risk_confirmed": "confirmed"}
    stages = ("filed", "compared", "received", "verified", "risk_confirmed", "fed_back", "closed")
    return [
        {
            "key": key,
            "pushed": row.push.received if row.push else row.filed,
            **{stage: getattr(row, names.get(stage, stage)) for stage in stages},
        }
        for key, row in rows.items()
    ]


def test_one_visit_to_a_household_is_one_task_of_both_departments(table):
    assert (table.departments["YB"].tasks, table.departments["MZ"].tasks, table.total.tasks) == (2, 1, 2)
    assert table.townships[TOWN].tasks == 1
    assert table.townships["231226101"].filed == 0
    assert dict(table.total.matches) == {"lifted": 2, "unregistered": 1}
    assert (table.opened, table.refused) == (1, 0)


def test_a_month_that_adds_up_has_nothing_to_say(table):
    assert disagreements(table) == []
    assert unfinished(table, confirmed_tasks=1) == []
    assert unlike_statistics(table.departments, "department", statistics_of(table.departments)) == []
    assert unlike_statistics(table.townships, "township", statistics_of(table.townships)) == []


@pytest.mark.parametrize(
    ("push", "said"),
    [
        (replace(PUSHES["YB"], received=6), "YB：推送 6"),
        (replace(PUSHES["YB"], accepted=3, duplicate=0), "YB：批次备案 3，预警清单 2"),
        (replace(PUSHES["YB"], listed_rejects=1), "YB：批次退回 2，退回台账 1"),
        (replace(PUSHES["YB"], nil_report=True), "YB：已零报告"),
    ],
)
def test_a_batch_that_the_lists_contradict_is_named(push, said):
    [line] = disagreements(count("2026-11", {**PUSHES, "YB": push}, [], WARNINGS, CASES))
    assert line.startswith(said)


def test_a_household_in_two_townships_is_named():
    moved = [CLOSED, replace(CLOSED, township=FARM)]
    table = count("2026-11", {"YB": PushFact(received=2, accepted=2)}, [], moved, [])
    assert disagreements(table) == ["tasks：乡镇合计 2，总计 1"]


def test_what_is_not_done_is_named():
    open_warning = replace(CLOSED, closed=False, outcome=None)
    table = count("2026-11", {"YB": PushFact(received=2, accepted=2)}, [], [CLOSED, open_warning], CASES)
    assert unfinished(table, confirmed_tasks=2) == [
        "fed_back 1，应为全部 2 条预警",
        "closed 1，应为全部 2 条预警",
        "确认风险的任务 2，开案 1 + 未开案 0，尚有未答复的",
    ]


def test_statistics_that_say_something_else_are_named(table):
    told = statistics_of(table.departments)
    told[0] |= {"closed": 9, "pushed": 1}
    assert unlike_statistics(table.departments, "department", told) == [
        "department YB：closed 清单 2，统计 9",
        "department YB：pushed 批次 5，统计 1",
    ]
    assert unlike_statistics(table.townships, "township", [])[0].startswith(
        "township 231226100：filed 清单 2，统计 0"
    )
