"""Linkages as they are sent: one, several as JSON, or a table with a row each."""

from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from services.funds_api.linkages.errors import InvalidLinkages
from services.funds_api.linkages.rules import WORDS
from services.funds_api.linkages.schemas import LinkageIn
from shared.contracts.household_checks import MOST_HOUSEHOLDS
from shared.errors import FieldError, Unprocessable
from shared.errors.validation import field_error
from shared.runtime.tables import json_document
from shared.tables.cells import CellError, to_amount, to_date
from shared.tables.columns import Column, Sheet
from shared.tables.content_types import table_kind
from shared.tables.decoding import Spooled
from shared.tables.reading import read_table

SHEET: Final = Sheet(
    (
        Column("project_id", ("项目标识", "项目ID"), required=True),
        Column("household_id", ("户标识", "户ID"), required=True),
        Column("kind", ("联结方式", "带动方式", "利益联结方式"), required=True, values=WORDS),
        Column("amount", ("年收益", "年收益(元)", "金额", "金额(元)"), required=True),
        Column("from", ("开始日期", "起始日期"), required=True),
        Column("to", ("结束日期", "截止日期")),
        Column("note", ("备注", "说明")),
    )
)

#: Of one request.
MOST_LINKAGES: Final = MOST_HOUSEHOLDS
#: So many errors are told.
MOST_ERRORS: Final = 500


@dataclass(frozen=True, slots=True)
class Sent:
    """``one``: it came by itself, and so are its errors told, and the answer given."""

    linkages: list[LinkageIn]
    one: bool

    def pointer(self, place: int, field: str) -> str:
        return f"/{field}" if self.one else f"/items/{place}/{field}"


def read(body: Spooled, content_type: str) -> Sent:
    """Raises ``InvalidLinkages`` with all that is wrong, ``Malformed``, ``TableError``. It blocks."""
    if table_kind(content_type) != "json":
        return _checked(_rows(body, content_type), one=False)
    document = json_document(body)
    if isinstance(document, dict) and "items" in document:
        items = document["items"]
        if not isinstance(items, list):
            raise Unprocessable(errors=[FieldError("/items", "not_a_list", "应为数组")])
        return _checked(items, one=False)
    return _checked([document], one=True)


def _rows(body: Spooled, content_type: str) -> list[Any]:
    rows: list[Any] = []
    with closing(read_table(body.file, content_type, SHEET, "items", exact=True)) as found:
        for row in found:
            rows.append(_plain(row.values))
            if len(rows) > MOST_LINKAGES:
                break
    return rows


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    """A row as JSON would have it; what cannot be read stays as it is, and is refused later."""
    plain = {name: value for name, value in values.items() if value not in (None, "")}
    for name, reader in (("amount", to_amount), ("from", to_date), ("to", to_date)):
        if name in plain:
            with suppress(CellError):
                plain[name] = str(reader(plain[name]))
    return plain


def _checked(sent: list[Any], *, one: bool) -> Sent:
    if not sent:
        raise InvalidLinkages([FieldError("/items", "missing", "没有一条联结")])
    if len(sent) > MOST_LINKAGES:
        raise InvalidLinkages([FieldError("/items", "too_many", f"一次最多 {MOST_LINKAGES} 条，请分批")])
    linkages = []
    errors: list[FieldError] = []
    for place, each in enumerate(sent):
        try:
            linkages.append(LinkageIn.model_validate(each))
        except ValidationError as error:
            start: tuple[Any, ...] = () if one else ("items", place)
            errors += [field_error({**told, "loc": (*start, *told["loc"])}) for told in error.errors()]
    if errors:
        raise InvalidLinkages(errors[:MOST_ERRORS])
    return Sent(linkages, one)
