"""What a new county starts with. The income line per person has no default (policy.md, Registry)."""

from typing import Any

from shared.parameters.answer_defaults import ANSWERS
from shared.parameters.asset_defaults import ASSETS
from shared.parameters.assistance_defaults import ASSISTANCE
from shared.parameters.attachment_defaults import ATTACHMENTS
from shared.parameters.bulletin_defaults import BULLETINS
from shared.parameters.card_defaults import CARDS
from shared.parameters.case_defaults import CASES
from shared.parameters.default import FANGCHENG, PRACTICE, SUILENG, XUCHANG, Default
from shared.parameters.disbursement_defaults import DISBURSEMENTS
from shared.parameters.funds_defaults import FUNDS_WORK
from shared.parameters.inspection_defaults import INSPECTION
from shared.parameters.other_ways_in_defaults import OTHER_WAYS_IN
from shared.parameters.policy_defaults import POLICY
from shared.parameters.quality_defaults import QUALITY
from shared.parameters.shapes import (
    DAY_OF_MONTH,
    DAYS,
    ORGANISATION,
    POINTS,
    SHARE,
    YUAN,
    ByCode,
    Choice,
    Code,
    Each,
    Flag,
    FormerCodes,
    Named,
    Nullable,
    Whole,
    Words,
)
from shared.tables.words import HOUSEHOLD_TYPES, MONITORING_TYPES, RISK_TYPES

NOTICES = "公开发布的各部门预警标准，各地可改"

#: The ten departments of 绥棱县's plan; a county adds its own.
DEPARTMENTS = {
    "YB": "医保局",
    "ZJ": "住建局",
    "MZ": "民政局",
    "JY": "教育局",
    "WJ": "卫健局",
    "RS": "人社局",
    "SW": "水务局",
    "CL": "残联",
    "YJ": "应急管理局",
    "JT": "交通运输局",
}


def _indicator(
    code: str, name: str, risk_type: str, unit: str | None = None, **thresholds: str
) -> dict[str, Any]:
    """``thresholds``: yuan by household type, ``other`` for the types that are not named."""
    return {
        "code": code,
        "org_code": code[:2],
        "name": name,
        "unit": unit,
        "thresholds": thresholds,
        "risk_type": risk_type,
    }


INDICATORS = [
    _indicator(
        "YB01", "住院自付费用较高", "illness", "元", lifted="5000.00", low_income="5000.00", other="20000.00"
    ),
    _indicator("YB02", "门诊自付费用较高", "illness", "元/月", other="500.00"),
    _indicator("YB03", "未参保或中断缴费", "illness"),
    _indicator("ZJ01", "住房C级危房", "unsafe_housing"),
    _indicator("ZJ02", "住房D级危房", "unsafe_housing"),
    _indicator("MZ01", "新纳入低保特困", "other"),
    _indicator("MZ02", "退出低保特困", "other"),
    _indicator("MZ03", "临时救助", "other", "元"),
    _indicator("JY01", "学生家庭教育支出较大", "schooling", "元/学年", other="10000.00"),
    _indicator("JY02", "疑似辍学", "schooling"),
    _indicator("WJ01", "新确诊重大疾病", "illness"),
    _indicator("RS01", "务工人员失业", "unstable_work"),
    _indicator("SW01", "饮水中断", "unsafe_water"),
    _indicator("CL01", "新办残疾证", "disability"),
    _indicator("YJ01", "受自然灾害影响", "disaster"),
    _indicator("YJ02", "意外事故", "accident"),
    _indicator("JT01", "严重交通事故", "accident"),
]

#: Thresholds are given by household or monitoring type, ``other`` for those that are not named.
_THRESHOLDS = dict.fromkeys(
    (*HOUSEHOLD_TYPES.values(), *filter(None, MONITORING_TYPES.values()), "other"), YUAN
)

INDICATOR = Named(
    {
        "code": Code("[A-Z]{2,8}[0-9]{2,4}", "部门代码加数字，如 YB01"),
        "org_code": ORGANISATION,
        "name": Words(),
        "unit": Nullable(Words(20)),
        "thresholds": Named(_THRESHOLDS, optional=frozenset(_THRESHOLDS)),
        "risk_type": Choice(tuple(dict.fromkeys(RISK_TYPES.values()))),
    }
)

#: Those who visit a household together; a visit names no more (warning_api, verifications).
MOST_VERIFIERS = 20

DEFAULTS: tuple[Default, ...] = (
    Default("departments", DEPARTMENTS, SUILENG, "推送预警的县直部门", ByCode(ORGANISATION, Words())),
    Default("warning_indicators", INDICATORS, NOTICES, "预警指标及各类农户的阈值", Each(INDICATOR)),
    Default(
        "disability_certificate_departments",
        ["CL"],
        PRACTICE,
        "以残疾人证号（20位）代替身份证号推送的部门",
        Each(ORGANISATION),
    ),
    Default(
        "retired_regions", {}, PRACTICE, "已停用的区划代码与现行代码（县、乡、村级，位数相同）", FormerCodes()
    ),
    Default("cycle_opens_day", 5, SUILENG, "每月推送窗口开始日", DAY_OF_MONTH),
    Default("cycle_closes_day", 15, SUILENG, "每月推送窗口截止日（含）", DAY_OF_MONTH),
    Default("verification_days", 10, PRACTICE, "派发后核查期限（日历日）", DAYS),
    Default("urgent_verification_days", 3, PRACTICE, "突发预警核查期限（日历日）", DAYS),
    Default("extension_days", 5, PRACTICE, "延期一次的天数", DAYS),
    Default("assignment_days", 3, PRACTICE, "无区划任务由县指定乡镇的期限", DAYS),
    Default("answer_days", 15, PRACTICE, "部门反馈落实措施的期限（日历日）", DAYS),
    Default("review_dispatch", False, PRACTICE, "派发前是否由县审核", Flag()),
    Default("review_feedback", False, PRACTICE, "乡镇反馈是否由县逐条审核", Flag()),
    Default(
        "reminder_days",
        [3, 1],
        PRACTICE,
        "推送窗口截止前第几天提醒未推送的部门",
        Each(Whole(0, 28, "天"), most=28),
    ),
    Default("release_required", False, PRACTICE, "部门批次是否须负责人签发", Flag()),
    Default("dispatch_below_threshold", True, SUILENG, "低于阈值的预警是否派发", Flag()),
    Default(
        "minimum_verifiers_confirmed",
        1,
        PRACTICE,
        "确认风险所需的最少核查人数",
        Whole(1, MOST_VERIFIERS, "人"),
    ),
    Default("import_review_rows", 20_000, PRACTICE, "超过该行数的导入须他人复核", Whole(0, 10_000_000, "行")),
    Default(
        "income_per_head_limit",
        "500000.00",
        PRACTICE,
        "人均年收入（元）超过该数的登记一律退回，多为小数点或单位有误",
        YUAN,
    ),
    *CASES,
    Default(
        "spending_milestones",
        {"4": "0.30", "6": "0.50", "9": "0.75", "12": "1.00"},
        XUCHANG,
        "支出进度节点",
        Named(dict.fromkeys(("4", "6", "9", "12"), SHARE)),
    ),
    Default(
        "industry_share",
        {"central": "0.65", "other": "0.60"},
        f"{SUILENG}；{FANGCHENG}",
        "产业资金占比下限",
        Named(dict.fromkeys(("central", "other"), SHARE)),
    ),
    Default("appraisal_required", False, PRACTICE, "项目开工前是否必须评审", Flag()),
    Default("card_yellow_points", "10.00", PRACTICE, "落后节点多少个百分点提示黄牌", POINTS),
    Default("card_red_points", "20.00", PRACTICE, "落后节点多少个百分点提示红牌", POINTS),
    *DISBURSEMENTS,
    *CARDS,
    *ASSETS,
    *FUNDS_WORK,
    *QUALITY,
    *POLICY,
    *ASSISTANCE,
    *OTHER_WAYS_IN,
    *ANSWERS,
    *ATTACHMENTS,
    *INSPECTION,
    *BULLETINS,
)
