"""What a decision on a candidate is refused for."""

from shared.errors import Conflict, Unprocessable


class AlreadyDecided(Conflict):
    code = "candidate_already_decided"
    title, title_en = "该疑似匹配已有结论", "This candidate has been decided"


class NotDecided(Conflict):
    code = "candidate_not_decided"
    title, title_en = "该疑似匹配尚无结论，无须撤销", "This candidate has not been decided"


class DecisionSettled(Conflict):
    code = "task_verified"
    title, title_en = (
        "该预警已核实或已办结，结论不能再撤销；如需更正，请先退回任务",
        "The warning has been verified or closed; return its task first",
    )


class NotAnOption(Unprocessable):
    code = "not_an_option"
    title, title_en = (
        "请选择所列人员之一，或填 null 表示都不是",
        "Choose one of the options, or null for none",
    )
