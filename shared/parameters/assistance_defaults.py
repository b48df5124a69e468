"""Measures, plans, elimination and guarantee ledgers (policy.md, Registry and monitoring)."""

from typing import Final

from shared.parameters.default import FANGCHENG, PRACTICE, SUILENG, Default
from shared.parameters.measure_kinds import DEVELOPMENT, MEASURE_KINDS, SAFETY_NET, STANDINGS
from shared.parameters.shapes import AGE, DAYS, ORGANISATION, WORD_CODE, Choice, Each, Flag, Named, Words
from shared.tables.words import RISK_TYPES

_RISKS: Final = tuple(dict.fromkeys(RISK_TYPES.values()))

MEASURE_KIND: Final = Named(
    {
        "code": WORD_CODE,
        "name": Words(),
        "category": Choice((DEVELOPMENT, SAFETY_NET)),
        "risk_types": Each(Choice(_RISKS)),
        "applies_to": Each(Choice((*_RISKS, *STANDINGS))),
    }
)

#: Who sees to what is not secured, by guarantee ledger.
_DEPARTMENTS: Final = {"compulsory_education": "JY", "basic_medical": "YB", "housing": "ZJ", "water": "SW"}

ASSISTANCE: Final[tuple[Default, ...]] = (
    Default(
        "measure_kinds",
        MEASURE_KINDS,
        SUILENG,
        "帮扶措施类别、所对应的风险和适用对象",
        Each(MEASURE_KIND, least=1),
    ),
    Default("plan_contact_required", True, FANGCHENG, "帮扶计划是否必须确定县乡公职人员为联系人", Flag()),
    Default("pension_age", 60, PRACTICE, "达到该周岁的成员适用养老政策", AGE),
    Default("elimination_notice_days", 7, PRACTICE, "风险消除公示的天数（日历日）", DAYS),
    Default(
        "elimination_requires_check",
        False,
        PRACTICE,
        "风险消除是否必须先经核查提出并公示；否则由县说明理由决定，未达到的条件记录在案",
        Flag(),
    ),
    Default(
        "guarantee_departments",
        _DEPARTMENTS,
        SUILENG,
        "保障台账的责任部门",
        Named(dict.fromkeys(_DEPARTMENTS, ORGANISATION)),
    ),
    Default("guarantee_days", 30, PRACTICE, "保障台账登记后解决的期限（日历日）", DAYS),
)
