"""What the departments do: push their files, and answer the outcomes that ask for it."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from bihuan.client import Connection
from bihuan.sample.department_files import DepartmentFile

from .callers import PAGE, Callers, each
from .table import PushFact

COUNTS: Final = ("received", "accepted", "duplicate", "rejected")

MEASURES: Final = {
    "YB": "纳入医疗救助，落实大病保险倾斜支付",
    "ZJ": "列入危房改造计划",
    "MZ": "给予临时救助，纳入低保动态监测",
    "JY": "落实教育资助，劝返复学",
    "WJ": "家庭医生签约，安排定点救治",
    "RS": "推荐公益性岗位",
    "SW": "抢修管道，恢复供水",
    "CL": "发放辅具，落实两项补贴",
    "YJ": "发放应急救助物资",
    "JT": "协调事故救助",
}


def push_all(callers: Callers, files: Sequence[DepartmentFile], cycle: str) -> list[str]:
    """Each department pushes its file or files a nil report; gives back what came to something unexpected.

    The same file again gets the same answer.
    """

    def push(file: DepartmentFile) -> list[str]:
        department = callers.departments[file.org_code]
        if file.path is None:
            department.nil_report(cycle)
            return []
        batch = department.push(file.path, file.batch_no, urgent_reason=file.urgent_reason)
        return [
            f"{file.org_code}：{name} 应为 {file.expected[name]}，实为 {batch[name]}"
            for name in COUNTS
            if batch[name] != file.expected[name]
        ]

    return [line for lines in each(push, files) for line in lines]


def pushed(callers: Callers, cycle: str) -> dict[str, PushFact]:
    """What each department's batches of the month came to, as the department itself reads it."""
    month = {line["org_code"]: line["state"] for line in callers.county.cycle(cycle)["departments"]}

    def fact(org: str) -> PushFact:
        department = callers.departments[org]
        batches = list(department.iterate("/v1/batches", {"cycle": cycle, "limit": PAGE}))
        listed = sum(1 for batch in batches for _ in department.rejects(batch["id"]))
        received, accepted, duplicate, rejected = (sum(batch[name] for batch in batches) for name in COUNTS)
        nil = month.get(org) == "nil_report"
        return PushFact(received, accepted, duplicate, rejected, listed, nil)

    return dict(zip(callers.departments, each(fact, callers.departments), strict=True))


def answer_all(callers: Callers, cycle: str, today: date) -> int:
    """Every department answers what waits for it; how many answers were given."""

    def answer(org: str) -> int:
        department = callers.departments[org]
        items = [
            {"warning_id": item["warning_id"], "measure": MEASURES[org], "done_on": today.isoformat()}
            for item in waiting(department, org, cycle)
        ]
        if not items:
            return 0
        accepted: int = department.policy_receipts(items)["accepted"]
        return accepted

    return sum(each(answer, callers.departments))


def waiting(department: Connection, org: str, cycle: str) -> list[dict[str, Any]]:
    """Outcomes with an answer due from this department: it is named, or nobody is and the warning is its own."""
    return [
        item
        for item in department.outcomes(cycle=cycle, limit=PAGE)
        if item["answer_due_on"]
        and item["state"] != "closed"
        and (item["needs_org"] or item["org_code"]) == org
    ]
