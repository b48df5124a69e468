"""What is refused about cases."""

from uuid import UUID

from shared.errors import Conflict, NotFound, Unprocessable


class IllegalTransition(Conflict):
    code = "illegal_transition"
    title, title_en = "当前状态不能这样流转", "The case cannot go there from its state"


class SamePerson(Conflict):
    code = "same_person"
    title, title_en = "提交人不能审批自己提交的案件", "Who submitted a case cannot approve it"


class AlreadyMonitored(Conflict):
    code = "already_monitored"
    title, title_en = "该户已在监测中", "The household is already monitored"

    def __init__(self, case_id: UUID | None = None) -> None:
        """``case_id``: the case that is not at its end, where the caller may see it."""
        super().__init__(members={} if case_id is None else {"case_id": case_id})


class NobodyThere(Conflict):
    code = "household_ended"
    title, title_en = (
        "该户已无人（并入他户、迁往外县或全户亡故）；未批准的请不予纳入，已批准的请按风险自然消除办理",
        "Nobody lives in the household any more: reject the case, or let its risk end by itself",
    )


class MonitoredHouseholdEnds(Conflict):
    code = "monitored_household_ends"
    title, title_en = (
        "监测中的户不能并入未监测的户而终止：请反过来并入监测中的户，或先办结其监测案件",
        "A monitored household cannot end in one that is not: merge the other way round, or end its case first",
    )


class UnknownWord(Unprocessable):
    code = "word_unknown"
    title, title_en = "不认识的类别", "An unknown code"


class EvidenceMissing(Unprocessable):
    code = "evidence_missing"
    title, title_en = "缺少该步骤必须附上的材料或说明", "What this step must show is missing"


class EvidenceMisplaced(Unprocessable):
    code = "evidence_misplaced"
    title, title_en = "所附材料或日期与该步骤不符", "What is shown does not belong to this step"


class AppraisalNotCarried(Conflict):
    code = "appraisal_not_carried"
    title, title_en = (
        "村级评议未通过，不能进入公示；请连同票数和原因退回重新核实，或由县不予纳入",
        "The village did not agree: return or reject the case with its votes and the reason",
    )


class NoticeRunning(Conflict):
    code = "notice_running"
    title, title_en = "公示期未满", "The public notice has not run its days"


class ObjectionStands(Conflict):
    code = "objection_stands"
    title, title_en = (
        "公示期间有异议未答复或异议成立，不能上报；请先答复，异议成立的请退回重新核实",
        "An objection is unanswered or upheld: answer it, or return the case",
    )


class ObjectionAnswered(Conflict):
    code = "objection_answered"
    title, title_en = "该异议已经答复", "The objection has been answered"


class NotNoticed(Conflict):
    code = "not_noticed"
    title, title_en = "该户不在公示中，不能登记异议", "The case is not under public notice"


class GreenChannelClosed(Conflict):
    code = "green_channel_closed"
    title, title_en = (
        "绿色通道只用于规定的风险类型",
        "The green channel is for the kinds of risk that the county has named",
    )


class CrossCheckNotTable(Unprocessable):
    code = "cross_check_invalid"
    title, title_en = "比对结果的来源或日期有误", "The source or day of the cross-check is wrong"


class ObjectionNotFound(NotFound):
    """The case has no such objection."""
