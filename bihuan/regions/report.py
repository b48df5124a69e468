"""What a change of regions moves, in the words of people."""

from collections.abc import Mapping
from typing import Final

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
}


def in_words(counts: Mapping[str, int]) -> str:
    """`户 12、在办监测 1`."""
    return "、".join(f"{word} {counts[kind]}" for kind, word in WORDS.items() if kind in counts)
