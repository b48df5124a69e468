"""What the county's officer does: decides on uncertain matches, finds a township for tasks without one."""

from typing import Any, Final
from zlib import crc32

from .callers import PAGE, Callers, each

#: The same name in the same village, or the same ID number under another spelling.
SURE: Final = 0.6


def decide_candidates(callers: Callers, cycle: str) -> int:
    """Take the one option that is sure, otherwise say that it is nobody; how many were decided."""
    candidates = list(callers.county.candidates(cycle=cycle, limit=PAGE))
    for candidate in candidates:
        decision = {"person_id": sure_person(candidate["options"])}
        callers.county.decide_candidate(candidate["warning_id"], decision, candidate["version"])
    return len(candidates)


def sure_person(options: list[dict[str, Any]]) -> str | None:
    """The person of the best option, if it is good enough and no other is as good."""
    best, *others = sorted(options, key=lambda option: -float(option["score"]))
    if float(best["score"]) < SURE or (others and others[0]["score"] == best["score"]):
        return None
    return str(best["person_id"])


def assign_tasks(callers: Callers, cycle: str) -> int:
    """Give every task without a township to one, by the same rule each time; how many there were."""
    codes = list(callers.townships)
    tasks = [task for task in callers.county.tasks(cycle=cycle, limit=PAGE) if not task["township_code"]]

    def assign(task: dict[str, Any]) -> None:
        said = [(clue["indicator"], clue["occurred_on"], clue["amount"]) for clue in task["clues"]]
        turn = crc32(repr(said).encode())
        callers.county.dispatch(cycle, codes[turn % len(codes)], task_id=task["id"])

    each(assign, tasks)
    return len(tasks)
