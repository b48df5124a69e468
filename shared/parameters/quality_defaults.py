"""Bounds of the rules on doubtful data (policy.md, Registry and monitoring: Data quality)."""

from typing import Final

from shared.parameters.default import PRACTICE, SUILENG, XUCHANG, Default
from shared.parameters.shapes import AGE, DAYS, MONTHS, MONTHS_OR_YEARS, TIMES, YUAN, Named, Whole

QUALITY: Final[tuple[Default, ...]] = (
    Default("quality_screening_months", 3, XUCHANG, "数据质量筛查的间隔（月），从一月算起", MONTHS),
    Default(
        "quality_correction_days",
        {"error": 10, "warning": 20, "hint": 30},
        PRACTICE,
        "数据质量问题按严重程度的整改期限（日历日）",
        Named(dict.fromkeys(("error", "warning", "hint"), DAYS)),
    ),
    Default(
        "stable_income_months",
        6,
        SUILENG,
        "收入须稳定超标多少个月方可消除风险；识别后不足该月数即消除的为存疑",
        MONTHS_OR_YEARS,
    ),
    Default(
        "income_falling_years", 3, SUILENG, "人均收入连续下降多少年视为“收入连年下降”", Whole(2, 10, "年")
    ),
    Default(
        "implausible_income_per_head", "200000.00", PRACTICE, "人均年收入超过该数（元）视为可能录错", YUAN
    ),
    Default(
        "income_far_above_line_times",
        "3.00",
        PRACTICE,
        "人均收入达到收入监测线的多少倍仍领低保、特困的为存疑",
        TIMES,
    ),
    Default("income_rounding_yuan", "1.00", PRACTICE, "人均收入与分项计算结果允许的差额（元）", YUAN),
    Default(
        "compulsory_schooling_ages",
        {"from": 6, "to": 15},
        "中华人民共和国义务教育法",
        "义务教育阶段适龄儿童的周岁（含两端）",
        Named({"from": AGE, "to": AGE}),
    ),
    Default("pupil_oldest_age", 30, PRACTICE, "在校生超过该周岁的为存疑", AGE),
    Default("head_youngest_age", 16, PRACTICE, "户主不足该周岁的为存疑", AGE),
    Default("labour_youngest_age", 16, "中华人民共和国劳动法", "不足该周岁不应登记为劳动力", AGE),
    Default("labour_oldest_age", 60, PRACTICE, "满该周岁仍登记为普通、技能劳动力的为存疑", AGE),
    Default("oldest_age", 110, PRACTICE, "登记为健在而超过该周岁的为存疑", AGE),
    Default("parent_child_least_years", 12, PRACTICE, "父母与子女年龄至少相差的周岁", Whole(0, 40, "岁")),
    Default("household_most_members", 12, PRACTICE, "一户在册健在人数超过该数的为存疑", Whole(1, 100, "人")),
    Default(
        "sudden_hardship_months",
        12,
        PRACTICE,
        "突发严重困难户纳入后超过该月数风险仍未消除的须核实类别",
        MONTHS_OR_YEARS,
    ),
    Default(
        "income_record_months", 12, PRACTICE, "监测对象最近一次收入记录超过该月数的为过期", MONTHS_OR_YEARS
    ),
)
