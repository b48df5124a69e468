"""Which sections a bulletin has and what they say."""

from datetime import date
from typing import Any

from services.warning_api.bulletins.composition import compose
from shared.documents import Chart, Document, Heading, Paragraph, Table
from tests.warning_api.bulletins.figures_of_a_period import FORM, busy, figures, month, row


def composed(found: dict[str, Any], assessment: str = "", *, beyond: bool = False) -> Document:
    day = date(2026, 12, 3)
    return compose(found, FORM, assessment, day, number="", draft=False, beyond=beyond)


def headings(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Heading)]


def text(document: Document) -> str:
    return "".join(block.text for block in document.blocks if isinstance(block, Paragraph))


def table(document: Document, title: str) -> Table:
    (found,) = [
        block for block in document.blocks if isinstance(block, Table) and block.title.startswith(title)
    ]
    return found


def test_a_month_without_warnings_says_so_and_has_no_empty_sections() -> None:
    document = composed(figures("monthly", "2026-11", {}))
    assert headings(document) == ["总体情况"]
    assert "本月全县未接收到行业部门推送的预警信息。" in text(document)
    assert not [block for block in document.blocks if isinstance(block, Table | Chart)]


def test_the_first_month_is_compared_with_nothing() -> None:
    document = composed(figures("monthly", "2026-11", {"2026-11": month(20)}))
    assert "本月全县共接收行业部门预警20条，备案20条，派发核查20条。" in text(document)
    assert "上月" not in text(document)
    assert [column.name for column in table(document, "各部门").columns][:3] == ["部门", "本月", "退回"]
    assert headings(document) == [
        "总体情况", "部门推送情况", "乡镇核查情况", "预警类型分布", "部门落实反馈情况",
    ]  # fmt: skip


def test_a_month_is_compared_with_the_last_and_a_year_ago() -> None:
    loop = {"2026-11": month(20), "2026-10": month(16), "2025-11": month(40)}
    document = composed(figures("monthly", "2026-11", loop))
    said = "本月全县共接收行业部门预警20条，比上月增加4条，增长25.0%，比上年同期减少20条，下降50.0%"
    assert said in text(document)
    assert table(document, "各部门").rows == (("医保局", 20, 16, 0, 20, 0, 20, 20),)
    trend = next(block for block in document.blocks if isinstance(block, Chart))
    assert trend.labels == ("2026年10月", "2026年11月")


def test_who_has_not_pushed_and_who_was_late_is_named() -> None:
    pushes = [
        {"org_code": "YB", "name": "医保局", "state": "pushed", "late": True},
        {"org_code": "ZJ", "name": "住建局", "state": "nil_report", "late": False},
        {"org_code": "JT", "name": "交通运输局", "state": "missing", "late": False},
    ]
    loop = {"2026-11": month(20)}
    document = composed(figures("monthly", "2026-11", loop, pushes={"2026-11": pushes}))
    assert (
        "应推送部门3个，已推送1个，申报无预警1个，未推送也未申报1个（交通运输局），逾期推送1个（医保局）。"
        in text(document)
    )
    quarter = composed(figures("quarterly", "2026-Q4", loop, pushes={"2026-11": pushes}))
    assert "缺报1部门次：交通运输局（11月）" in text(quarter)
    pushes[2]["state"] = "awaited"
    still_open = composed(figures("monthly", "2026-11", loop, pushes={"2026-11": pushes}))
    assert "申报无预警1个，推送期内尚未推送1个（交通运输局），逾期推送" in text(still_open)


def test_a_quarter_adds_its_months() -> None:
    loop = {"2026-10": month(10), "2026-11": month(20), "2026-09": month(7)}
    document = composed(figures("quarterly", "2026-Q4", loop))
    assert document.title == "绥棱县2026年第四季度防止返贫监测帮扶工作情况通报"
    assert "本季度全县共接收行业部门预警30条，比上季度增加23条" in text(document)
    assert table(document, "各乡镇核查情况").rows == (("绥棱镇", 1.0, 30, 30, 30, 0, 0),)


def test_overdue_and_unanswered_are_told() -> None:
    loop = {"2026-11": month(20, verified=12, on_time=9, overdue=8, fed_back=12, closed=10, answer_overdue=1)}
    said = text(composed(figures("monthly", "2026-11", loop)))
    assert "已核查12条，核查率60.0%" in said
    assert "尚有逾期未核查8条，涉及绥棱镇。" in said
    assert "已向部门反馈核查结果12条，其中办结10条，尚待部门落实2条，其中逾期未反馈1条，涉及医保局。" in said


def test_small_cells_are_hidden_beyond_the_county_only() -> None:
    places = [row("231226100", "绥棱镇", **busy(40)), row("231226101", "上集镇", **busy(2))]
    loop = {"2026-11": {**month(42), "township": places}}
    found = figures("monthly", "2026-11", loop)
    assert [cells[2] for cells in table(composed(found), "各乡镇核查情况").rows] == [40, 2]
    beyond = composed(found, beyond=True)
    shown = table(beyond, "各乡镇核查情况").rows
    assert {cells[2] for cells in shown} == {"＊"}
    assert "以“＊”代替" in text(beyond)
    few = composed(figures("monthly", "2026-11", {"2026-11": month(3)}), beyond=True)
    assert "共接收行业部门预警不足5条" in text(few)


def test_what_waits_for_a_department_is_told_truly_to_everybody() -> None:
    """Four of many that wait are hidden, and no number or word beside tells them, least of all that there are none."""

    def told(closed: int, *, beyond: bool) -> str:
        loop = {"2026-11": month(42, fed_back=42, closed=closed)}
        return text(composed(figures("monthly", "2026-11", loop), beyond=beyond))

    assert "其中办结38条，尚待部门落实4条，涉及医保局。" in told(38, beyond=False)
    few = told(38, beyond=True)
    assert "办结38条" not in few and "全部办结" not in few and "已办结" not in few
    for beyond in (False, True):
        assert "其中办结30条，尚待部门落实12条，涉及医保局。" in told(30, beyond=beyond)
        assert "其中办结42条，已全部办结。" in told(42, beyond=beyond)


def test_what_supervision_found_is_told_where_there_was_any() -> None:
    found = figures(
        "quarterly",
        "2026-Q4",
        {"2026-11": month(20)},
        steps=[{"key": "receipt", "name": "乡镇签收", "late": 2, "who": ["上集镇"]}],
        survey={"waiting": 0, "reached": 90, "unreachable": 10, "refused": 0, "with_problems": 3},
        petitions={"received": 6, "closed": 5, "closed_in_time": 5, "overdue": 0},
        progress={"due": 4, "reported": 2, "late": ["上集镇（11月）"], "missing": ["绥棱镇（11月）"]},
        ranking={
            "complete": True,
            "lines": [
                {"rank": 1, "name": "绥棱镇", "score": "97.50", "last": False},
                {"rank": 2, "name": "上集镇", "score": "80.00", "last": True},
            ],
            "consequences": [{"name": "上集镇", "kind": "yellow_card"}],
        },
    )
    document = composed(found)
    assert headings(document)[-3:] == ["逾期事项", "督查情况", "乡镇排序情况"]
    said = text(document)
    assert "各环节尚有逾期事项2件，涉及上集镇。" in said
    assert "电话抽查已接通90户，未接通10户，反映问题3户。" in said
    assert "承办上级交办信访件6件，办结5件，按期办结5件，无逾期。" in said
    assert "应报送工作进展4次，按时报送2次，迟报1次（上集镇（11月）），未报1次（绥棱镇（11月））。" in said
    assert "列后几名的为上集镇。经研究，对上集镇予以黄牌。" in said
    assert table(document, "各乡镇排序").rows == ((1, "绥棱镇", "97.50"), (2, "上集镇", "80.00"))
    beyond = composed(found, beyond=True)
    assert table(beyond, "各乡镇排序").rows == ((1, "绥棱镇"), (2, "上集镇"))
    assert "反映问题不足5户" in text(beyond)
    assert table(beyond, "各环节").rows == (("乡镇签收", "＊"),)


def test_problems_and_rechecks_have_sections_where_there_are_any() -> None:
    problem = {
        "key": "ZJ",
        "name": "住建局",
        "found": 8,
        "rectified": 6,
        "checked": 5,
        "returned": 1,
        "overdue": 1,
    }
    problem |= {"rechecked": 5, "recheck_failed": 0}
    found = figures(
        "monthly",
        "2026-11",
        {"2026-11": month(20)},
        problems={"department": [problem], "township": []},
        rechecks=[{"key": "231226100", "name": "绥棱镇", "sample": 10, "done": 8, "disagreed": 2}],
    )
    document = composed(found, "整体较好。\n\n下步加强推送。")
    assert headings(document)[-3:] == ["抽查复核情况", "问题整改情况", "工作评价和下一步要求"]
    assert "随机抽查复核10户，已完成8户，与原核查结论不一致2户，不一致率25.0%。" in text(document)
    assert "交办部门的检查、抽查发现问题8个，已整改6个，整改率75.0%，有逾期未整改的为住建局。" in text(
        document
    )
    assert [block.text for block in document.blocks[-2:]] == ["整体较好。", "下步加强推送。"]  # type: ignore[union-attr]
