"""The caller's list as a spreadsheet: to call by, to fill in, to send back."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.warning_api.cycles.quarters import quarter_words
from services.warning_api.surveys.rules import CALL_STATES
from shared.tables.cells import CellError, to_bool, to_date, to_int
from shared.tables.columns import Column, Row, Sheet
from shared.tables.verdicts import verdict_sheet, verdict_words
from shared.tables.words import NOTE, PHONE, RESULT, VERSION, YES_NO
from shared.tables.writing import OutColumn, OutSheet, choosable

SAMPLE_ID: Final = Column("sample_id", ("样本编号",), required=True)
CALLED: Final = Column(
    "state",
    ("通话结果",),
    values={word: code for code, word in CALL_STATES.items() if code != "waiting"},
)
CALLED_ON: Final = Column("called_on", ("通话日期",))

HOW_TO: Final = (
    "填写说明：逐户拨打，只填“通话结果”及其后各列；前面各列请勿改动。",
    "“已接通”的每道是否题和选择题都要填；“未接通”“拒绝接受”的不填答案，可再次拨打后更正。",
    "填好后原样上传，每一行单独判定。",
)


def _questions(script: Sequence[Mapping[str, Any]]) -> list[Column]:
    """A column a question, headed by its number and words."""
    return [
        Column(
            f"q{number}",
            (f"{number}. {question['question']}",),
            values=YES_NO if question["kind"] == "yes_no" else None,
        )
        for number, question in enumerate(script, 1)
    ]


def sheet_of(script: Sequence[Mapping[str, Any]]) -> Sheet:
    """What is read of a filled sheet."""
    return Sheet((SAMPLE_ID, VERSION, CALLED, CALLED_ON, *_questions(script), NOTE, RESULT))


def item_of(row: Row, script: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """An item as JSON would have it; None for a row that nobody has answered. A cell that cannot be read keeps its
    text, so that the item is refused for it in its own words."""
    values = {
        name: value for name, value in row.values.items() if value not in (None, "") and name != RESULT.name
    }
    if values.keys() <= {SAMPLE_ID.name, VERSION.name}:
        return None
    answers = []
    for number, question in enumerate(script, 1):
        value = values.pop(f"q{number}", None)
        if value is None:
            continue
        if question["kind"] == "yes_no":
            value = _read(to_bool, value)
        answers.append({"question": number, "answer": value if isinstance(value, bool) else str(value)})
    for name, reader in (("called_on", to_date), ("version", to_int)):
        if name in values:
            values[name] = _read(reader, values[name])
    return row.marked({**values, "answers": answers})


def _read(reader: Any, value: object) -> Any:
    try:
        return reader(value)
    except CellError:
        return value


def in_words(verdicts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """``schemas.CallVerdict`` of a sheet, what is wrong with a call told by the sheet's heading and words."""
    return [{**verdict, "errors": [_told(error) for error in verdict["errors"]]} for verdict in verdicts]


def _told(error: Mapping[str, str]) -> dict[str, str]:
    if error["field"] != CALLED.name:
        return dict(error)
    chosen = error["code"] == "not_a_choice"
    message = f"应为{'、'.join(CALLED.words.values())}之一" if chosen else error["message"]
    return {**error, "message": f"{CALLED.headers[0]}：{message}"}


def callers_sheet(survey: Mapping[Any, Any], samples: Sequence[Mapping[str, Any]]) -> OutSheet:
    """One row a household; what was answered already stands in it."""
    columns = [
        OutColumn.of(SAMPLE_ID, width=8, locked=True, hidden=True),
        OutColumn.of(VERSION, width=6, locked=True, hidden=True),
        OutColumn("position", "序号", 6, locked=True),
        OutColumn("name", "姓名", 10, locked=True),
        OutColumn("phone", PHONE.headers[0], 16, locked=True),
        OutColumn("address", "住址", 26, locked=True),
        OutColumn.of(CALLED, width=12, choose=True),
        OutColumn.of(CALLED_ON, width=12),
    ]
    for question, column in zip(survey["script"], _questions(survey["script"]), strict=True):
        offered = ("是", "否") if question["kind"] == "yes_no" else choosable(question["choices"])
        columns.append(
            OutColumn(
                column.name, column.headers[0], 22, choices=offered, words={"true": "是", "false": "否"}
            )
        )
    columns.append(OutColumn.of(NOTE, width=30))
    rows = (
        {
            **sample,
            "sample_id": sample["id"],
            "state": None if sample["state"] == "waiting" else sample["state"],
            **{f"q{answer['question']}": answer["answer"] for answer in sample["answers"]},
        }
        for sample in samples
    )
    heading = f"{quarter_words(survey['quarter'])}电话抽查名单"
    return OutSheet("电话抽查", columns, rows, HOW_TO, heading)


def answered_sheet(
    script: Sequence[Mapping[str, Any]], rows: Sequence[Row], verdicts: Sequence[Mapping[str, Any]]
) -> OutSheet:
    """The list as it was sent, with what became of each row; what was taken has its new version."""
    return verdict_sheet(
        "电话抽查",
        sheet_of(script),
        rows,
        {verdict["line"]: verdict_words(verdict) for verdict in verdicts},
        hidden=(SAMPLE_ID.name, VERSION.name),
        renewed={
            verdict["line"]: {VERSION.name: str(verdict["version"])}
            for verdict in verdicts
            if verdict["version"] is not None
        },
    )
