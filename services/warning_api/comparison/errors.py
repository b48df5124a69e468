"""What a decision on a candidate is refused for."""

from shared.errors import Conflict, Unprocessable


class AlreadyDecided(Conflict):
    code = "candidate_already_decided"
    title, title_en = "该疑似匹配已有结论", "This candidate has been decided"


class NotAnOption(Unprocessable):
    code = "not_an_option"
    title, title_en = (
        "请选择所列人员之一，或填 null 表示都不是",
        "Choose one of the options, or null for none",
    )
