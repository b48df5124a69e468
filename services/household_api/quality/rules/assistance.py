"""Rules on plans and measures (``m``, screened_measure: each measure as it stands now)."""

from typing import Final

from services.household_api.quality.rules.rule import Rule, day

_MEASURES: Final = "绥棱县2024年工作方案：第三项，分类施策"
_PLAN: Final = "绥棱县2024年工作方案：第三项，十日内制定帮扶计划"
_ELIMINATION: Final = "绥棱县2024年工作方案：第一项，风险消除"

_ASSISTED: Final = "c.state IN ('assisted', 'relapsed')"
_OF_CASE: Final = "m.case_id = c.id AND m.period = c.period AND m.state <> 'stopped'"
_HOUSEHOLD: Final = "JOIN screened_household a ON a.household_id = c.household_id"
_CONFIRMED: Final = (
    "EXISTS (SELECT FROM assistance_plan k WHERE k.county_code = c.county_code AND k.case_id = c.id"
    " AND k.period = c.period AND k.state = 'confirmed')"
)

ASSISTANCE_RULES: Final = (
    Rule(
        "plan_overdue",
        "error",
        "township",
        "case",
        "超期未制定帮扶计划",
        "县级批准后超过规定天数仍没有确定的帮扶计划，请立即制定。",
        _PLAN,
        where=f"c.state IN ('approved', 'assisted', 'relapsed') AND NOT {_CONFIRMED}"
        " AND c.approved_on + :plan_days < cast(:today as date)",
        evidence={"approved_on": day("c.approved_on"), "days": "cast(:plan_days as integer)"},
        parameters=("plan_days",),
    ),
    Rule(
        "risk_without_measure",
        "error",
        "township",
        "case",
        "风险没有对应的帮扶措施",
        "监测对象的某项风险没有对应的帮扶措施，请补充措施，或核实风险类型。",
        _MEASURES,
        joins=f"""JOIN (SELECT c.id, jsonb_agg(r.risk ORDER BY r.risk) AS risks
            FROM monitoring_case c CROSS JOIN unnest(c.risk_types) AS r (risk)
            WHERE c.county_code = :county AND {_ASSISTED} AND NOT EXISTS (
                SELECT FROM screened_measure m WHERE {_OF_CASE} AND r.risk = ANY (m.answers))
            GROUP BY c.id) left_over ON left_over.id = c.id""",
        where="true",
        evidence={"risks": "left_over.risks"},
    ),
    Rule(
        "only_development_without_labour",
        "warning",
        "township",
        "case",
        "没有劳动力而只有开发式措施",
        "户内没有有劳动能力的成员，帮扶措施却都是开发式的，请落实适用的兜底保障措施。",
        _MEASURES,
        joins=_HOUSEHOLD,
        where=f"{_ASSISTED} AND a.living > 0 AND a.workers = 0 AND a.weak = 0"
        f" AND EXISTS (SELECT FROM screened_measure m WHERE {_OF_CASE})"
        f" AND NOT EXISTS (SELECT FROM screened_measure m WHERE {_OF_CASE} AND m.category <> 'development')",
        evidence={"members": "a.living"},
    ),
    Rule(
        "labour_without_development",
        "warning",
        "township",
        "case",
        "有劳动力而没有开发式措施",
        "户内有劳动力，原则上应至少有规定项数的开发式帮扶措施，缺少的须在计划中说明理由。",
        _MEASURES,
        joins=_HOUSEHOLD,
        where=f"{_ASSISTED} AND a.workers > 0 AND :development_measures_at_least >"
        f" (SELECT count(*) FROM screened_measure m WHERE {_OF_CASE} AND m.category = 'development')"
        " AND NOT EXISTS (SELECT FROM assistance_plan k WHERE k.county_code = c.county_code AND k.case_id = c.id"
        " AND k.period = c.period AND k.state = 'confirmed' AND k.reason IS NOT NULL)",
        evidence={"limit": "cast(:development_measures_at_least as integer)"},
        parameters=("development_measures_at_least",),
    ),
    Rule(
        "measure_after_elimination",
        "warning",
        "township",
        "measure",
        "风险已消除而措施仍在实施",
        "监测对象的风险已经消除，措施仍为计划或实施中，请如实更新措施状态。",
        _ELIMINATION,
        joins="JOIN monitoring_case c ON c.county_code = m.county_code AND c.id = m.case_id AND c.period = m.period",
        where="c.state = 'eliminated' AND m.state IN ('planned', 'running')",
        evidence={"kind": "m.kind", "state": "m.state", "ends_on": day("m.ends_on")},
    ),
    Rule(
        "measure_past_its_end",
        "hint",
        "township",
        "measure",
        "措施已到期而未办结",
        "措施的结束日期已过，状态仍为计划或实施中，请更新状态和成效。",
        _MEASURES,
        where="m.state IN ('planned', 'running') AND m.ends_on < cast(:today as date)",
        evidence={"kind": "m.kind", "state": "m.state", "ends_on": day("m.ends_on")},
    ),
    Rule(
        "measure_without_effect",
        "hint",
        "township",
        "measure",
        "措施完成而没有成效",
        "措施已完成而没有填写成效，风险消除要求每项措施落实见效，请补填。",
        _ELIMINATION,
        where="m.state = 'done' AND m.effect = ''",
        evidence={"kind": "m.kind", "ends_on": day("m.ends_on")},
    ),
)
