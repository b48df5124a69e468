"""What the guarantee ledgers refuse."""

from shared.errors import Conflict, Unprocessable


class EntryOpen(Conflict):
    code = "guarantee_open"
    title, title_en = (
        "该户（人）在此台账已有未销号的记录，请在原记录上处置",
        "The ledger has an open entry for them",
    )


class StepNotAllowed(Conflict):
    code = "guarantee_step_not_allowed"
    title, title_en = "台账记录当前状态不能这样处理", "The entry cannot take this step from its state"


class SamePerson(Conflict):
    code = "same_person"
    title, title_en = "处置过的人不能自己销号，请由他人核实后销号", "Who has acted on it cannot cross it off"


class InvalidEntry(Unprocessable):
    code = "guarantee_invalid"
    title, title_en = "台账记录内容有误", "The entry has errors"
