"""What a township is ranked by: of which rows each component is made, and which of them count.

Each is a share of rows of the quarter (policy.md, Supervision: from field research): ``counted`` of all. The SQL
gives a row for each: township, item, whether it counts, and what it looked like then. ``:codes`` and ``:ranked``
pair each township with the one that is ranked for it: a unit without staff counts with the one that serves it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_UNITS: Final = "unnest(cast(:codes as text[]), cast(:ranked as text[])) AS u (code, ranked)"

#: Dispatched tasks that were not withdrawn; second visits by others are nobody's list.
_TASKS: Final = f"""
FROM verification_task t JOIN {_UNITS} ON u.code = t.township_code
WHERE t.county_code = :county AND t.cycle = ANY (cast(:cycles as text[])) AND t.dispatched_at IS NOT NULL
    AND NOT (t.state = 'closed' AND t.verified_at IS NULL) AND t.origins <> ARRAY['recheck']"""

_DAY: Final = "({} AT TIME ZONE 'Asia/Shanghai')::date"
_VERIFIED_ON: Final = _DAY.format("t.verified_at")

_TASK_DETAIL: Final = f"""jsonb_build_object('kind', 'task', 'cycle', t.cycle, 'state', t.state,
    'due_on', t.due_on, 'verified_on', {_VERIFIED_ON})"""


@dataclass(frozen=True, slots=True)
class Component:
    """``counted``: what the counted rows are; ``of``: what all are. ``good``: the more the better. ``of_somebody``: a
    row is of a household, a problem or a petition, so that few of them could be somebody. ``sql`` is None where
    another domain tells."""

    name: str
    counted: str
    of: str
    good: bool
    of_somebody: bool
    sql: str | None


COMPONENTS: Final[Mapping[str, Component]] = {
    "on_time_verification": Component(
        "按期核查率",
        "期限内核查的任务",
        "已核查或已到期的任务",
        good=True,
        of_somebody=True,
        sql=f"""SELECT u.ranked, t.id::text,
            coalesce({_VERIFIED_ON} <= t.due_on, false), {_TASK_DETAIL}
        {_TASKS} AND (t.verified_at IS NOT NULL OR t.due_on < :today)""",
    ),
    "overdue_tasks": Component(
        "逾期未核查",
        "逾期仍未核查的任务",
        "已派发的任务",
        good=False,
        of_somebody=True,
        sql=f"""SELECT u.ranked, t.id::text,
            t.state = ANY (cast(:to_be_verified as text[])) AND t.due_on < :today, {_TASK_DETAIL}
        {_TASKS}""",
    ),
    "recheck_disagreement": Component(
        "复核不一致",
        "复核与首次核查不一致的任务",
        "已复核的任务",
        good=False,
        of_somebody=True,
        sql=f"""SELECT u.ranked, s.task_id::text, NOT s.agreed,
            jsonb_build_object('kind', 'task', 'cycle', s.cycle, 'recheck_task_id', s.recheck_task_id,
                'first_outcome', s.first_outcome, 'outcome', s.outcome)
        FROM recheck_sample s JOIN {_UNITS} ON u.code = left(s.region_code, 9)
        WHERE s.county_code = :county AND s.cycle = ANY (cast(:cycles as text[])) AND s.agreed IS NOT NULL""",
    ),
    "returned_for_rework": Component(
        "退回重核",
        "被退回重核的任务",
        "核查过的任务",
        good=False,
        of_somebody=True,
        sql=f"""SELECT u.ranked, t.id::text, EXISTS (SELECT FROM task_entry e WHERE e.county_code = t.county_code
                AND e.cycle = t.cycle AND e.task_id = t.id AND e.kind = 'return'), {_TASK_DETAIL}
        {_TASKS} AND EXISTS (SELECT FROM verification v WHERE v.county_code = t.county_code
            AND v.cycle = t.cycle AND v.task_id = t.id)""",
    ),
    "survey_problems": Component(
        "电话抽查问题",
        "发现问题的农户",
        "接通的农户",
        good=False,
        of_somebody=True,
        sql=f"""SELECT u.ranked, m.id::text, m.problems > 0,
            jsonb_build_object('kind', 'survey_sample', 'survey_id', m.survey_id, 'task_id', m.task_id,
                'called_on', m.called_on, 'problems', m.problems)
        FROM survey_sample m JOIN survey s ON s.county_code = m.county_code AND s.id = m.survey_id
        JOIN {_UNITS} ON u.code = m.township_code
        WHERE m.county_code = :county AND s.quarter = :quarter AND m.state = 'reached'""",
    ),
    "rectification_overdue": Component(
        "整改逾期",
        "未按期整改的问题",
        "本季度到期的问题",
        good=False,
        of_somebody=True,
        sql=f"""SELECT u.ranked, p.id::text,
            d.rectified_at IS NULL OR d.state = 'returned' OR {_DAY.format("d.rectified_at")} > d.due_on,
            jsonb_build_object('kind', 'problem', 'source', p.source, 'state', d.state, 'due_on', d.due_on,
                'rectified_on', {_DAY.format("d.rectified_at")})
        FROM problem_part d JOIN problem p ON p.county_code = d.county_code AND p.id = d.problem_id
        JOIN {_UNITS} ON u.code = p.township_code
        WHERE d.county_code = :county AND d.party = 'township' AND d.state <> 'withdrawn'
            AND d.due_on BETWEEN :first AND :last AND d.due_on < :today""",
    ),
    "petitions_overdue": Component(
        "信访逾期",
        "未按期答复的信访事项",
        "本季度到期的信访事项",
        good=False,
        of_somebody=True,
        sql=f"""SELECT u.ranked, p.id::text, p.answered_on IS NULL OR p.answered_on > p.due_on,
            jsonb_build_object('kind', 'petition', 'state', p.state, 'due_on', p.due_on,
                'answered_on', p.answered_on)
        FROM petition p JOIN {_UNITS} ON u.code = p.township_code
        WHERE p.county_code = :county AND p.due_on BETWEEN :first AND :last AND p.due_on < :today""",
    ),
    "routine_checks_missing": Component(
        "月自查缺报",
        "没有自查报告（零报告）的月份",
        "已结束的月份",
        good=False,
        of_somebody=False,
        sql=None,
    ),
    "progress_reported": Component(
        "进展按期报送",
        "按期报送进展的月份",
        "报送期限已过的月份",
        good=True,
        of_somebody=False,
        sql=None,
    ),
}
