"""Reading REGIONS.csv: `code,name,parent,level[,served_by]`, 12-digit codes, one county or many."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.auth.caller import REGION_SLOTS
from shared.identifiers.regions import county_of, level, normalise_region_code, parent

from .csv_file import read_rows
from .errors import RegionsFileRefused

COLUMNS = ("code", "name", "parent", "level")
LEVELS = ("province", "city", "county", "township", "village")
LONGEST_NAME = 200

#: A township's client has one grant for itself and one for each unit it serves, and one call reaches so many.
MOST_SERVED = REGION_SLOTS - 1


@dataclass(frozen=True, slots=True)
class Region:
    """Codes in their short form; `served_by` is the township that serves a unit without staff."""

    code: str
    name: str
    parent_code: str | None
    level: str
    served_by: str | None


@dataclass(frozen=True, slots=True)
class County:
    """One county with its own regions and those above it, by code."""

    code: str
    name: str
    regions: tuple[Region, ...]

    def townships(self) -> list[Region]:
        """The township-level units, forest and state farms included."""
        return [region for region in self.regions if region.level == "township"]

    def served_by(self, township: str) -> list[str]:
        """The units without staff that a township serves."""
        return [region.code for region in self.regions if region.served_by == township]


def load_regions(path: Path) -> list[County]:
    """Every county of the file, by code; `RegionsFileRefused` at the first thing that is wrong with it."""
    lines = _read(path)
    by_code = {region.code: region for region in lines.values()}
    for line, region in lines.items():
        _check_place(line, region, by_code)
    for line, region in lines.items():
        _check_service(line, region, by_code)
    counties = sorted(region.code for region in by_code.values() if region.level == "county")
    if not counties:
        raise RegionsFileRefused(f"{path} 中没有县级（county）区划，请补上县一行")
    return [_county(code, by_code) for code in counties]


def _county(code: str, by_code: Mapping[str, Region]) -> County:
    own = [region for region in by_code.values() if region.code.startswith(code)]
    above = parent(code)
    while above is not None:
        own.append(by_code[above])
        above = parent(above)
    return County(code, by_code[code].name, tuple(sorted(own, key=lambda region: region.code)))


def _read(path: Path) -> dict[int, Region]:
    """The rows by their line in the file."""
    lines: dict[int, Region] = {}
    first_seen: dict[str, int] = {}
    for line, row in read_rows(path, COLUMNS, ("served_by",), RegionsFileRefused):
        region = _region(line, row)
        if region.code in first_seen:
            raise RegionsFileRefused(f"第{line}行：代码 {row['code']} 与第{first_seen[region.code]}行重复")
        first_seen[region.code] = line
        lines[line] = region
    return lines


def _region(line: int, row: Mapping[str, str]) -> Region:
    code = _code(line, row["code"])
    if row["level"] not in LEVELS:
        raise RegionsFileRefused(f"第{line}行：level 为 {row['level']!r}，应为 {'、'.join(LEVELS)} 之一")
    if level(code) != row["level"]:
        raise RegionsFileRefused(
            f"第{line}行：{row['code']} 是 {level(code)} 级代码，level 却是 {row['level']}"
        )
    if not 0 < len(row["name"]) <= LONGEST_NAME:
        raise RegionsFileRefused(f"第{line}行：{row['code']} 的名称应为 1 至 {LONGEST_NAME} 字")
    above = _code(line, row["parent"]) if row["parent"] else None
    served_by = _code(line, row["served_by"]) if row["served_by"] else None
    return Region(code, row["name"], above, row["level"], served_by)


def _code(line: int, text: str) -> str:
    if not (len(text) == 12 and text.isascii() and text.isdigit() and text[0] != "0"):
        raise RegionsFileRefused(f"第{line}行：{text!r} 不是 12 位区划代码")
    return normalise_region_code(text)


def _check_place(line: int, region: Region, by_code: Mapping[str, Region]) -> None:
    expected = parent(region.code)
    if region.parent_code != expected:
        given = region.parent_code or "空"
        raise RegionsFileRefused(f"第{line}行：{region.code} 的上级应为 {expected or '空'}，文件中是 {given}")
    if expected is not None and expected not in by_code:
        raise RegionsFileRefused(f"第{line}行：{region.code} 的上级 {expected} 不在文件中")
    county = county_of(region.code)
    if county is not None and county not in by_code:
        raise RegionsFileRefused(f"第{line}行：{region.code} 所属的县 {county} 不在文件中")


def _check_service(line: int, region: Region, by_code: Mapping[str, Region]) -> None:
    if region.served_by is None:
        return
    server = by_code.get(region.served_by)
    if region.level != "township" or server is None or server.level != "township":
        raise RegionsFileRefused(f"第{line}行：served_by 只用于乡镇级单位，且应为文件中的乡镇")
    if county_of(server.code) != county_of(region.code):
        raise RegionsFileRefused(f"第{line}行：代管乡镇 {server.code} 不在同一县")
    if server.served_by is not None or server.code == region.code:
        raise RegionsFileRefused(f"第{line}行：代管乡镇 {server.code} 自己也由他处代管，请改为有人员的乡镇")
    served = Counter(each.served_by for each in by_code.values())[server.code]
    if served > MOST_SERVED:
        raise RegionsFileRefused(f"第{line}行：{server.code} 代管 {served} 个单位，最多 {MOST_SERVED} 个")
