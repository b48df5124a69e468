"""The verification list as a spreadsheet: to print, to fill in, to send back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from services.warning_api.dispatch.list_contents import ListContents, ListRow
from services.warning_api.dispatch.rules import CHANGE_WORDS
from shared.tables import words
from shared.tables.writing import OutColumn, OutSheet, choosable

HOW_TO = (
    "填写说明：只填“核实结果”及其后各列；前面各列请勿改动，任务编号等隐藏列随表上传，改动即不予受理。",
    "“核实人”多人之间用顿号分开；“入户日期”写作 2026-11-08，应在派发之日至今日之间。",
    f"“风险类型”可填一项或多项，多项用顿号分开：{'、'.join(words.RISKS.words.values())}。",
    "核实结果为“需部门处置”的，须在“需处置部门”中选择本县的一个部门。",
    "一户有多条线索而结果不同的，在“分线索结果”按编号写明，如 1无风险、2确认有风险；相同的不必填写。",
    "已有答复的行不改动即可，上传时按未变处理；填好后原样上传，每一行单独判定，有误的行会退回并写明原因。",
)

#: For who stands at the door with the printed list.
SIGNATURES = "核实人（签字）：＿＿＿＿＿＿＿＿　　被访农户（签字）：＿＿＿＿＿＿＿＿　　日期：＿＿＿＿＿＿"

COLUMNS = (
    OutColumn.of(words.TASK_ID, width=8, locked=True, hidden=True),
    OutColumn.of(words.ROW_KEY, width=8, locked=True, hidden=True),
    OutColumn.of(words.VERSION, width=6, locked=True, hidden=True),
    OutColumn("marks", "提示", 12, locked=True, wrap=True),
    OutColumn("address", "住址", 20, locked=True, wrap=True),
    OutColumn("subject_name", "姓名", 9, locked=True),
    OutColumn("subject_id_number", "身份证号", 20, locked=True),
    OutColumn("clue_text", "预警线索", 44, locked=True, wrap=True),
    OutColumn("dispatched_on", "派发日期", 11, locked=True),
    OutColumn.of(words.DUE_ON, width=11, locked=True),
    OutColumn.of(words.STATE, width=9, locked=True),
    OutColumn.of(words.ASSIGNEE, width=11, locked=True),
    OutColumn.of(words.OUTCOME, width=13, choose=True),
    OutColumn.of(words.VISITED_ON, width=12),
    OutColumn.of(words.VERIFIERS, width=14),
    OutColumn.of(words.NEEDS_ORG, width=12),
    OutColumn.of(words.CLUE_OUTCOMES, width=16),
    OutColumn.of(words.RISKS, width=14, choose=True),
    OutColumn.of(words.PER_CAPITA_INCOME, width=12),
    OutColumn.of(words.COMPULSORY_EDUCATION, width=9, choose=True),
    OutColumn.of(words.BASIC_MEDICAL, width=9, choose=True),
    OutColumn.of(words.HOUSING, width=9, choose=True),
    OutColumn.of(words.WATER, width=9, choose=True),
    OutColumn.of(words.NOTE, width=22, wrap=True),
)

COVER_COLUMNS = (
    OutColumn("item", "项目", 22, locked=True),
    OutColumn("text", "内容", 90, locked=True, wrap=True),
)

_HEADERS = {column.name: column.headers[0] for column in words.PUSH_COLUMNS}


def list_sheets(contents: ListContents) -> list[OutSheet]:
    """The list, one row a task with a hidden key, answers that were given filled in; and how to fill it in."""
    return [list_sheet(contents), cover_sheet(contents)]


def list_sheet(contents: ListContents) -> OutSheet:
    names = choosable(contents.departments.values())
    fitted: dict[str, dict[str, Any]] = {
        words.NEEDS_ORG.name: {"choices": names},
        words.VISITED_ON.name: {"days_from": contents.first_dispatch},
    }
    return OutSheet(
        "核查清单",
        [replace(column, **fitted.get(column.name, {})) for column in COLUMNS],
        [_row(row, contents.departments) for row in contents.rows],
        HOW_TO,
        f"{contents.summary['region']} {contents.summary['cycle']} 月预警核查清单",
        SIGNATURES,
    )


def _row(row: ListRow, departments: Mapping[str, str]) -> dict[str, Any]:
    task = row.task
    needs_org = row.answer.get("needs_org")
    return {
        "task_id": task["id"],
        "row_key": row.key,
        "version": task["version"],
        "marks": "；".join(marks(row)) or None,
        "address": task["subject"]["address"],
        "subject_name": task["subject"]["name"],
        "subject_id_number": task["subject"]["id_number"],
        "clue_text": "；".join(numbered_clues(task["clues"])),
        "dispatched_on": row.dispatched_on,
        "due_on": task["due_on"],
        "state": task["state"],
        "assignee": task["assignee"],
        **row.answer,
        "needs_org": departments.get(needs_org, needs_org) if needs_org else None,
    }


def marks(row: ListRow) -> list[str]:
    """What to look at first, in words."""
    found = ["加急"] if row.task["urgent"] else []
    if row.change is not None:
        found.append(CHANGE_WORDS[row.change])
    elif row.task["state"] == "returned":
        found.append(CHANGE_WORDS["returned"])
    if row.reason:
        found[-1] += f"（{row.reason}）"
    if row.task["overdue"]:
        found.append("已超期")
    elif row.due_soon:
        found.append("即将到期")
    return found


def numbered_clues(clues: Sequence[Mapping[str, Any]]) -> list[str]:
    """The clues in plain words; numbered, where there are several, in the order in which answers name them."""
    texts = [clue_text(clue) for clue in clues]
    return texts if len(texts) == 1 else [f"{number}. {text}" for number, text in enumerate(texts, 1)]


def clue_text(clue: Mapping[str, Any]) -> str:
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


def cover_sheet(contents: ListContents) -> OutSheet:
    rows = [{"item": item, "text": text} for item, text in cover_lines(contents)]
    return OutSheet("填表说明", COVER_COLUMNS, rows, (), f"{contents.summary['region']}预警核查清单 填表说明")


def cover_lines(contents: ListContents) -> list[tuple[str, str]]:
    """What the list is, how much of it there is, by when, what is new, and how it is filled in."""
    summary = contents.summary
    states = "，".join(f"{words.STATE.word(state)} {count}" for state, count in summary["states"].items())
    dues = sorted({row.task["due_on"] for row in contents.rows})
    changes = summary["changed_since_last_pull"]
    lines = [
        ("月度周期", str(summary["cycle"])),
        ("范围", str(summary["region"])),
        ("打印（下载）日期", str(contents.today)),
        ("任务数", f"{summary['total']} 户" + (f"（{states}）" if states else "")),
        ("办理期限", f"最早 {dues[0]}，最晚 {dues[-1]}" if dues else "无"),
        ("已超期", f"{summary['overdue']} 户"),
    ]
    if changes is not None:
        told = "，".join(f"{CHANGE_WORDS[kind]} {count}" for kind, count in changes.items() if count)
        lines.append(("上次下载以来", told or "没有变化"))
    return [*lines, *(("填写说明", text.removeprefix("填写说明：")) for text in HOW_TO)]
