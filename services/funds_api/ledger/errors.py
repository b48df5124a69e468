"""What the ledger refuses: what is dated in a closed year, and a closing that is none."""

from collections.abc import Iterable

from shared.errors import Conflict


class YearClosed(Conflict):
    """``years``: those that are closed."""

    code = "year_closed"
    title, title_en = "该年度已结账", "The year is closed"

    def __init__(self, years: Iterable[int]) -> None:
        listed = sorted(years)
        named = "、".join(str(year) for year in listed)
        super().__init__(
            f"{named} 年度已结账，不能再记账；结余请先结转下年，再从下年指标列支",
            f"{named} is closed: carry what is left over to the next year and use it there",
            members={"years": listed},
        )


class YearNotBegun(Conflict):
    code = "year_not_begun"
    title, title_en = "年度尚未开始，不能结账", "The year has not begun: it cannot be closed"


class ClosingRequested(Conflict):
    code = "closing_requested"
    title, title_en = "该年度已提出结账，请由另一人审批", "The closing waits for another person's approval"


class ClosingNotRequested(Conflict):
    code = "closing_not_requested"
    title, title_en = "该年度尚未提出结账", "Nobody has asked to close the year"


class SamePerson(Conflict):
    code = "same_person"
    title, title_en = "结账须由另一人审批", "Another person has to decide on the closing"
