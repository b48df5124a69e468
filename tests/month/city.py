"""Seven counties of 宜昌 with 73 townships, their families, and what ten departments know of them.

Regions are the real ones; the families are made up: one in four is not in the registry, one in five has two clues or
more.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.e2e.contract_client import check_character
from tests.e2e.test_counties_of_a_city import YICHANG

COUNTIES: Final = ("420502", "420504", "420506", "420527", "420528", "420581", "420582")
TOWNSHIPS: Final = 73
#: By department, two of its indicators.
INDICATORS: Final = {
    "YB": ("YB01", "YB02"),
    "ZJ": ("ZJ01", "ZJ02"),
    "MZ": ("MZ01", "MZ03"),
    "JY": ("JY01", "JY02"),
    "WJ": ("WJ01", "WJ01"),
    "RS": ("RS01", "RS01"),
    "SW": ("SW01", "SW01"),
    "CL": ("CL01", "CL01"),
    "YJ": ("YJ01", "YJ02"),
    "JT": ("JT01", "JT01"),
}
_ORGS: Final = tuple(INDICATORS)
_SURNAMES: Final = "王李张刘陈杨赵黄周吴"
_NAMES: Final = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Family:
    """A household of one, by its number in the county."""

    county: str
    number: int
    village: str

    @property
    def registered(self) -> bool:
        return self.number % 4 != 3

    @property
    def name(self) -> str:
        return _SURNAMES[self.number % 10] + _NAMES[self.number // 10 % 10] + _NAMES[self.number // 100 % 10]

    @property
    def id_number(self) -> str:
        day, rest = divmod(self.number, 999)
        first = f"{self.county}19{50 + day % 40:02d}{1 + day // 40 % 12:02d}15{1 + rest:03d}"
        return first + check_character(first)

    @property
    def orgs(self) -> tuple[str, ...]:
        """The departments that push a warning about it: one; of every fifth two, of every fortieth three."""
        count = 1 + (self.number % 5 == 0) + (self.number % 40 == 0)
        return tuple(_ORGS[(self.number + 3 * each) % len(_ORGS)] for each in range(count))

    def record(self, org: str) -> dict[str, Any]:
        return {
            "source_record_id": f"{org}-{self.county}-{self.number}",
            "id_number": self.id_number,
            "name": self.name,
            "region_code": self.village,
            "indicator": INDICATORS[org][self.number % 2],
            "occurred_on": "2026-11-03",
            "amount": f"{20_000 + self.number % 900}.00",
        }


@dataclass(frozen=True, slots=True)
class County:
    code: str
    families: tuple[Family, ...]

    def registry(self) -> bytes:
        """The registered ones, a row per person, as a county's Excel saves it."""
        sheet = io.StringIO()
        writer = csv.writer(sheet)
        writer.writerow(["户编号", "与户主关系", "姓名", "身份证号", "村代码", "户类型"])
        for family in self.families:
            if family.registered:
                kind = ("一般农户", "脱贫户", "低收入户")[family.number % 3]
                writer.writerow(
                    [f"H{family.number:06d}", "户主", family.name, family.id_number, family.village, kind]
                )
        return sheet.getvalue().encode("gb18030")

    def records(self, org: str) -> list[dict[str, Any]]:
        """What a department pushes, with one record that is none and one that is there twice."""
        good = [family.record(org) for family in self.families if org in family.orgs]
        return [
            *good,
            good[0],
            {**good[1], "source_record_id": f"{org}-bad", "id_number": "420502199001011234"},
        ]


def write_regions(path: Path) -> None:
    """The region file of ``county add``."""
    with path.open("w", newline="") as target:
        writer = csv.DictWriter(target, ["code", "name", "parent", "level"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(row for row in _rows() if row["level"] in ("province", "city") or _ours(row))


def counties(tasks: int) -> list[County]:
    """The counties with so many families in all, the same number in every township."""
    villages: dict[str, list[str]] = {}
    for row in _rows():
        if row["level"] == "village" and _ours(row):
            villages.setdefault(row["code"][:9], []).append(row["code"])
    assert len(villages) == TOWNSHIPS
    each = tasks // TOWNSHIPS
    made = []
    for county in COUNTIES:
        places = [
            codes[number % len(codes)]
            for township, codes in sorted(villages.items())
            if township.startswith(county)
            for number in range(each)
        ]
        families = tuple(Family(county, number, village) for number, village in enumerate(places))
        made.append(County(county, families))
    return made


def _rows() -> Iterator[dict[str, str]]:
    with YICHANG.open(encoding="utf-8-sig", newline="") as source:
        yield from csv.DictReader(source)


def _ours(row: dict[str, str]) -> bool:
    return row["code"].startswith(COUNTIES)
