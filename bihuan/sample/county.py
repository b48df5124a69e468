"""The divisions of the sample county and of the others that come with it (regions/README.md)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

COUNTY_CODE = "231226"
_DIRECTORY = Path(__file__).parent / "regions"
SUILENG_FILE = _DIRECTORY / "suileng_231226.csv"
YICHANG_FILE = _DIRECTORY / "yichang_4205.csv"
CODE_HISTORY_FILE = _DIRECTORY / "county_code_history.csv"

# The first citizen identity cards were given out in 1984: whoever was born before has a code of that time.
_FIRST_CARDS = 1984


@dataclass(frozen=True, slots=True)
class Region:
    """One row of a region file. Codes have 12 digits; `served_by` is a township's code or empty."""

    code: str
    name: str
    parent: str
    level: str
    served_by: str = ""


@cache
def read_regions(path: Path = SUILENG_FILE) -> tuple[Region, ...]:
    """All regions of a file, as they stand in it."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(Region(**row) for row in csv.DictReader(file))


def townships(path: Path = SUILENG_FILE) -> list[Region]:
    """The township-level units, forest and state farms included."""
    return [region for region in read_regions(path) if region.level == "township"]


def villages(path: Path = SUILENG_FILE) -> list[Region]:
    """The villages and communities, also those of units that another township serves."""
    return [region for region in read_regions(path) if region.level == "village"]


def township_of(code: str) -> str:
    """The 12-digit code of the township that a 12-digit village code lies in."""
    return code[:9].ljust(12, "0")


@cache
def id_prefix(birth_year: int, county_code: str = COUNTY_CODE) -> str:
    """The six digits with which the ID number of a person born in the county at that time begins.

    A number keeps the code under which it was given: before 1999 绥棱县 was 232332.
    """
    year = max(birth_year, _FIRST_CARDS)
    return next(
        (
            row["adcode"]
            for row in _history(county_code)
            if int(row["year_from"]) <= year <= int(row["year_to"])
        ),
        county_code,
    )


def former_codes(county_code: str) -> dict[str, str]:
    """The codes that a county had before, each with the present one."""
    former = {row["adcode"] for row in _history(county_code)} - {county_code}
    return dict.fromkeys(sorted(former), county_code)


def _history(county_code: str) -> list[dict[str, str]]:
    with CODE_HISTORY_FILE.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["county_id_now"] == county_code]
