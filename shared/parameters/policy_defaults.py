"""Numbers and lists of policy.md that hold for the whole work, not for one step: kinds, rhythms, supervision."""

from typing import Final

from shared.parameters.default import (
    FANGCHENG,
    HONGSHAN,
    SUILENG,
    XUCHANG,
    YICHANG,
    Default,
)
from shared.parameters.shapes import (
    DAY_OF_MONTH,
    DAYS,
    MONTHS,
    SHARE,
    WORD_CODE,
    ByCode,
    Choice,
    Day,
    DayOfYear,
    Each,
    Whole,
    Words,
)

_TRANSITION: Final = "中共中央、国务院关于实现巩固拓展脱贫攻坚成果同乡村振兴有效衔接的意见"

#: Kinds and names: dated, because the transition after 2020 has ended.
KINDS_OF_THE_TIME: Final[tuple[Default, ...]] = (
    Default("transition_ends_on", "2025-12-31", _TRANSITION, "五年过渡期的最后一天", Day()),
    Default(
        "household_types",
        ["ordinary", "lifted", "low_income"],
        SUILENG,
        "现行的户类型；不在其中的户类型由数据质量规则查出",
        Each(Choice(("ordinary", "lifted", "low_income")), least=1),
    ),
    Default(
        "monitoring_types",
        ["unstable_lifted", "marginal", "sudden_hardship"],
        SUILENG,
        "现行的监测对象类别；不在其中的类别由数据质量规则查出",
        Each(Choice(("unstable_lifted", "marginal", "sudden_hardship")), least=1),
    ),
    Default(
        "fund_names",
        {"transition": "衔接推进乡村振兴补助资金", "relocation": "易地扶贫搬迁后续扶持专项资金"},
        f"{FANGCHENG}；{YICHANG}",
        "资金的现行名称",
        ByCode(WORD_CODE, Words()),
    ),
    Default(
        "dangerous_housing_grades",
        ["C", "D"],
        f"{SUILENG}；{HONGSHAN}",
        "列为危房的住房鉴定等级",
        Each(Choice(("A", "B", "C", "D")), least=1),
    ),
)

#: How often something is done; how much of it.
RHYTHMS: Final[tuple[Default, ...]] = (
    Default("self_check_months", 1, f"{SUILENG}；{FANGCHENG}", "乡镇自查的间隔（月）：一月一自查", MONTHS),
    Default("dispatch_meeting_months", 1, FANGCHENG, "调度会的间隔（月）：一月一调度", MONTHS),
    Default("county_check_months", 1, FANGCHENG, "县级核查的间隔（月）：一月一核查", MONTHS),
    Default("consultation_months", 3, SUILENG, "部门会商的间隔（月）", MONTHS),
    Default("ranking_months", 3, f"{FANGCHENG}；{XUCHANG}", "乡镇排名的间隔（月）：一季一排序", MONTHS),
    Default("bulletin_months", 3, FANGCHENG, "通报的间隔（月）：一季一通报", MONTHS),
    Default("census_months", 6, SUILENG, "集中排查的间隔（月）；方城县为每季度", MONTHS),
    Default("telephone_survey_months", 3, YICHANG, "电话抽查的间隔（月）", MONTHS),
    Default("progress_due_day", 20, XUCHANG, "每月报送进展的截止日（含）", DAY_OF_MONTH),
    Default("ranking_last_places", 5, XUCHANG, "排名末几位给予提醒（也有取末 10 位的）", Whole(1, 100, "位")),
    Default(
        "ranking_consequences",
        ["warning", "yellow_card", "removal_proposed"],
        XUCHANG,
        "连续列入末位依次的处理建议；是否采纳由人决定",
        Each(Choice(("warning", "yellow_card", "removal_proposed")), least=1),
    ),
    Default("petition_days", 5, FANGCHENG, "市级以上交办信访件的办结期限（日历日）", DAYS),
    Default("problem_recheck_share", "1.00", f"{HONGSHAN}；{XUCHANG}", "检查发现问题的复核比例", SHARE),
    Default("problem_rectified_share", "1.00", f"{HONGSHAN}；{XUCHANG}", "检查发现问题的整改比例", SHARE),
)

#: What is asked of funds besides the shares and milestones that funds_api reads.
FUNDS: Final[tuple[Default, ...]] = (
    Default(
        "industry_share_yearly_rise",
        "0.05",
        YICHANG,
        "中央资金产业占比每年提高的幅度（0.05 为 5 个百分点）",
        SHARE,
    ),
    Default("relocation_share", "0.20", YICHANG, "易地搬迁集中安置区占搬迁专项资金的比例下限", SHARE),
    Default("projects_completed_by", "09-30", FANGCHENG, "当年项目应竣工的日期（月-日）", DayOfYear()),
    Default("project_report_days", 7, f"{XUCHANG}；{SUILENG}", "项目调度报告的间隔（日）", DAYS),
    Default("fund_bulletin_months", 1, f"{XUCHANG}；{SUILENG}", "资金与项目通报的间隔（月）", MONTHS),
    Default("fund_dispatch_months", 3, XUCHANG, "资金与项目调度的间隔（月）：季调度", MONTHS),
    Default("fund_summary_months", 6, XUCHANG, "资金与项目小结的间隔（月）：半年小结、年终考核", MONTHS),
    Default("project_visit_months", 3, SUILENG, "项目踏查的间隔（月）：季踏查", MONTHS),
)

#: What a measure and a contact must be.
ASSISTANCE: Final[tuple[Default, ...]] = (
    Default(
        "development_measures_at_least",
        1,
        SUILENG,
        "有劳动能力的监测户原则上至少几项开发式帮扶措施（缺少的须说明理由）",
        Whole(0, 10, "项"),
    ),
)

POLICY: Final = (*KINDS_OF_THE_TIME, *RHYTHMS, *FUNDS, *ASSISTANCE)
