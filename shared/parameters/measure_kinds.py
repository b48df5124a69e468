"""The measures that a plan may hold (policy.md, Registry and monitoring), as data.

``risk_types``: the risks that the measure answers. ``applies_to``: whom a safety-net policy is for, by risk or by
standing (``STANDINGS``).
"""

from typing import Any, Final

DEVELOPMENT: Final = "development"
SAFETY_NET: Final = "safety_net"

#: What a household or a member is, beside its risks, that a policy may be for.
STANDINGS: Final = ("minimum_living", "extreme_hardship", "aged", "pupil", "uninsured")


def _kind(code: str, name: str, category: str, answers: str, applies_to: str = "") -> dict[str, Any]:
    return {
        "code": code,
        "name": name,
        "category": category,
        "risk_types": answers.split(),
        "applies_to": applies_to.split(),
    }


MEASURE_KINDS: Final = [
    _kind("industry", "产业帮扶", DEVELOPMENT, "business_failure disaster labour_shortage other"),
    _kind("employment", "就业帮扶", DEVELOPMENT, "unstable_work accident other"),
    _kind("skill_training", "技能培训", DEVELOPMENT, "unstable_work labour_shortage"),
    _kind("public_post", "公益性岗位", DEVELOPMENT, "unstable_work labour_shortage disability"),
    _kind("micro_credit", "小额信贷", DEVELOPMENT, "business_failure"),
    _kind("consumption", "消费帮扶", DEVELOPMENT, "business_failure"),
    _kind(
        "minimum_living",
        "最低生活保障",
        SAFETY_NET,
        "illness disability labour_shortage other",
        "minimum_living",
    ),
    _kind("extreme_hardship", "特困人员供养", SAFETY_NET, "disability labour_shortage", "extreme_hardship"),
    _kind(
        "temporary_relief",
        "临时救助",
        SAFETY_NET,
        "illness disaster accident schooling other",
        "disaster accident",
    ),
    _kind("medical_assistance", "医疗救助", SAFETY_NET, "illness accident", "illness"),
    _kind("medical_insurance", "资助参保", SAFETY_NET, "illness", "uninsured"),
    _kind("pension", "养老保险", SAFETY_NET, "labour_shortage", "aged"),
    _kind("disability_subsidy", "残疾人补贴", SAFETY_NET, "disability", "disability"),
    _kind("education_aid", "教育资助", SAFETY_NET, "schooling", "schooling pupil"),
    _kind("housing_renovation", "危房改造", SAFETY_NET, "unsafe_housing disaster", "unsafe_housing"),
    _kind("safe_water", "饮水安全", SAFETY_NET, "unsafe_water", "unsafe_water"),
    _kind("social_help", "社会帮扶", SAFETY_NET, "illness disaster accident schooling other"),
]
