"""What a new county starts with. The income line per person has no default (policy.md, Registry)."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Default:
    """``source`` names the document a number comes from, or says that it is common practice."""

    name: str
    value: Any
    source: str
    explanation: str


PRACTICE = "通行做法，各地可改"
SUILENG = "绥棱县2024年工作方案"
XUCHANG = "许昌市2023年工作方案"
FANGCHENG = "方城县2022年工作方案"

DEFAULTS: tuple[Default, ...] = (
    Default("cycle_opens_day", 5, SUILENG, "每月推送窗口开始日"),
    Default("cycle_closes_day", 15, SUILENG, "每月推送窗口截止日（含）"),
    Default("verification_days", 10, PRACTICE, "派发后核查期限（日历日）"),
    Default("urgent_verification_days", 3, PRACTICE, "突发预警核查期限（日历日）"),
    Default("extension_days", 5, PRACTICE, "延期一次的天数"),
    Default("assignment_days", 3, PRACTICE, "无区划任务由县指定乡镇的期限"),
    Default("answer_days", 15, PRACTICE, "部门反馈落实措施的期限（日历日）"),
    Default("review_dispatch", False, PRACTICE, "派发前是否由县审核"),
    Default("review_feedback", False, PRACTICE, "乡镇反馈是否由县逐条审核"),
    Default("release_required", False, PRACTICE, "部门批次是否须负责人签发"),
    Default("dispatch_below_threshold", True, SUILENG, "低于阈值的预警是否派发"),
    Default("minimum_verifiers_confirmed", 1, PRACTICE, "确认风险所需的最少核查人数"),
    Default("import_review_rows", 20_000, PRACTICE, "超过该行数的导入须他人复核"),
    Default("case_days", 15, PRACTICE, "从线索到县级批准的天数"),
    Default("plan_days", 10, SUILENG, "县级批准后制定帮扶计划的天数"),
    Default("spending_milestones", {"4": "0.30", "6": "0.50", "9": "0.75", "12": "1.00"}, XUCHANG, "支出进度节点"),
    Default("industry_share", {"central": "0.65", "other": "0.60"}, f"{SUILENG}；{FANGCHENG}", "产业资金占比下限"),
    Default("appraisal_required", False, PRACTICE, "项目开工前是否必须评审"),
    Default("card_yellow_points", "10.00", PRACTICE, "落后节点多少个百分点提示黄牌"),
    Default("card_red_points", "20.00", PRACTICE, "落后节点多少个百分点提示红牌"),
)
