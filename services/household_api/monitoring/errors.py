"""What is refused about cases."""

from shared.errors import Conflict, Unprocessable


class IllegalTransition(Conflict):
    code = "illegal_transition"
    title, title_en = "当前状态不能这样流转", "The case cannot go there from its state"


class SamePerson(Conflict):
    code = "same_person"
    title, title_en = "提交人不能审批自己提交的案件", "Who submitted a case cannot approve it"


class AlreadyMonitored(Conflict):
    code = "already_monitored"
    title, title_en = "该户已在监测中", "The household is already monitored"


class UnknownWord(Unprocessable):
    code = "word_unknown"
    title, title_en = "不认识的类别", "An unknown code"
