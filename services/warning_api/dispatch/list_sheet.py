"""The verification list as a spreadsheet: to print, to fill in, to send back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from shared.tables import words
from shared.tables.writing import OutColumn, OutSheet, choosable

HOW_TO = (
    "填写说明：只填“核实结果”及其后各列；前面各列请勿改动。",
    "“核实人”多人之间用顿号分开；“入户日期”写作 2026-11-08。",
    f"“风险类型”可填一项或多项，多项用顿号分开：{'、'.join(words.RISKS.words.values())}。",
    "核实结果为“需部门处置”的，须在“需处置部门”中选择本县的一个部门。",
    "填好后原样上传，每一行单独判定；有误的行会退回并写明原因。",
)

COLUMNS = (
    OutColumn.of(words.TASK_ID, width=8, locked=True, hidden=True),
    OutColumn.of(words.VERSION, width=6, locked=True, hidden=True),
    OutColumn("address", "住址", 26, locked=True),
    OutColumn("subject_name", "姓名", 10, locked=True),
    OutColumn("subject_id_number", "身份证号", 20, locked=True),
    OutColumn("clue_text", "预警线索", 50, locked=True),
    OutColumn.of(words.DUE_ON, width=12, locked=True),
    OutColumn.of(words.STATE, width=9, locked=True),
    OutColumn.of(words.OUTCOME, width=14, choose=True),
    OutColumn.of(words.VISITED_ON, width=12),
    OutColumn.of(words.VERIFIERS, width=16),
    OutColumn.of(words.NEEDS_ORG, width=14),
    OutColumn.of(words.RISKS, width=16, choose=True),
    OutColumn.of(words.PER_CAPITA_INCOME, width=14),
    OutColumn.of(words.COMPULSORY_EDUCATION, width=14, choose=True),
    OutColumn.of(words.BASIC_MEDICAL, width=14, choose=True),
    OutColumn.of(words.HOUSING, width=14, choose=True),
    OutColumn.of(words.WATER, width=14, choose=True),
    OutColumn.of(words.NOTE, width=30),
)


_HEADERS = {column.name: column.headers[0] for column in words.PUSH_COLUMNS}


def list_sheet(
    summary: Mapping[str, Any], tasks: Sequence[Mapping[str, Any]], departments: Iterable[str]
) -> OutSheet:
    """One row a task, with a hidden key; answers already given are not repeated. ``departments``: the names
    of the county's, to choose from."""
    names = choosable(departments)
    columns = [
        replace(column, choices=names) if column.name == words.NEEDS_ORG.name else column
        for column in COLUMNS
    ]
    rows = (
        {
            "task_id": task["id"],
            "version": task["version"],
            "address": task["subject"]["address"],
            "subject_name": task["subject"]["name"],
            "subject_id_number": task["subject"]["id_number"],
            "clue_text": "；".join(_clue(clue) for clue in task["clues"]),
            "due_on": task["due_on"],
            "state": task["state"],
        }
        for task in tasks
    )
    return OutSheet(
        "核查清单", columns, rows, HOW_TO, f"{summary['township']} {summary['cycle']} 月预警核查清单"
    )


def _clue(clue: Mapping[str, Any]) -> str:
    parts = [clue["indicator_name"], str(clue["occurred_on"])]
    if clue["amount"] is not None:
        parts.append(f"{clue['amount']} 元")
    if clue["detail"]:
        parts.append(clue["detail"])
    if clue["corrected"]:
        changes = (
            f"{_HEADERS[field]} {value}" for field, value in clue["corrected"].items() if value is not None
        )
        parts.append(f"（部门更正：{'，'.join(changes)}）")
    if clue["withdrawn"]:
        parts.append("（部门已撤回）")
    return " ".join(parts)
