"""Drawing tasks to be visited again, and comparing what both visits found (policy.md, The loop, 8)."""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final, Literal, get_args

import orjson

from services.warning_api.sampling import draw
from shared.identifiers.names import name_key

_BRACKETED: Final = re.compile(r"\([^()]*\)?|\[[^\[\]]*\]?|【[^【】]*】?")
_BETWEEN_NAMES: Final = re.compile(r"[、,;/+&\n]")

Stratum = Literal["township", "village", "department", "indicator", "outcome", "household_type"]

STRATA: Final[tuple[str, ...]] = get_args(Stratum)


def stratum_of(task: Mapping[Any, Any], strata: Sequence[str]) -> str:
    """The values of ``task`` (``township``, ``village``, …; None where it has none) by which it is grouped, as text."""
    return orjson.dumps([task[name] or "" for name in strata]).decode()


def named_stratum(stratum: str, strata: Sequence[str]) -> dict[str, str]:
    return dict(zip(strata, orjson.loads(stratum), strict=True))


def size_of(share: Decimal, held: int) -> int:
    """How many of ``held`` are drawn: the share rounded up, so that no stratum goes unlooked at."""
    return int((share * held).to_integral_value(ROUND_CEILING))


def drawn(strata: Mapping[str, Collection[str]], seed: str, share: Decimal) -> dict[str, list[str]]:
    """The sample, by stratum: of each its share. The same tasks and seed give the same sample (sampling.py)."""
    return {
        stratum: draw({stratum: members}, seed, size=size_of(share, len(members)))[stratum]
        for stratum, members in strata.items()
    }


def digest_of(members: Iterable[str]) -> bytes:
    """SHA-256 of the ids in order, each on a line: ``sort ids.txt | sha256sum``."""
    return hashlib.sha256("".join(f"{member}\n" for member in sorted(members)).encode()).digest()


def repeated_visitors(verifiers: Iterable[str], first: Iterable[str]) -> list[str]:
    """Those of ``verifiers`` who were on the first visit, however the name is written: with an office in brackets
    behind it, or several in one entry."""
    were_there = {key for name in first for key in _persons(name)}
    return [name for name in verifiers if were_there & _persons(name)]


def _persons(entry: str) -> set[str]:
    plain = _BRACKETED.sub("", unicodedata.normalize("NFKC", entry))
    return {key for name in _BETWEEN_NAMES.split(plain) if (key := name_key(name))}
