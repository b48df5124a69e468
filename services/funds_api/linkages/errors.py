"""What linkages refuse."""

from collections.abc import Sequence

from shared.errors import Conflict, FieldError, Unprocessable


class InvalidLinkages(Unprocessable):
    """``errors`` name the items; nothing was recorded."""

    code = "linkages_invalid"
    title, title_en = "联结有误，没有登记任何一条", "The linkages have errors: nothing was recorded"

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(errors=errors)


class LinkageRepeated(Conflict):
    """``errors`` name the items."""

    code = "linkage_repeated"
    title, title_en = (
        "同一项目、同一户、同一方式在重叠的期间内已有登记，请更正原登记",
        "The project has such a linkage with the household in this period: correct that one",
    )

    def __init__(self, pointers: Sequence[str] = ()) -> None:
        super().__init__(errors=[FieldError(pointer, self.code, self.title) for pointer in pointers])


class LinkageWithdrawn(Conflict):
    code = "linkage_withdrawn"
    title, title_en = "该登记已撤销，请重新登记", "It was withdrawn: record it anew"


class NothingToChange(Unprocessable):
    code = "nothing_to_change"
    title, title_en = "没有要修改的内容", "Nothing to change was given"
