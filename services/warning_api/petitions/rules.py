"""How a petition passed down from above is dealt with (policy.md, Supervision: checked one by one, in 5 days)."""

from collections.abc import Mapping
from datetime import date
from typing import Final

#: The one table of a petition's states: from → to. A passed one can be passed on to another township.
TRANSITIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "received": ("passed",),
    "passed": ("checked", "passed"),
    "checked": ("handled",),
    "handled": ("answered",),
    "answered": ("closed", "returned"),
    "returned": ("checked", "handled", "answered"),
    "closed": (),
}

STATE_WORDS: Final[Mapping[str, str]] = {
    "received": "待转办",
    "passed": "已转办",
    "checked": "已核查",
    "handled": "已处理",
    "answered": "已答复",
    "returned": "退回重办",
    "closed": "已办结",
}

#: What the county does; everything else is the township's.
COUNTY_DOES: Final = frozenset({"passed", "closed", "returned"})

#: Steps that say nothing without words: what was found, what was done, what was answered, why it comes back.
NEEDS_TEXT: Final = frozenset({"checked", "handled", "answered", "returned"})

LEVELS: Final[Mapping[str, str]] = {"national": "国家级", "province": "省级", "city": "市级"}


def next_steps(state: str) -> str:
    """What can become of a petition in this state and by whom, as people read it."""
    ways = "、".join(
        f"{STATE_WORDS[to]}（{'县级办理' if to in COUNTY_DOES else '承办乡镇办理'}）"
        for to in TRANSITIONS[state]
    )
    return f"现为“{STATE_WORDS[state]}”，" + (f"下一步为{ways}" if ways else "不再变动")


def is_overdue(state: str, due_on: date, today: date) -> bool:
    return state != "closed" and due_on < today
