"""Plain official sentences from numbers. No I/O.

A count of None is one that is hidden; a period of None is one of which nothing is known.
"""

from collections.abc import Sequence

from services.warning_api.supervision.rules import SMALLEST_SHOWN

Count = int | None


def counted(value: Count, unit: str) -> str:
    """``1,234条``, ``0条``, ``不足5条`` where it is hidden."""
    return f"不足{SMALLEST_SHOWN}{unit}" if value is None else f"{value:,}{unit}"


def compared(now: Count, earlier: Count, unit: str, when: str) -> str:
    """``比上月增加12条，增长4.2%``; empty where one of the two is hidden."""
    if now is None or earlier is None:
        return ""
    if now == earlier:
        return f"与{when}持平"
    more = now > earlier
    difference = f"比{when}{'增加' if more else '减少'}{abs(now - earlier):,}{unit}"
    if earlier == 0:
        return f"{difference}（{when}为0）"
    return f"{difference}，{'增长' if more else '下降'}{percent(abs(now - earlier), earlier)}"


def percent(part: Count, whole: Count) -> str:
    """``42.0%``; ``—`` where it cannot be told."""
    return f"{part / whole * 100:.1f}%" if part is not None and whole else "—"


def listed(names: Sequence[str], most: int = 10) -> str:
    """``甲、乙、丙``; more than ``most`` end in ``等12个``."""
    if len(names) <= most:
        return "、".join(names)
    return f"{'、'.join(names[:most])}等{len(names)}个"


def joined(*parts: str) -> str:
    """Clauses with commas between those that say something."""
    return "，".join(part for part in parts if part)
