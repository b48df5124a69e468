"""What is refused about surveys."""

from shared.errors import Conflict, NotFound, Unprocessable


class SurveyNotFound(NotFound):
    code = "survey_not_found"
    title, title_en = "未找到该次电话抽查", "No such survey"


class SampleNotFound(NotFound):
    code = "survey_sample_not_found"
    title, title_en = "该次抽查中没有这一户", "No such household in this survey"


class NobodyToCall(Conflict):
    code = "nobody_to_call"
    title, title_en = (
        "没有可抽的农户：该季度尚无已核实且留有电话的农户，或都已在该季度的电话抽查中抽过",
        "No verified household of the quarter with a telephone is left to be drawn",
    )


class QuarterToCome(Conflict):
    code = "quarter_to_come"
    title, title_en = "该季度尚未开始", "That quarter has not begun"


class SurveyClosed(Conflict):
    code = "survey_closed"
    title, title_en = "该次抽查已结束，不能再填报", "The survey is closed"


class ScriptUnusable(Unprocessable):
    code = "script_unusable"
    title, title_en = "问卷设置有误", "The script cannot be used"


class AnswersUnusable(Unprocessable):
    code = "answers_unusable"
    title, title_en = "填报的答案与问卷不符", "The answers do not fit the script"
