"""What bank statements refuse."""

from shared.errors import Conflict, Unprocessable


class InvalidStatement(Unprocessable):
    """``errors`` name the lines; nothing of the statement was kept."""

    code = "statement_invalid"
    title, title_en = "对账单有误，没有登记任何一笔", "The statement has errors: nothing of it was recorded"


class NotDoubtful(Conflict):
    code = "not_doubtful"
    title, title_en = "该笔已有着落，无须再定", "The line is settled already"


class ItemNotFitting(Conflict):
    code = "item_not_fitting"
    title, title_en = "该项与这一笔不能对应", "The item cannot be what this line is of"
