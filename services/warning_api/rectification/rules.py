"""How a problem is put right (policy.md, Supervision: 双交办, 100% checked, 100% rectified)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

#: The one table of a part's states: from → to. Each party answers for its own part.
TRANSITIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "assigned": ("rectified", "withdrawn"),
    "rectified": ("accepted", "returned"),
    "returned": ("rectified", "withdrawn"),
    "accepted": ("returned",),
    "withdrawn": (),
}

STATE_WORDS: Final[Mapping[str, str]] = {
    "assigned": "待整改",
    "rectified": "已整改待核查",
    "returned": "退回重新整改",
    "accepted": "已销号",
    "withdrawn": "已撤销",
}

#: Who answers for a part.
PARTIES: Final[Mapping[str, str]] = {"department": "部门", "township": "乡镇"}

#: What the party itself does; everything else is the county's.
PARTY_DOES: Final = frozenset({"rectified"})

#: Steps that say nothing without words.
NEEDS_TEXT: Final = frozenset({"rectified", "returned", "withdrawn"})

#: States in which the party has something to do.
TO_BE_RECTIFIED: Final = ("assigned", "returned")

#: A problem is as far as the part that is furthest behind.
_BEHIND: Final = ("returned", "assigned", "rectified", "accepted", "withdrawn")

#: Where a problem was found; an inspection's goes to both parties.
SOURCES: Final[Mapping[str, str]] = {
    "inspection": "检查督查",
    "survey": "电话抽查",
    "recheck": "核查复核",
    "quality": "数据质量",
    "other": "其他",
}
LEVELS: Final[Mapping[str, str]] = {
    "national": "国家级",
    "province": "省级",
    "city": "市级",
    "county": "县级",
}


def state_of(parts: Iterable[str]) -> str:
    """The state of the whole problem from those of its parts."""
    return min(parts, key=_BEHIND.index)


def next_steps(state: str) -> str:
    """What can become of a part in this state and by whom, as people read it."""
    ways = "、".join(
        f"{STATE_WORDS[to]}（{'责任部门或乡镇填报' if to in PARTY_DOES else '县级办理'}）"
        for to in TRANSITIONS[state]
    )
    return f"现为“{STATE_WORDS[state]}”，" + (f"下一步为{ways}" if ways else "不再变动")


def is_overdue(state: str, due_on: date, today: date) -> bool:
    return state in TO_BE_RECTIFIED and due_on < today


def parties_of(township: str | None, org: str | None) -> tuple[str, ...]:
    """Who answers for a problem: the department, the township, or both together."""
    named = (("department", org), ("township", township))
    return tuple(party for party, code in named if code is not None)
