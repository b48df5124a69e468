"""What the townships do: acknowledge their lists, visit, feed back."""

from datetime import date
from typing import Final

from .callers import PAGE, Callers, Township, each
from .visits import visit

TO_VISIT: Final = ("pending", "received", "returned")


def acknowledge_all(callers: Callers, cycle: str) -> dict[str, int]:
    """Every unit's list is acknowledged; the number of tasks on it by township."""

    def acknowledge(unit: Township) -> int:
        total: int = unit.client.acknowledge(cycle, unit.code)["total"]
        return total

    units = callers.townships.values()
    return dict(zip(callers.townships, each(acknowledge, units), strict=True))


def feed_back_all(callers: Callers, cycle: str, today: date) -> list[str]:
    """Every open task is visited and answered; gives back what was not accepted."""

    def feed_back(unit: Township) -> list[str]:
        tasks = unit.client.tasks(cycle=cycle, region=unit.code, limit=PAGE)
        matches = {
            warning["id"]: warning["match"] or ""
            for warning in unit.client.warnings(cycle=cycle, region=unit.code, limit=PAGE)
        }
        items = [visit(task, matches, today) for task in tasks if task["state"] in TO_VISIT]
        if not items:
            return []
        return [
            f"{unit.name}：任务 {item['task_id']} 未受理（{'、'.join(error['code'] for error in item['errors'])}）"
            for item in unit.client.verify(items)["items"]
            if item["errors"]
        ]

    return [line for lines in each(feed_back, callers.townships.values()) for line in lines]
