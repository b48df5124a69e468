"""What is refused about data quality."""

from shared.errors import Conflict, Forbidden, Unprocessable


class UnknownRule(Unprocessable):
    code = "rule_unknown"
    title, title_en = "没有这条规则，规则见 /v1/quality/rules", "No such rule, see /v1/quality/rules"


class UnknownState(Unprocessable):
    code = "state_unknown"
    title, title_en = "没有这个状态", "No such state"


class RegionRequired(Unprocessable):
    code = "region_required"
    title, title_en = "请用 region 指明筛查的乡镇或村", "Name the region to screen"


class ReasonRequired(Unprocessable):
    code = "reason_required"
    title, title_en = "请写明理由", "A reason is needed"


class TooManyFindings(Unprocessable):
    code = "too_many_findings"
    title, title_en = "问题过多，请按区划或规则分别导出", "Too many findings: export by region or rule"


class ScreeningRunning(Conflict):
    code = "screening_running"
    title, title_en = "本县正在筛查，请稍后再试", "A screening of this county is running: try again later"


class IllegalTransition(Conflict):
    code = "illegal_transition"
    title, title_en = "当前状态不能这样流转", "The finding cannot go there from its state"


class SamePerson(Conflict):
    code = "same_person"
    title, title_en = "说明人不能认可自己的说明", "Who explained a finding cannot accept the explanation"


class CountyDecides(Forbidden):
    code = "county_decides"
    title, title_en = "此项由县级办理", "The county decides this"
