"""What the county inspects by: surveys, rectification, petitions, ranking, progress (policy.md, Supervision)."""

from typing import Final

from shared.parameters.default import HONGSHAN, PRACTICE, YICHANG, Default
from shared.parameters.shapes import DAYS, Choice, Each, Weights, Whole

#: What a township's quarter is ranked by. How each is counted: services/warning_api/ranking/components.py.
RANKING_COMPONENTS: Final[tuple[str, ...]] = (
    "on_time_verification",
    "overdue_tasks",
    "recheck_disagreement",
    "returned_for_rework",
    "survey_problems",
    "rectification_overdue",
    "petitions_overdue",
    "routine_checks_missing",
    "progress_reported",
)

INSPECTION: Final[tuple[Default, ...]] = (
    Default("survey_problem_days", 15, YICHANG, "电话抽查发现问题的整改期限（日历日）", DAYS),
    Default("problem_days", 30, HONGSHAN, "检查发现问题双交办的整改期限（日历日）", DAYS),
    Default("problem_return_days", 10, PRACTICE, "整改被退回后重新整改的期限（日历日）", DAYS),
    Default(
        "ranking_weights",
        {
            "on_time_verification": "0.25",
            "overdue_tasks": "0.15",
            "recheck_disagreement": "0.15",
            "returned_for_rework": "0.10",
            "survey_problems": "0.10",
            "rectification_overdue": "0.10",
            "routine_checks_missing": "0.05",
            "progress_reported": "0.10",
        },
        PRACTICE,
        "乡镇季度排序各项的权重，合计为 1；不列的项不计",
        Weights(RANKING_COMPONENTS),
    ),
    Default(
        "ranking_counting",
        "consecutive",
        PRACTICE,
        "第几次列为后几名怎样计算：consecutive 连续各季度，within_year 本年度各季度",
        Choice(("consecutive", "within_year")),
    ),
    Default("ranking_small_denominator", 10, PRACTICE, "排序某项的基数不足该数时注明", Whole(1, 1000, "件")),
    Default(
        "progress_reporters",
        "townships",
        PRACTICE,
        "谁须每月报送工作进展：townships 各乡镇，townships_and_departments 各乡镇和部门",
        Choice(("townships", "townships_and_departments")),
    ),
    Default(
        "progress_reminder_days",
        [3, 0],
        PRACTICE,
        "进展报送截止前第几天提醒尚未报送的单位（0 为当天）",
        Each(Whole(0, 27, "天"), most=28),
    ),
)
