"""What postings refuse."""

from shared.errors import FieldError, Unprocessable


class PostedInFuture(Unprocessable):
    code = "date_in_future"
    title, title_en = "张榜日期不能晚于今天", "The day of posting cannot be after today"

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/posted_on", self.code, self.title)])
