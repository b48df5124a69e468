"""What is refused about progress reports."""

from shared.errors import Conflict, NotFound


class ReporterNotFound(NotFound):
    code = "reporter_not_found"
    title, title_en = "未找到该报送单位或其进展报告", "No such reporting unit, or no report of it"


class MonthToCome(Conflict):
    code = "month_to_come"
    title, title_en = "该月尚未开始，不能报送进展", "That month has not begun"
