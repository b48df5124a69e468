"""What is refused about petitions."""

from shared.errors import Conflict, Forbidden, NotFound, Unprocessable


class PetitionNotFound(NotFound):
    code = "petition_not_found"
    title, title_en = "未找到该信访事项", "No such petition"


class DocumentReceived(Conflict):
    code = "document_received"
    title, title_en = (
        "该文号的信访件已登记，请在原件上办理；如是另一件，请核对文号",
        "A petition with this document number is filed already",
    )


class TransitionNotAllowed(Conflict):
    code = "transition_not_allowed"
    title, title_en = "信访事项当前状态不能这样办理", "The petition's state does not allow this"


class SamePerson(Conflict):
    code = "same_person"
    title, title_en = "办理人不能自己办结或退回该信访事项", "Who handled a petition cannot close or return it"


class CountyDecides(Forbidden):
    code = "county_decides"
    title, title_en = "转办、退回和办结由县级办理", "The county passes, returns and closes"


class TownshipHandles(Forbidden):
    code = "township_handles"
    title, title_en = "核查、处理和答复由承办乡镇办理", "The township checks, handles and answers"


class StepIncomplete(Unprocessable):
    code = "step_incomplete"
    title, title_en = "办理情况填写不完整", "The step is incomplete"
