"""Items of a batch as they are sent: JSON with everything in it, or a table with a row per household."""

from contextlib import closing, suppress
from typing import IO, Any, Final

import msgspec

from services.funds_api.disbursements.errors import InvalidDisbursement
from services.funds_api.disbursements.rules import MOST_ITEMS, ItemIn
from shared.errors import FieldError, Malformed
from shared.errors.refusals import TooLarge
from shared.tables.cells import CellError, to_amount
from shared.tables.columns import Column, Sheet
from shared.tables.decoding import MEBIBYTE
from shared.tables.reading import read_table

HOUSEHOLD_ID: Final = Column("household_id", ("户标识", "户ID"), required=True)
PAYEE: Final = Column("payee", ("收款人", "户名", "姓名"), required=True)
ACCOUNT: Final = Column("account", ("账号", "银行账号", "银行卡号", "一卡通账号"), required=True)
AMOUNT: Final = Column("amount", ("金额", "金额(元)", "发放金额"), required=True)
PURPOSE: Final = Column("purpose", ("用途", "补贴项目", "资金用途"), required=True)
PERIOD: Final = Column("period", ("所属期", "补贴期间", "期间"), required=True)
CORRECTS: Final = Column("corrects", ("更正的项",))

#: Two hundred thousand items have some 40 MiB.
MOST_BYTES: Final = 64 * MEBIBYTE

SHEET: Final = Sheet((HOUSEHOLD_ID, PAYEE, ACCOUNT, AMOUNT, PURPOSE, PERIOD, CORRECTS))


class DisbursementIn(msgspec.Struct):
    """The body as JSON; a table's query parameters have the same names."""

    project_id: Any = None
    allocation_id: Any = None
    count: Any = None
    total: Any = None
    items: list[ItemIn] | None = None


_decode = msgspec.json.Decoder(DisbursementIn).decode


def read_json(file: IO[bytes]) -> DisbursementIn:
    """Raises ``Malformed`` for what is no JSON, ``InvalidDisbursement`` for JSON of another make, ``TooLarge``: it is
    decoded as a whole."""
    body = file.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise TooLarge()
    try:
        return _decode(body)
    except msgspec.ValidationError as error:
        place = FieldError("", "invalid", "items 应为对象的列表")
        raise InvalidDisbursement("请求体的结构有误", str(error), errors=[place]) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("请求体不是有效的 JSON", "The body is not valid JSON") from None


def read_rows(file: IO[bytes], content_type: str) -> list[ItemIn]:
    """The rows of a table. Raises ``TableError``, ``InvalidDisbursement`` beyond ``MOST_ITEMS``. It blocks."""
    items: list[ItemIn] = []
    with closing(read_table(file, content_type, SHEET, "items", exact=True)) as rows:
        for row in rows:
            if len(items) == MOST_ITEMS:
                raise too_many()
            values = dict(row.values)
            # A spreadsheet has numbers where JSON has text; what cannot be an amount is told later, in rules.py.
            with suppress(CellError):
                values["amount"] = to_amount(values.get("amount"))
            items.append(ItemIn(**{name: values.get(name) for name in ItemIn.__struct_fields__}))
    return items


def too_many() -> InvalidDisbursement:
    return InvalidDisbursement(
        f"一批最多 {MOST_ITEMS} 笔，请分批", f"At most {MOST_ITEMS} items in one batch"
    )
