"""The verification list as a spreadsheet: to print, to fill in, to send back."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.tables import words
from shared.tables.writing import OutColumn, OutSheet

HOW_TO = (
    "填写说明：只填“核实结果”及其后各列；前面各列请勿改动。",
    "“核实人”多人之间用顿号分开；“入户日期”写作 2026-11-08。",
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
    OutColumn.of(words.NEEDS_ORG, width=12),
    OutColumn.of(words.RISKS, width=16),
    OutColumn.of(words.PER_CAPITA_INCOME, width=14),
    OutColumn.of(words.COMPULSORY_EDUCATION, width=14, choose=True),
    OutColumn.of(words.BASIC_MEDICAL, width=14, choose=True),
    OutColumn.of(words.HOUSING, width=14, choose=True),
    OutColumn.of(words.WATER, width=14, choose=True),
    OutColumn.of(words.NOTE, width=30),
)


def list_sheet(summary: Mapping[str, Any], tasks: Sequence[Mapping[str, Any]]) -> OutSheet:
    """One row a task, with a hidden key; answers already given are not repeated."""
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
        "核查清单", COLUMNS, rows, HOW_TO, f"{summary['township']} {summary['cycle']} 月预警核查清单"
    )


def _clue(clue: Mapping[str, Any]) -> str:
    parts = [clue["indicator_name"], str(clue["occurred_on"])]
    if clue["amount"] is not None:
        parts.append(f"{clue['amount']} 元")
    if clue["detail"]:
        parts.append(clue["detail"])
    return " ".join(parts)
