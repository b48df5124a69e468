"""What a table is refused for as a whole. What is wrong with one cell is a CellError, see `cells.py`."""

from __future__ import annotations

from typing import Self

from shared.errors.refusals import Refusal


class TableError(Refusal):
    """A body that cannot be taken in. `code` is stable, `message` is Chinese and says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[type[Self], tuple[str, str]]:
        return type(self), (self.code, self.message)


class NotATable(TableError):
    """No JSON, CSV or XLSX at all: syntax, encoding or compression is broken."""

    status = 400
    title, title_en = "无法识别为表格", "Not a readable table"


class TableTooLarge(TableError):
    """More bytes, decoded, than are taken."""

    status = 413
    title, title_en = "表格过大", "The table is too large"


class UnknownTableType(TableError):
    """A content type or content encoding that is not read here."""

    status = 415
    title, title_en = "不支持的表格格式", "Unsupported kind of table"


class MalformedTable(TableError):
    """Readable, but not a table of this kind."""

    status = 422
    title, title_en = "表格内容不符合要求", "The table is malformed"
