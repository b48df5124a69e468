"""The table of the closed loop: counted from what each caller can read, and held against itself."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Json = dict[str, Any]

NO_TOWNSHIP: Final = ""


@dataclass(frozen=True, slots=True)
class WarningFact:
    """How far one filed warning has come. `township`: nine digits, or `NO_TOWNSHIP` while it has none."""

    org_code: str
    township: str
    match: str
    task_id: str | None
    received: bool
    verified: bool
    outcome: str | None
    closed: bool

    @property
    def confirmed(self) -> bool:
        return self.outcome == "risk_confirmed"

    @property
    def fed_back(self) -> bool:
        return self.outcome is not None


@dataclass(frozen=True, slots=True)
class PushFact:
    """What the batches of one department came to; `listed_rejects`: how many its reject ledger names."""

    received: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0
    listed_rejects: int = 0
    nil_report: bool = False


@dataclass(frozen=True, slots=True)
class CaseFact:
    """The answer of the registry to one confirmed task."""

    task_id: str
    township: str
    opened: bool


@dataclass(slots=True)
class Row:
    """Counts of warnings, but `tasks`: households. Only departments push, so a township's row has no push."""

    key: str
    push: PushFact | None = None
    filed: int = 0
    matches: Counter[str] = field(default_factory=Counter)
    task_ids: set[str] = field(default_factory=set)
    received: int = 0
    verified: int = 0
    confirmed: int = 0
    fed_back: int = 0
    closed: int = 0

    @property
    def compared(self) -> int:
        return self.matches.total()

    @property
    def tasks(self) -> int:
        return len(self.task_ids)

    def add(self, fact: WarningFact) -> None:
        self.filed += 1
        if fact.match:
            self.matches[fact.match] += 1
        if fact.task_id:
            self.task_ids.add(fact.task_id)
        self.received += fact.received
        self.verified += fact.verified
        self.confirmed += fact.confirmed
        self.fed_back += fact.fed_back
        self.closed += fact.closed


@dataclass(frozen=True, slots=True)
class LoopTable:
    """One cycle: a row per department and per township, their total, and the cases."""

    cycle: str
    departments: Mapping[str, Row]
    townships: Mapping[str, Row]
    total: Row
    opened: int
    refused: int


#: What both halves of the table count in warnings.
STAGES: Final[Mapping[str, Callable[[Row], int]]] = {
    "filed": lambda row: row.filed,
    "compared": lambda row: row.compared,
    "received": lambda row: row.received,
    "verified": lambda row: row.verified,
    "risk_confirmed": lambda row: row.confirmed,
    "fed_back": lambda row: row.fed_back,
    "closed": lambda row: row.closed,
}


def count(
    cycle: str,
    pushes: Mapping[str, PushFact],
    townships: Iterable[str],
    warnings: Sequence[WarningFact],
    cases: Sequence[CaseFact],
) -> LoopTable:
    """Every department in `pushes` and every one of `townships` has a row, also an empty one."""
    departments = {org: Row(org, push) for org, push in pushes.items()}
    places = {code: Row(code) for code in townships}
    total = Row("total")
    for fact in warnings:
        departments.setdefault(fact.org_code, Row(fact.org_code, PushFact())).add(fact)
        places.setdefault(fact.township, Row(fact.township)).add(fact)
        total.add(fact)
    opened = sum(case.opened for case in cases)
    return LoopTable(cycle, departments, places, total, opened, len(cases) - opened)


def disagreements(table: LoopTable) -> list[str]:
    """Where the table contradicts itself; empty when every sum agrees."""
    found = []
    for row in table.departments.values():
        push = row.push or PushFact()
        if push.received != push.accepted + push.duplicate + push.rejected:
            found.append(f"{row.key}：推送 {push.received} ≠ 备案 + 重复 + 退回")
        if push.accepted != row.filed:
            found.append(f"{row.key}：批次备案 {push.accepted}，预警清单 {row.filed}")
        if push.rejected != push.listed_rejects:
            found.append(f"{row.key}：批次退回 {push.rejected}，退回台账 {push.listed_rejects}")
        if push.nil_report and row.filed:
            found.append(f"{row.key}：已零报告，却有 {row.filed} 条预警")
    for name, of in STAGES.items():
        by_department = sum(of(row) for row in table.departments.values())
        by_township = sum(of(row) for row in table.townships.values())
        if not by_department == by_township == of(table.total):
            found.append(f"{name}：部门合计 {by_department}，乡镇合计 {by_township}，总计 {of(table.total)}")
    tasks = sum(row.tasks for row in table.townships.values())
    if tasks != table.total.tasks:
        found.append(f"tasks：乡镇合计 {tasks}，总计 {table.total.tasks}")
    return found


def unlike_statistics(rows: Mapping[str, Row], by: str, statistics: Sequence[Json]) -> list[str]:
    """Where `GET /v1/statistics/loop?by=` says something else than was counted."""
    found = []
    told = {str(item["key"] or NO_TOWNSHIP): item for item in statistics}
    for key in sorted(rows.keys() | told.keys()):
        row, item = rows.get(key, Row(key)), told.get(key, {})
        for name, of in STAGES.items():
            if of(row) != (item.get(name) or 0):
                found.append(f"{by} {key or '未定乡镇'}：{name} 清单 {of(row)}，统计 {item.get(name) or 0}")
        if row.push is not None and row.push.received != (item.get("pushed") or 0):
            found.append(f"{by} {key}：pushed 批次 {row.push.received}，统计 {item.get('pushed') or 0}")
    return found


def unfinished(table: LoopTable, confirmed_tasks: int) -> list[str]:
    """What of the month has not come to its end."""
    total = table.total
    found = []
    for name in ("compared", "received", "verified", "fed_back", "closed"):
        done = STAGES[name](total)
        if done != total.filed:
            found.append(f"{name} {done}，应为全部 {total.filed} 条预警")
    if table.opened + table.refused != confirmed_tasks:
        found.append(
            f"确认风险的任务 {confirmed_tasks}，开案 {table.opened} + 未开案 {table.refused}，尚有未答复的"
        )
    return found
