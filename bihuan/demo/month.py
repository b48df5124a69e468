"""The month, stage by stage, through the public APIs only (policy.md, The loop)."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from bihuan.launcher.errors import LaunchRefused, StopRequested
from bihuan.sample.department_files import DAY_OF_PUSH, write_department_files
from bihuan.sample.registry import generate_registry

from .callers import PAGE, Callers, each
from .county_office import assign_tasks, decide_candidates
from .departments import answer_all, push_all, pushed, waiting
from .funds import FundsFact, play_funds
from .table import (
    NO_TOWNSHIP,
    CaseFact,
    LoopTable,
    WarningFact,
    count,
    disagreements,
    unfinished,
    unlike_statistics,
)
from .township_work import acknowledge_all, feed_back_all

PATIENCE_SECONDS: Final = 120
POLL_SECONDS: Final = 0.25
COMPARED: Final = ("dispatched", "closed")


@dataclass(frozen=True, slots=True)
class Played:
    """The month as it stands at the end; `problems` names what disagrees, in one line each."""

    table: LoopTable
    funds: FundsFact
    problems: list[str]


@dataclass(frozen=True, slots=True)
class Month:
    """One run of the loop. `today` is on the business clock; `folder` is for the departments' files."""

    callers: Callers
    today: date
    folder: Path
    households: int
    asked: threading.Event
    say: Callable[[str], None]

    @property
    def cycle(self) -> str:
        return f"{self.today:%Y-%m}"

    def play(self) -> Played:
        """Every stage in its order. What an earlier run has done is found done, and stays as it is."""
        self._refuse_closed_window()
        callers, cycle, today = self.callers, self.cycle, self.today
        problems: list[str] = []
        problems += self._stage("部门推送 / departments push", self._push)
        self._stage("比对与派发 / comparison and dispatch", self._await_dispatch)
        self._stage("疑似匹配由县判定 / candidates decided", lambda: decide_candidates(callers, cycle))
        self._stage("无区划任务由县指定 / tasks assigned", lambda: assign_tasks(callers, cycle))
        lists = self._stage("乡镇签收 / townships acknowledge", lambda: acknowledge_all(callers, cycle))
        problems += self._stage(
            "入户核实与反馈 / visits and feedback", lambda: feed_back_all(callers, cycle, today)
        )
        self._stage("部门落实反馈 / departments answer", lambda: answer_all(callers, cycle, today))
        self._stage("确认风险转监测 / cases by event", self._await_cases)
        funds, unlike = self._stage("资金 / funds", lambda: play_funds(callers.finance, today))
        table, wrong = self._stage("清点 / counting", lambda: self._count(lists))
        return Played(table, funds, [*problems, *unlike, *wrong])

    def _stage(self, name: str, act: Callable[[], Any]) -> Any:
        if self.asked.is_set():
            raise StopRequested
        started = time.monotonic()
        done = act()
        self.say(f"  {name}  {time.monotonic() - started:.1f} s")
        return done

    def _refuse_closed_window(self) -> None:
        month = self.callers.county.cycle("current")
        if month["state"] != "open" or self.today.day < DAY_OF_PUSH:
            raise LaunchRefused(
                f"演示须在推送窗口内、每月 {DAY_OF_PUSH} 日及以后开始（今天是 {self.today}）；"
                "请设置 BIHUAN_CLOCK，如 2026-11-08T09:00:00+08:00"
            )

    def _push(self) -> list[str]:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        files = write_department_files(self.folder, self.cycle, generate_registry(self.households))
        return push_all(self.callers, files, self.cycle)

    def _await_dispatch(self) -> None:
        county = self.callers.county

        def late() -> list[str]:
            batches = county.iterate("/v1/batches", {"cycle": self.cycle, "limit": PAGE})
            return [batch["batch_no"] for batch in batches if batch["state"] not in COMPARED]

        self._await(late, "尚未派发的批次")

    def _await_cases(self) -> None:
        def unanswered() -> list[str]:
            return [
                task["id"]
                for task in self._tasks()
                if is_confirmed(task) and not (task["case_id"] or task["case_refused"])
            ]

        self._await(unanswered, "登记簿尚未答复的任务")

    def _await(self, left: Callable[[], list[str]], what: str) -> None:
        """Until nothing is left; `LaunchRefused` names what still is after two minutes."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while still := left():
            if time.monotonic() > give_up:
                raise LaunchRefused(f"等待 {PATIENCE_SECONDS} 秒后仍有{what} {len(still)} 个：{still[0]}")
            if self.asked.wait(POLL_SECONDS):
                raise StopRequested

    def _tasks(self) -> list[dict[str, Any]]:
        return list(self.callers.county.tasks(cycle=self.cycle, limit=PAGE))

    def _count(self, lists: dict[str, int]) -> tuple[LoopTable, list[str]]:
        county, cycle = self.callers.county, self.cycle
        tasks = {task["id"]: task for task in self._tasks()}
        warnings = list(county.warnings(cycle=cycle, limit=PAGE))
        confirmed = [task for task in tasks.values() if is_confirmed(task)]
        cases = [
            CaseFact(task["id"], task["township_code"] or NO_TOWNSHIP, opened=bool(task["case_id"]))
            for task in confirmed
            if task["case_id"] or task["case_refused"]
        ]
        facts = [_fact(warning, tasks.get(warning["task_id"])) for warning in warnings]
        table = count(cycle, pushed(self.callers, cycle), self.callers.townships, facts, cases)
        wrong = [*disagreements(table), *unfinished(table, len(confirmed))]
        for by, rows in (("department", table.departments), ("township", table.townships)):
            wrong += unlike_statistics(rows, by, county.loop_statistics(cycle, by))
        wrong += [
            f"{unit.name}：清单 {lists[unit.code]} 个任务，县里 {table.townships[unit.code].tasks} 个"
            for unit in self.callers.townships.values()
            if lists[unit.code] != table.townships[unit.code].tasks
        ]
        wrong += self._unlike_outcomes(table)
        registered = [case for case in county.cases(limit=PAGE) if case["source_task_id"] in tasks]
        if len(registered) != table.opened:
            wrong.append(f"开案：任务上 {table.opened}，登记簿中 {len(registered)}")
        return table, wrong

    def _unlike_outcomes(self, table: LoopTable) -> Iterable[str]:
        """Departments that read something else of their own warnings than was counted, or still owe an answer."""

        def unlike(org: str) -> list[str]:
            department = self.callers.departments[org]
            own = [
                item for item in department.outcomes(cycle=self.cycle, limit=PAGE) if item["org_code"] == org
            ]
            told = sum(item["outcome"] is not None for item in own)
            row = table.departments[org]
            lines = []
            if (len(own), told) != (row.filed, row.fed_back):
                lines.append(
                    f"{org}：结果清单 {len(own)} 条、已反馈 {told}，县里 {row.filed}、{row.fed_back}"
                )
            if owed := waiting(department, org, self.cycle):
                lines.append(f"{org}：尚有 {len(owed)} 条待落实反馈")
            return lines

        return [line for lines in each(unlike, self.callers.departments) for line in lines]


def is_confirmed(task: dict[str, Any]) -> bool:
    """Whether the visit confirmed a risk of the household: the registry answers it with a case or a reason."""
    return bool(task["outcome"] == "risk_confirmed")


def _fact(warning: dict[str, Any], task: dict[str, Any] | None) -> WarningFact:
    return WarningFact(
        org_code=warning["org_code"],
        township=task["township_code"] or NO_TOWNSHIP if task else NO_TOWNSHIP,
        match=warning["match"] or "",
        task_id=task["id"] if task else None,
        received=bool(task and task["received_at"]),
        verified=bool(task and task["verified_at"]),
        outcome=warning["outcome"],
        closed=warning["state"] == "closed",
    )
