"""The lines of a statement as the bank sends them."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from services.funds_api.statements.errors import InvalidStatement
from shared.errors import FieldError
from shared.identifiers.bank_account import InvalidAccount, normalise_account
from shared.tables.cells import CellError, to_amount, to_date, to_text
from shared.tables.columns import Column, Sheet
from shared.tables.decoding import Spooled
from shared.tables.reading import read_table

POSTED_ON: Final = Column("posted_on", ("交易日期", "记账日期", "入账日期"), required=True)
AMOUNT: Final = Column("amount", ("金额", "交易金额", "借方金额", "支出金额"), required=True)
ACCOUNT: Final = Column("account", ("账号", "对方账号", "收款账号"), required=True)
PAYEE: Final = Column("payee", ("户名", "对方户名", "收款人"))
REFERENCE: Final = Column("reference", ("流水号", "交易流水号"), required=True)
NOTE: Final = Column("note", ("摘要", "用途", "附言"))
SHEET: Final = Sheet((POSTED_ON, AMOUNT, ACCOUNT, PAYEE, REFERENCE, NOTE))

MOST_LINES: Final = 200_000
MOST_ERRORS: Final = 500


@dataclass(frozen=True, slots=True)
class Line:
    """A posting. ``account`` is None where the bank shows none that is one."""

    posted_on: date
    amount: Decimal
    account: str | None
    payee: str
    reference: str
    note: str


def read_lines(body: Spooled, content_type: str, today: date) -> list[Line]:
    """Raises ``InvalidStatement`` with what is wrong, ``TableError``. It blocks."""
    lines: list[Line] = []
    errors: list[FieldError] = []
    seen: set[str] = set()
    with closing(read_table(body.file, content_type, SHEET, "lines", exact=True)) as rows:
        for row in rows:
            if len(lines) == MOST_LINES:
                raise InvalidStatement(f"一份对账单最多 {MOST_LINES} 笔，请分批")
            try:
                line = _line(row.values, today)
            except CellError as error:
                if len(errors) < MOST_ERRORS:
                    errors.append(FieldError(f"/lines/{row.line - 1}", error.code, error.message))
                continue
            # The same posting twice in a file is one.
            if line.reference not in seen:
                seen.add(line.reference)
                lines.append(line)
    if errors:
        raise InvalidStatement(errors=errors)
    if not lines:
        raise InvalidStatement(errors=[FieldError("/lines", "missing", "对账单里没有一笔")])
    return lines


def _line(values: Mapping[str, Any], today: date) -> Line:
    posted_on = to_date(values.get("posted_on"))
    amount = to_amount(values.get("amount"))
    reference = to_text(values.get("reference"))
    if posted_on is None or amount is None or reference is None:
        raise CellError("missing", "交易日期、金额、流水号都须填写")
    if posted_on > today:
        raise CellError("date_in_future", f"交易日期 {posted_on} 晚于今天，请核对")
    return Line(
        posted_on,
        abs(amount),
        _account(values.get("account")),
        to_text(values.get("payee")) or "",
        reference,
        to_text(values.get("note")) or "",
    )


def _account(value: Any) -> str | None:
    """Charges and interest have no account of a household; what is none is kept as unmatched."""
    try:
        return normalise_account(str(value)) if value not in (None, "") else None
    except InvalidAccount as error:
        if error.code == "account_lost_digits":
            raise CellError(error.code, error.message) from None
        return None
