"""Rules on monitoring: kinds, risks, identification and elimination, clocks."""

from typing import Final

from services.household_api.quality.rules.person import PUPIL
from services.household_api.quality.rules.rule import MONITORED, Rule, Severity, day

_QUALITY: Final = "许昌市2023年工作方案：数据质量"
_ELIMINATION: Final = "绥棱县2024年工作方案：第一项，风险消除"
_TYPES: Final = "绥棱县2024年工作方案：第一项，监测对象类别"
_LINE: Final = "方城县2022年、许昌市2023年工作方案：收入监测线"
_COURSE: Final = "方城县2022年工作方案：第五至八项，识别认定程序"

#: What the case knows as risks; where there is none, what the national system says.
_RISKS: Final = """LEFT JOIN (SELECT DISTINCT ON (household_id) household_id, risk_types FROM monitoring_case
        WHERE county_code = :county AND state NOT IN ('rejected', 'eliminated')
        ORDER BY household_id, opened_at DESC) r ON r.household_id = h.id
    LEFT JOIN national_record n ON n.county_code = h.county_code AND n.household_id = h.id"""


def _risk(risk: str) -> str:
    return f"{MONITORED} AND '{risk}' = ANY (coalesce(r.risk_types, n.risk_types))"


def _nobody(condition: str) -> str:
    return (
        "NOT EXISTS (SELECT FROM person p WHERE p.county_code = h.county_code AND p.household_id = h.id"
        f" AND p.status = 'living' AND {condition})"
    )


def _contradicted(
    code: str, title: str, explanation: str, where: str, severity: Severity = "warning"
) -> Rule:
    """A risk that what is registered of the household does not bear out."""
    return Rule(
        code,
        severity,
        "village",
        "household",
        title,
        explanation,
        _QUALITY,
        joins=_RISKS,
        where=where,
        evidence={"risks": "to_jsonb(coalesce(r.risk_types, n.risk_types))"},
    )


MONITORING_RULES: Final = (
    Rule(
        "type_contradicts_household",
        "error",
        "township",
        "household",
        "监测对象类别与户类型不符",
        "脱贫不稳定户应为脱贫户，边缘易致贫户应为脱贫户以外的农户，请改正其一。",
        _TYPES,
        where="h.monitoring_type = 'unstable_lifted' AND h.household_type <> 'lifted'"
        " OR h.monitoring_type = 'marginal' AND h.household_type = 'lifted'",
        evidence={"monitoring_type": "h.monitoring_type", "household_type": "h.household_type"},
    ),
    Rule(
        "monitoring_type_not_in_force",
        "warning",
        "county",
        "household",
        "监测对象类别已不适用",
        "监测对象类别不在本县现行的类别之中（参数 monitoring_types），请按现行政策重新认定。",
        _TYPES,
        where="h.monitoring_type <> '' AND h.monitoring_type <> ALL (cast(:monitoring_types as text[]))",
        evidence={"monitoring_type": "h.monitoring_type"},
        parameters=("monitoring_types",),
    ),
    Rule(
        "eliminated_early",
        "error",
        "township",
        "case",
        "识别不久即消除风险",
        "从识别到消除不足规定月数，收入稳定的时间不够，请核实是否应恢复监测；自然消除的不在此列。",
        _ELIMINATION,
        joins="JOIN case_period t ON t.county_code = c.county_code AND t.case_id = c.id AND t.period = c.period",
        where="c.state = 'eliminated' AND t.elimination_kind <> 'natural'"
        " AND t.eliminated_on < t.identified_on + make_interval(months => :stable_income_months)",
        evidence={
            "identified_on": day("t.identified_on"),
            "eliminated_on": day("t.eliminated_on"),
            "months": "cast(:stable_income_months as integer)",
        },
        parameters=("stable_income_months",),
    ),
    Rule(
        "national_eliminated_early",
        "error",
        "township",
        "household",
        "全国系统中识别不久即消除",
        "全国系统记载的识别监测时间到消除监测时间不足规定月数，请核实是否录错或应恢复监测。",
        _ELIMINATION,
        joins="JOIN national_record n ON n.county_code = h.county_code AND n.household_id = h.id",
        where="n.risk_eliminated AND n.elimination_kind !~ '自然'"
        " AND n.eliminated_on < n.identified_on + make_interval(months => :stable_income_months)",
        evidence={
            "identified_on": day("n.identified_on"),
            "eliminated_on": day("n.eliminated_on"),
            "months": "cast(:stable_income_months as integer)",
        },
        parameters=("stable_income_months",),
    ),
    Rule(
        "sudden_hardship_lasting",
        "hint",
        "township",
        "household",
        "突发严重困难户监测过久",
        "突发严重困难户纳入已超过规定月数而风险未消除，请核实类别是否仍合适、堵点是什么。",
        _TYPES,
        joins=f"""{_RISKS}
            LEFT JOIN (SELECT DISTINCT ON (c.household_id) c.household_id, t.identified_on
                FROM monitoring_case c JOIN case_period t ON t.county_code = c.county_code AND t.case_id = c.id
                    AND t.period = c.period
                WHERE c.county_code = :county AND c.state NOT IN ('rejected', 'eliminated')
                ORDER BY c.household_id, c.opened_at DESC) t ON t.household_id = h.id""",
        where=f"{MONITORED} AND h.monitoring_type = 'sudden_hardship'"
        " AND coalesce(t.identified_on, n.identified_on) + make_interval(months => :sudden_hardship_months)"
        " < cast(:today as date)",
        evidence={
            "identified_on": day("coalesce(t.identified_on, n.identified_on)"),
            "months": "cast(:sudden_hardship_months as integer)",
        },
        parameters=("sudden_hardship_months",),
    ),
    _contradicted(
        "illness_without_expense",
        "因病致贫风险而无自付支出",
        "监测风险为因病，合规自付支出却为零或未填，请核对医疗支出或风险类型。",
        f"{_risk('illness')} AND coalesce(h.self_paid_medical, 0) = 0",
        "error",
    ),
    _contradicted(
        "illness_without_patient",
        "因病致贫风险而户内无人患病",
        "监测风险为因病，户内健在成员的健康状况均为健康或未填，请核对健康状况或风险类型。",
        f"{_risk('illness')} AND {_nobody('''p.health <> '' AND p.health !~ '健康|良好' ''')}",
    ),
    _contradicted(
        "disability_without_disabled",
        "因残致贫风险而户内无残疾人",
        "监测风险为因残，户内健在成员没有登记残疾，请核对健康状况或风险类型。",
        f"{_risk('disability')} AND {_nobody('''p.health ~ '残' ''')}",
    ),
    _contradicted(
        "schooling_without_pupil",
        "因学致贫风险而户内无在校生",
        "监测风险为因学，户内没有登记在校的健在成员，请核对在校生状况或风险类型。",
        f"{_risk('schooling')} AND {_nobody(PUPIL)}",
    ),
    _contradicted(
        "labour_shortage_with_workers",
        "缺劳动力风险而户内有多名劳动力",
        "监测风险为缺劳动力，户内有两名以上普通或技能劳动力，请核对劳动能力或风险类型。",
        f"{_risk('labour_shortage')} AND a.workers > 1",
    ),
    Rule(
        "approved_without_income_line",
        "warning",
        "county",
        "case",
        "批准时没有收入监测线",
        "监测对象批准纳入时没有依据的收入监测线，请设置当年的监测线（参数 income_line）并复核。",
        _LINE,
        where="c.approved_on IS NOT NULL AND c.income_line IS NULL AND c.state NOT IN ('rejected', 'eliminated')",
        evidence={"approved_on": day("c.approved_on")},
    ),
    Rule(
        "approved_on_provisional_line",
        "hint",
        "county",
        "case",
        "按上年监测线暂定批准",
        "批准时当年的收入监测线尚未公布，按上年的监测线暂定，公布后请复核。",
        _LINE,
        where="c.provisional AND c.state NOT IN ('rejected', 'eliminated') AND NOT cast(:provisional as boolean)",
        evidence={"approved_on": day("c.approved_on"), "income_line": "cast(c.income_line as text)"},
    ),
    Rule(
        "approval_overdue",
        "warning",
        "township",
        "case",
        "监测档案超期未批准",
        "从线索到县级批准已超过期限，请尽快完成入户、评议、公示和审批。",
        _COURSE,
        where="c.state IN ('clue', 'visited', 'appraised', 'noticed', 'submitted', 'cross_checked', 'returned')"
        " AND c.due_on < cast(:today as date)",
        evidence={"state": "c.state", "due_on": day("c.due_on")},
    ),
    Rule(
        "case_contradicts_household",
        "error",
        "county",
        "case",
        "监测档案与户的监测标记不符",
        "档案为监测中而户没有监测标记，或档案已消除而户仍标为未消除，请核实。",
        _TYPES,
        joins="JOIN household h ON h.county_code = c.county_code AND h.id = c.household_id"
        " AND h.monitoring_case_id = c.id",
        where="c.state IN ('approved', 'assisted', 'relapsed') AND (h.monitoring_type = '' OR h.risk_eliminated)"
        " OR c.state = 'eliminated' AND h.monitoring_type <> '' AND NOT h.risk_eliminated",
        evidence={"state": "c.state", "monitoring_type": "h.monitoring_type"},
    ),
)
