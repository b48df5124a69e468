"""What households are paid for, and how files for the bank side look (policy.md, Funds: 一卡通)."""

from typing import Final

from shared.parameters.default import PRACTICE, Default
from shared.parameters.shapes import ByCode, Choice, Each, Named, Words

_KINDS: Final = Choice(("ordinary", "lifted", "low_income", "unstable_lifted", "marginal", "sudden_hardship"))
_INSTRUCTION_FIELDS: Final = Choice(
    (
        "sequence",
        "item_id",
        "payee",
        "account",
        "amount",
        "amount_fen",
        "purpose",
        "period",
        "instruction_id",
        "made_on",
    )
)
_ANSWER_FIELDS: Final = Choice(("item_id", "status", "paid_on", "reason", "reference"))

DISBURSEMENTS: Final = (
    Default(
        "disbursement_eligible",
        {"监测帮扶补助": ["unstable_lifted", "marginal", "sudden_hardship"]},
        PRACTICE,
        "各用途发给哪些户类型、监测对象类别；没有列出的用途，登记簿中的户都可以发",
        ByCode(Words(), Each(_KINDS, least=1)),
    ),
    Default(
        "bank_file_layout",
        {
            "encoding": "gb18030",
            "delimiter": ",",
            "columns": [
                {"field": "sequence", "heading": "序号"},
                {"field": "item_id", "heading": "明细号"},
                {"field": "payee", "heading": "户名"},
                {"field": "account", "heading": "账号"},
                {"field": "amount", "heading": "金额"},
                {"field": "purpose", "heading": "摘要"},
                {"field": "period", "heading": "所属期"},
            ],
            "answers": [],
        },
        PRACTICE,
        "交银行的发放文件：编码、分隔符、各列及列名；answers 是银行回执文件中与通用列名不同的列名",
        Named(
            {
                "encoding": Choice(("gb18030", "utf-8", "utf-8-sig")),
                "delimiter": Choice((",", ";", "|", "\t")),
                "columns": Each(Named({"field": _INSTRUCTION_FIELDS, "heading": Words()}), least=1),
                "answers": Each(Named({"field": _ANSWER_FIELDS, "heading": Words()}), least=0),
            },
            optional=frozenset({"answers"}),
        ),
    ),
)
