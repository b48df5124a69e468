"""What a change of regions moves, in the words of people."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from .changes_file import KINDS, Change

if TYPE_CHECKING:
    from services.household_api.regions.changes import RecordedChange

#: What stands on a code, in the words of people.
WORDS: Final[Mapping[str, str]] = {
    "households": "户",
    "persons": "人",
    "cases": "在办监测",
    "guarantee_entries": "台账在办",
    "findings": "数据疑点",
    "import_rows": "待复核导入行",
    "tasks": "在办核查任务",
    "warnings": "在办预警",
    "problems": "在办整改问题",
    "petitions": "在办信访",
}


def in_line(change: "Change | RecordedChange", former: str = "") -> str:
    """A change on a line, `2026-11-07 更名 231226100 绥棱镇 → 绥棱新镇`; `former`: the name until then."""
    names = " → ".join(name for name in (former, change.name) if name)
    to = f"→ {'、'.join(change.successors)}" if change.successors else ""
    parts = (str(change.effective_on), KINDS[change.kind][0], change.code, names, to)
    return " ".join(part for part in parts if part)


def in_words(counts: Mapping[str, int]) -> str:
    """`户 12、在办监测 1`."""
    return "、".join(f"{word} {counts[kind]}" for kind, word in WORDS.items() if kind in counts)
