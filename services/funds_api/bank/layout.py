"""How the files for the bank side look: parameter ``bank_file_layout``."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from shared.tables.columns import Column, Sheet

#: What an answer may say, beside the headings of the county's own layout.
ITEM_ID: Final = Column("item_id", ("明细号",), required=True)
STATUS: Final = Column(
    "status",
    ("处理结果", "状态"),
    required=True,
    values={
        "成功": "paid",
        "已入账": "paid",
        "已支付": "paid",
        "失败": "rejected",
        "退回": "rejected",
        "退票": "rejected",
    },
)
PAID_ON: Final = Column("paid_on", ("入账日期", "支付日期", "交易日期"))
REASON: Final = Column("reason", ("失败原因", "退回原因", "原因"))
REFERENCE: Final = Column("reference", ("流水号", "交易流水号"))
ANSWER: Final = Sheet(
    (ITEM_ID, STATUS, PAID_ON, REASON, REFERENCE), "银行的列名与此不同的，请县里写入参数 bank_file_layout"
)


@dataclass(frozen=True, slots=True)
class BankFileLayout:
    """``columns``: (field, heading) in their order; ``answers``: heading → field of the files that come back."""

    encoding: str
    delimiter: str
    columns: Sequence[tuple[str, str]]
    answers: Mapping[str, str]

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Self:
        """As the parameter has it."""
        return cls(
            value["encoding"],
            value["delimiter"],
            _pairs(value["columns"]),
            {heading: field for field, heading in _pairs(value.get("answers", ()))},
        )

    def answer_sheet(self) -> Sheet:
        return ANSWER.with_words(self.answers, {}) if self.answers else ANSWER


def _pairs(columns: Iterable[Mapping[str, str]]) -> list[tuple[str, str]]:
    return [(column["field"], column["heading"]) for column in columns]
