"""Tables that go to the finance bureau, and the one that comes back."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from services.funds_api.disclosure.sheet import LEVELS, PURPOSES
from services.funds_api.finance_exchange.errors import InvalidReport
from shared.errors import FieldError
from shared.identifiers.regions import InvalidRegionCode, normalise_region_code
from shared.regions import Regions
from shared.tables.cells import CellError, to_amount, to_text
from shared.tables.columns import Column, Row, Sheet
from shared.tables.decoding import Spooled
from shared.tables.reading import read_table
from shared.tables.writing import OutColumn

REGION: Final = Column("region_code", ("区划代码", "单位代码"), required=True)
DOCUMENT: Final = Column("document_no", ("文号", "指标文号"), required=True)
ALLOCATED: Final = Column("allocated", ("指标金额", "指标金额(元)"))
PAID: Final = Column("paid", ("已支付", "已支付(元)", "累计支付", "累计支付(元)"), required=True)
SHEET: Final = Sheet((REGION, DOCUMENT, ALLOCATED, PAID))

MOST_LINES: Final = 100_000
MOST_ERRORS: Final = 500

ALLOCATION_COLUMNS: Final = (
    OutColumn("year", "年度", width=8),
    OutColumn.of(REGION),
    OutColumn("region_name", "单位", width=20),
    OutColumn("level", "资金级次", width=10, words=LEVELS),
    OutColumn.of(DOCUMENT, width=28),
    OutColumn("purpose", "用途", width=12, words=PURPOSES),
    OutColumn.of(ALLOCATED, width=18),
    OutColumn("paid", "已支付(元)", width=18),
)
#: What an entry of spending was booked for.
KINDS: Final = {
    "payment": "支付",
    "settlement": "质保金、拨款结算",
    "reversal": "冲销",
    "disbursement": "发放到户",
    "receipt": "发放到户",
}
PAYMENT_COLUMNS: Final = (
    OutColumn("paid_on", "支付日期", width=12),
    OutColumn.of(REGION),
    OutColumn("project_name", "项目名称", width=36),
    OutColumn.of(DOCUMENT, width=28),
    OutColumn("amount", "金额(元)", width=18),
    OutColumn("reference", "凭证号", width=20),
    OutColumn("kind", "类别", width=10, words=KINDS),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One unit and document as the bureau has it."""

    region_code: str
    document_no: str
    allocated: Decimal | None
    paid: Decimal


def read_lines(body: Spooled, content_type: str, regions: Regions) -> list[Line]:
    """Raises ``InvalidReport`` with all that is wrong, ``TableError``. It blocks."""
    lines: dict[tuple[str, str], Line] = {}
    errors: list[FieldError] = []
    with closing(read_table(body.file, content_type, SHEET, "lines", exact=True)) as rows:
        for row in rows:
            if len(lines) == MOST_LINES:
                raise InvalidReport(f"一份报表最多 {MOST_LINES} 行")
            try:
                line = _line(row, regions)
                _check_new(line, lines)
                lines[line.region_code, line.document_no] = line
            except CellError as error:
                if len(errors) < MOST_ERRORS:
                    errors.append(FieldError(f"/lines/{row.line - 1}", error.code, error.message))
    if errors:
        raise InvalidReport(errors=errors)
    if not lines:
        raise InvalidReport(errors=[FieldError("/lines", "missing", "报表里没有一行")])
    return list(lines.values())


def _check_new(line: Line, lines: Mapping[tuple[str, str], Line]) -> None:
    if (line.region_code, line.document_no) in lines:
        raise CellError("repeated_line", "同一单位、同一文号出现两次，请合并")


def _line(row: Row, regions: Regions) -> Line:
    document_no, paid = to_text(row.values.get("document_no")), to_amount(row.values.get("paid"))
    if document_no is None or paid is None:
        raise CellError("missing", "文号、已支付都须填写")
    try:
        region = normalise_region_code(row.values.get("region_code"))
    except InvalidRegionCode as error:
        raise CellError(error.code, error.message) from None
    if region not in regions:
        raise CellError("unknown_region", "本县没有该区划代码")
    return Line(region, document_no, to_amount(row.values.get("allocated")), paid)
