"""Reading the dated file of changes: `effective_on,kind,code,name,parent,level,successors`, a line a code."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from bihuan.county.csv_file import read_rows
from shared.identifiers.regions import InvalidRegionCode, county_of, level, normalise_region_code, parent
from shared.tables.cells import CellError, to_date

from .errors import RegionsChangeRefused

REQUIRED: Final = ("effective_on", "kind", "code")
OPTIONAL: Final = ("name", "parent", "level", "successors")
LONGEST_NAME: Final = 200

#: Kind -> Chinese word, and how many codes follow the one that changes.
KINDS: Final[Mapping[str, tuple[str, range]]] = {
    "merged": ("撤并", range(1, 2)),
    "split": ("分设", range(2, 1_000)),
    "recoded": ("变更代码", range(1, 2)),
    "renamed": ("更名", range(1)),
    "new": ("新设", range(1)),
    "closed": ("撤销", range(1)),
}

#: What the code of a county is part of cannot change under it.
MOVABLE: Final = ("township", "village")


@dataclass(frozen=True, slots=True)
class Change:
    """One line. Codes in their short form; `name` is empty where the line gives none."""

    line: int
    effective_on: date
    kind: str
    code: str
    name: str
    successors: tuple[str, ...]

    @property
    def county(self) -> str:
        return self.code[:6]


def load_changes(path: Path) -> list[Change]:
    """The lines by day; `RegionsChangeRefused` at the first thing that is wrong with the file itself."""
    rows = read_rows(path, REQUIRED, OPTIONAL, RegionsChangeRefused)
    changes = [_change(line, row) for line, row in rows]
    if not changes:
        raise RegionsChangeRefused(f"{path} 中没有变更，请每行写一项：{','.join((*REQUIRED, *OPTIONAL))}")
    seen: dict[tuple[str, date], int] = {}
    for change in changes:
        key = (change.code, change.effective_on)
        if key in seen:
            raise RegionsChangeRefused(
                f"第{change.line}行：{change.code} 在 {change.effective_on} 已有第{seen[key]}行的变更，"
                "一个代码一天只能有一项"
            )
        seen[key] = change.line
    _refuse_circles(changes)
    return sorted(changes, key=lambda change: (change.effective_on, change.line))


def _change(line: int, row: Mapping[str, str]) -> Change:
    if row["kind"] not in KINDS:
        words = "、".join(f"{kind} {word}" for kind, (word, _) in KINDS.items())
        raise RegionsChangeRefused(f"第{line}行：kind 为 {row['kind']!r}，应为 {words} 之一")
    word, wanted = KINDS[row["kind"]]
    try:
        day = to_date(row["effective_on"])
    except CellError:
        day = None
    if day is None:
        raise RegionsChangeRefused(f"第{line}行：生效日期 {row['effective_on']!r} 应写作 2026-01-01")
    code = _code(line, row["code"])
    successors = tuple(
        _code(line, each) for each in row["successors"].replace("、", ";").split(";") if each.strip()
    )
    _check_code(line, row, code)
    if len(successors) not in wanted:
        asked = (
            "不带后继代码"
            if wanted == range(1)
            else "要一个后继代码"
            if wanted == range(1, 2)
            else "至少要两个"
        )
        raise RegionsChangeRefused(
            f"第{line}行：{word}（{row['kind']}）{asked}，successors 中有 {len(successors)} 个（多个以分号隔开）"
        )
    for successor in successors:
        _check_successor(line, code, successor, row["kind"])
    if most := [each for each, times in Counter(successors).items() if times > 1]:
        raise RegionsChangeRefused(f"第{line}行：后继代码 {most[0]} 重复")
    name = row["name"]
    if (row["kind"] in ("new", "renamed") and not name) or len(name) > LONGEST_NAME:
        raise RegionsChangeRefused(f"第{line}行：{word}须写名称 name，1 至 {LONGEST_NAME} 字")
    return Change(line, day, row["kind"], code, name, successors)


def _check_code(line: int, row: Mapping[str, str], code: str) -> None:
    if row["level"] and row["level"] != level(code):
        raise RegionsChangeRefused(f"第{line}行：{code} 是 {level(code)} 级代码，level 却是 {row['level']}")
    if row["parent"] and _code(line, row["parent"]) != parent(code):
        raise RegionsChangeRefused(f"第{line}行：{code} 的上级应为 {parent(code)}，文件中是 {row['parent']}")
    if county_of(code) is None:
        raise RegionsChangeRefused(f"第{line}行：{code} 是省市级代码，这里只变更县内的乡镇和村")
    if level(code) not in MOVABLE and row["kind"] != "renamed":
        raise RegionsChangeRefused(
            f"第{line}行：{code} 是县级代码，不能就地变更：各户、任务、资金都以县代码为键；"
            "县改代码须以新代码 county add 设县并导入台账，旧代码写入参数 retired_regions"
        )


def _check_successor(line: int, code: str, successor: str, kind: str) -> None:
    if successor == code and kind != "split":
        raise RegionsChangeRefused(f"第{line}行：{code} 的后继不能是它自己")
    if level(successor) != level(code):
        raise RegionsChangeRefused(f"第{line}行：后继 {successor} 与 {code} 不同级")
    if county_of(successor) != county_of(code):
        raise RegionsChangeRefused(
            f"第{line}行：后继 {successor} 属于另一县；跨县划转须由两县分别办理迁出和迁入"
        )


def _refuse_circles(changes: list[Change]) -> None:
    follows = {
        (change.effective_on, change.code): (change.successors[0], change.line)
        for change in changes
        if change.kind in ("merged", "recoded")
    }
    for (day, start), (_, line) in follows.items():
        seen = [start]
        while (day, seen[-1]) in follows:
            following = follows[day, seen[-1]][0]
            if following in seen:
                circle = " → ".join([*seen[seen.index(following) :], following])
                raise RegionsChangeRefused(f"第{line}行：后继代码成环：{circle}")
            seen.append(following)


def _code(line: int, text: str) -> str:
    try:
        return normalise_region_code(text.strip())
    except InvalidRegionCode as error:
        raise RegionsChangeRefused(f"第{line}行：{text!r} 不是区划代码：{error.message}") from error
