"""The four guarantee ledgers (policy.md, Registry and monitoring: Guarantee ledgers). Decisions without I/O."""

from collections.abc import Mapping
from datetime import date
from typing import Final

#: Ledger -> what people call it.
KINDS: Final[Mapping[str, str]] = {
    "compulsory_education": "控辍保学",
    "basic_medical": "医保参保",
    "housing": "危房",
    "water": "饮水安全",
}

#: Ledgers whose entries stand on one person; the others stand on the household.
OF_PERSON: Final = frozenset({"compulsory_education", "basic_medical"})

OPEN, ACTING, CROSSED_OFF = "open", "acting", "crossed_off"

#: From each state, what may be done and where it leads.
STEPS: Final[Mapping[str, Mapping[str, str]]] = {
    OPEN: {"action": ACTING},
    ACTING: {"action": ACTING, "crossing_off": CROSSED_OFF},
    CROSSED_OFF: {"reopening": OPEN},
}


def is_overdue(state: str, due_on: date, today: date) -> bool:
    return state != CROSSED_OFF and due_on < today
