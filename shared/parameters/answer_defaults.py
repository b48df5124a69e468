"""Answers of townships and departments: what they must hold, how long they may be corrected, who is told when late."""

from typing import Final

from shared.parameters.default import PRACTICE, Default
from shared.parameters.shapes import DAYS, Choice, Each, Flag, Named, Nullable, Whole
from shared.tables.words import OUTCOMES

#: What a county may ask for besides what an answer always needs (warning_api, verifications).
NEEDS: Final = ("risk_types", "per_capita_income", "guarantees", "note", "clues", "attachments")

_OUTCOMES: Final = tuple(dict.fromkeys(OUTCOMES.values()))
_NEEDED: Final = Named(
    dict.fromkeys(_OUTCOMES, Each(Choice(NEEDS))),
    optional=frozenset(_OUTCOMES),
)
_LEVEL: Final = Nullable(Whole(0, 60, "天"))

ANSWERS: Final[tuple[Default, ...]] = (
    Default(
        "outcome_needs",
        {},
        PRACTICE,
        "各核实结果另须填写的内容，如 risk_confirmed 须填 risk_types、per_capita_income、guarantees",
        _NEEDED,
    ),
    Default(
        "answer_correction_days", 3, PRACTICE, "自动受理的核查结果在几日内可由乡镇自行更正（日历日）", DAYS
    ),
    Default("review_extension", False, PRACTICE, "延期是否须县里批准", Flag()),
    Default("extension_decision_days", 2, PRACTICE, "县里批复延期申请的期限（日历日）", DAYS),
    Default("receipt_days", 2, PRACTICE, "清单下达后乡镇签收的期限（日历日）", DAYS),
    Default("acceptance_days", 3, PRACTICE, "县里审核乡镇反馈的期限（日历日）", DAYS),
    Default("needs_department_days", 15, PRACTICE, "需部门处置的，该部门答复的期限（日历日）", DAYS),
    Default("redirection_days", 3, PRACTICE, "部门答复不属本部门后，县里改派的期限（日历日）", DAYS),
    Default(
        "escalation_days",
        {"reminder": 2, "leader": 0, "county": 3},
        PRACTICE,
        "各环节期限前几日提醒经办人（reminder），过期几日后告知负责人（leader）、列入县级清单（county）；"
        "null 为不设该级",
        Named({"reminder": _LEVEL, "leader": _LEVEL, "county": _LEVEL}),
    ),
)
