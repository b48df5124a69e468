"""A township's month: its officers pull what changed, acknowledge, visit, answer one by one or by spreadsheet."""

import asyncio
import io
from dataclasses import dataclass, field
from typing import Any, Final

import openpyxl

from shared.tables.content_types import MEDIA_TYPES
from tests.e2e.contract_client import CYCLE, TODAY
from tests.month.callers import PatientCaller

XLSX: Final = MEDIA_TYPES["xlsx"]
AT_ONCE: Final = 150
#: A township that works with spreadsheets sends so many, and the rest by its system.
SHEETS: Final = 3
OPEN: Final = ("pending", "received", "returned")
OUTCOMES: Final = {
    "no_risk": "无风险",
    "risk_confirmed": "确认有风险",
    "needs_department": "需部门处置",
    "already_covered": "已享受政策",
    "not_found": "查无此人",
    "moved": "已迁出",
    "deceased": "已死亡",
}


def verdict(task: dict[str, Any]) -> str:
    """What the visit finds: the same whoever asks, and another after a return for rework."""
    chance = (int(task["id"][-6:], 16) + (7 if task["state"] == "returned" else 0)) % 100
    for outcome, below in (
        ("risk_confirmed", 3),
        ("needs_department", 8),
        ("already_covered", 12),
        ("not_found", 14),
        ("moved", 15),
        ("deceased", 16),
    ):
        if chance < below:
            return outcome
    return "no_risk"


@dataclass
class Township:
    """``seen``: what every pull has shown of each task, by its version; ``said``: the answer that was taken last."""

    caller: PatientCaller
    warning: str
    by_sheet: bool
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)
    shown: set[tuple[str, int]] = field(default_factory=set)
    repeated: list[tuple[str, int]] = field(default_factory=list)
    said: dict[str, dict[str, Any]] = field(default_factory=dict)
    token: str | None = None
    sheets: int = 0

    @property
    def code(self) -> str:
        return str(self.caller.entry["region_code"])

    async def pull(self) -> None:
        """What changed since the last pull, and into the book with it."""
        after = {} if self.token is None else {"updated_after": self.token}
        items, until = await self.caller.walk(f"{self.warning}/v1/tasks", cycle=CYCLE, **after)
        assert until is not None
        for task in items:
            key = task["id"], task["version"]
            # The first pull is a walk through all there is; from then on each change comes once.
            if self.token is not None and key in self.shown and task == self.seen[task["id"]]:
                self.repeated.append(key)
            self.shown.add(key)
            self.seen[task["id"]] = task
        self.token = until

    def open_tasks(self) -> list[dict[str, Any]]:
        return [task for task in self.seen.values() if task["state"] in OPEN]

    async def work(self, dispatched: asyncio.Event) -> None:
        """Until everything that was dispatched is answered."""
        while True:
            last = dispatched.is_set()
            await self.pull()
            await self._acknowledge()
            todo = self.open_tasks()
            if not todo and last:
                return
            if self.by_sheet and todo and self.sheets < SHEETS:
                await self._answer_by_sheet()
            else:
                for start in range(0, len(todo), AT_ONCE):
                    await self._answer(todo[start : start + AT_ONCE])
            await asyncio.sleep(self.caller.chance.uniform(1, 3))

    async def _acknowledge(self) -> None:
        if any(task["state"] == "pending" for task in self.seen.values()):
            answer = await self.caller.request("PUT", f"{self.warning}/v1/lists/{CYCLE}/{self.code}/receipt")
            assert answer.status_code == 200, answer.text

    async def _answer(self, tasks: list[dict[str, Any]]) -> None:
        items = [self._item(task) for task in tasks]
        answer = await self.caller.request("POST", f"{self.warning}/v1/verifications", json={"items": items})
        assert answer.status_code == 200, answer.text
        results = answer.json()["items"]
        for item, result in zip(items, results, strict=True):
            if result["status"] in ("accepted", "unchanged"):
                self.said[item["task_id"]] = item
            else:
                # A clue has joined, or the county returned it, since it was pulled.
                codes = {error["code"] for error in result["errors"]}
                assert codes <= {"stale_version", "already_verified"}, result

    def _item(self, task: dict[str, Any]) -> dict[str, Any]:
        outcome = verdict(task)
        return {
            "task_id": task["id"],
            "outcome": outcome,
            "visited_on": TODAY,
            "verifiers": ["李四", "王五"],
            "version": task["version"],
            **({"needs_org": "MZ"} if outcome == "needs_department" else {}),
            **({"risk_types": ["illness"]} if outcome == "risk_confirmed" else {}),
        }

    async def _answer_by_sheet(self) -> None:
        """The list as it is now, filled in by hand and sent back, every third row left for later."""
        got = await self.caller.request(
            "GET", f"{self.warning}/v1/lists/{CYCLE}/{self.code}", headers={"Accept": XLSX}
        )
        assert got.status_code == 200, got.text
        book = openpyxl.load_workbook(io.BytesIO(got.content))
        [sheet] = [each for each in book if _heading_line(each)]
        line = _heading_line(sheet)
        at = {cell.value: cell.column for cell in sheet[line] if cell.value}
        items = {}
        for row in range(line + 1, sheet.max_row + 1):
            task = self.seen.get(str(sheet.cell(row, at["任务编号"]).value))
            if task is None or task["state"] not in OPEN or row % 3 == 0:
                continue
            item = self._item(task)
            for heading, value in (
                ("核实结果", OUTCOMES[item["outcome"]]),
                ("入户日期", TODAY),
                ("核实人", "李四、王五"),
                ("需处置部门", "民政局" if "needs_org" in item else None),
                ("风险类型", "因病" if "risk_types" in item else None),
            ):
                sheet.cell(row, at[heading]).value = value
            items[task["id"]] = item
        file = io.BytesIO()
        book.save(file)
        answer = await self.caller.request(
            "POST",
            f"{self.warning}/v1/verifications",
            content=file.getvalue(),
            headers={"Content-Type": XLSX},
        )
        assert answer.status_code == 200, answer.text
        for result in answer.json()["items"]:
            if result["status"] in ("accepted", "unchanged") and result["task_id"] in items:
                self.said[result["task_id"]] = items[result["task_id"]]
        self.sheets += 1


def _heading_line(sheet: Any) -> int:
    """The line of the table's headings; 0 on a cover sheet."""
    for line in range(1, min(sheet.max_row, 20) + 1):
        if "任务编号" in {cell.value for cell in sheet[line]}:
            return line
    return 0
