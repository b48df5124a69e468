"""Refusals of bulletins."""

from shared.errors import Conflict, Unprocessable


class WrongPeriod(Unprocessable):
    code = "wrong_period"
    title, title_en = (
        "月度通报请给 cycle（如 2026-11），季度通报请给 quarter（如 2026-Q4）",
        "A monthly bulletin takes cycle, a quarterly one quarter",
    )


class PeriodNotBegun(Conflict):
    code = "period_not_begun"
    title, title_en = "该期间尚未开始，没有可通报的数据", "The period has not begun"


class DraftExists(Conflict):
    code = "draft_exists"
    title, title_en = "该期间已有未印发的通报，请修改或刷新该草稿", "There is a draft for this period already"


class AlreadyIssued(Conflict):
    code = "already_issued"
    title, title_en = (
        "通报已印发，不能再改；如有错误，请另拟更正通报",
        "The bulletin is issued and stays as it is: draft another to correct it",
    )


class SamePerson(Conflict):
    code = "same_person"
    title, title_en = (
        "起草或修改通报的人不能印发，请由另一位工作人员核对后印发",
        "Who wrote the bulletin cannot issue it",
    )


class NumberTaken(Conflict):
    code = "number_taken"
    title, title_en = "该文号已用于另一份通报", "This document number belongs to another bulletin"
