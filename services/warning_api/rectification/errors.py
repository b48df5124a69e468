"""What is refused about problems and their rectification."""

from shared.errors import Conflict, Forbidden, NotFound, Unprocessable


class ProblemNotFound(NotFound):
    code = "problem_not_found"
    title, title_en = "未找到该问题", "No such problem"


class RecheckNotFound(NotFound):
    code = "problem_recheck_not_found"
    title, title_en = "未找到该次整改复查，或该问题不在其中", "No such re-check, or the problem is not in it"


class TransitionNotAllowed(Conflict):
    code = "transition_not_allowed"
    title, title_en = "问题当前状态不能这样办理", "The problem's state does not allow this"


class SamePerson(Conflict):
    code = "same_person"
    title, title_en = "整改、核查、复查须由不同的人办理", "Who did it cannot check it"


class AlreadyRechecked(Conflict):
    code = "already_rechecked"
    title, title_en = "该问题本次已复查", "The problem was re-checked already"


class NothingToRecheck(Conflict):
    code = "nothing_to_recheck"
    title, title_en = "没有已销号而未复查的问题", "No accepted problem waits for a re-check"


class CountyDecides(Forbidden):
    code = "county_decides"
    title, title_en = "此项由县级办理", "The county decides this"


class PartyAnswers(Forbidden):
    code = "party_answers"
    title, title_en = "整改情况由责任部门和责任乡镇各自填报", "The parties answer each for its own part"


class TextRequired(Unprocessable):
    code = "text_required"
    title, title_en = "请写明情况或理由", "Say what was done, or why"


class EvidenceUnusable(Unprocessable):
    code = "evidence_unusable"
    title, title_en = "所附材料不能使用", "The attachments cannot be used"
