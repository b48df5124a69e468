"""What a file of changes means for one county, decided from the regions that it has. No I/O."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from bihuan.county.regions_file import MOST_SERVED
from services.household_api.regions.changes import RecordedChange
from shared.identifiers.regions import level, parent
from shared.regions import Region, RegionsChange

from .changes_file import Change
from .errors import RegionsChangeRefused

#: Kinds after which a code is no more. A split one stays where it is among its own successors.
ENDING: Final = ("merged", "recoded", "closed")


@dataclass(frozen=True, slots=True)
class Known:
    """A region that the county has or had."""

    region: Region
    valid_from: date
    valid_to: date | None


@dataclass
class Plan:
    """What to do. ``homeless``: codes that end without one code that all they hold goes to, by their line;
    nothing may stand on them. ``retired``: what a push with a former code is read as."""

    county: str
    change: RegionsChange
    new: list[RecordedChange] = field(default_factory=list)
    homeless: dict[str, int] = field(default_factory=dict)
    retired: dict[str, str] = field(default_factory=dict)


def plan(
    county: str, known: Mapping[str, Known], recorded: Collection[RecordedChange], changes: Sequence[Change]
) -> Plan:
    """``changes``: those of the county, the earliest first. Those that are recorded already stand, and only what
    has come onto their former codes since goes along. Raises ``RegionsChangeRefused``."""
    work = _Work(county, known, {(each.code, each.effective_on): each for each in recorded})
    for day in sorted({change.effective_on for change in changes}):
        work.take_day(day, [change for change in changes if change.effective_on == day])
    return work.outcome()


class _Work:
    """The county's regions as they become, a day of the file after another."""

    def __init__(
        self, county: str, known: Mapping[str, Known], recorded: Mapping[tuple[str, date], RecordedChange]
    ) -> None:
        self.county = county
        self.known = known
        self.recorded = recorded
        self.live = {code: each.region for code, each in known.items() if each.valid_to is None}
        self.opened: dict[str, tuple[Region, date]] = {}
        self.closed: dict[str, date] = {}
        self.moves: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.served_by: dict[str, str] = {}
        self.homeless: dict[str, int] = {}
        self.new: list[RecordedChange] = []
        for former in sorted(recorded.values(), key=lambda each: (each.effective_on, len(each.code))):
            if former.kind in ("merged", "recoded"):
                self._move(former.code, former.successors[0])
                self._again_below(former)

    def take_day(self, day: date, changes: Sequence[Change]) -> None:
        fresh = []
        for change in changes:
            former = self.recorded.get((change.code, day))
            if former is None:
                fresh.append(change)
            elif (former.kind, former.name, set(former.successors)) != (
                change.kind,
                change.name,
                set(change.successors),
            ):
                raise RegionsChangeRefused(
                    f"第{change.line}行：{change.code} 在 {day} 的变更已经应用，与文件不同；已应用的不再更改"
                )
        self._begin(day, fresh)
        for change in fresh:
            self._rename(change)
        ends = {change.code: change for change in fresh if _ends(change)}
        for change in fresh:
            self._follow(change, ends)
        for change in sorted(ends.values(), key=lambda change: len(change.code)):
            self._end_below(change, day, ends)
        for change in ends.values():
            self._end(change.code, day)
        self._serve(ends)

    def _begin(self, day: date, fresh: Sequence[Change]) -> None:
        """New codes come first: others of the day follow into them."""
        for change in fresh:
            was = self.known.get(change.code)
            if change.kind == "new":
                if change.code in self.live:
                    raise RegionsChangeRefused(f"第{change.line}行：{change.code} 已存在，不能新设")
                self._open(change, change.code, change.name, day)
            elif change.code not in self.live:
                since = self.closed.get(change.code) or (was and was.valid_to)
                ended = f"已于 {since} 停用" if since else "不在本县现行区划中，请核对代码"
                raise RegionsChangeRefused(f"第{change.line}行：{change.code} {ended}")
            elif was is not None and day <= was.valid_from:
                raise RegionsChangeRefused(
                    f"第{change.line}行：{change.code} 自 {was.valid_from} 起启用，变更须在其后，而不是 {day}"
                )
        made_new = {change.code for change in fresh if change.kind == "new"}
        for change in fresh:
            if change.kind == "recoded" and (code := change.successors[0]) not in made_new:
                if code in self.live:
                    raise RegionsChangeRefused(
                        f"第{change.line}行：{code} 已存在，并入它请用 merged 而不是 recoded"
                    )
                self._open(change, code, change.name or self.live[change.code].name, day)

    def _open(self, change: Change, code: str, name: str, day: date) -> None:
        if code in self.known or code in self.opened:
            raise RegionsChangeRefused(f"第{change.line}行：{code} 曾用过，停用的代码不再启用")
        served_by = self.live[change.code].served_by if change.code in self.live else None
        region = Region(code, name, level(code), parent(code), served_by)
        self.opened[code] = (region, day)
        self.live[code] = region

    def _rename(self, change: Change) -> None:
        former = self.live[change.code].name
        # What is called otherwise is told by its own line; a new code has its name from the first day.
        if change.kind == "renamed":
            self.names[change.code] = change.name
        stated = RecordedChange(
            change.code, change.effective_on, change.kind, change.name,
            "" if change.kind == "new" else former, change.successors,
        )  # fmt: skip
        self.new.append(stated)

    def _follow(self, change: Change, ends: Mapping[str, Change]) -> None:
        above = parent(change.successors[0] if change.kind == "recoded" else change.code)
        if change.kind in ("new", "recoded") and above not in self.live:
            raise RegionsChangeRefused(f"第{change.line}行：上级 {above} 不在本县现行区划中，请一并新设")
        if change.kind in ("new", "recoded") and above in ends:
            raise RegionsChangeRefused(f"第{change.line}行：上级 {above} 在同一天停用")
        for successor in change.successors:
            if successor not in self.live:
                raise RegionsChangeRefused(
                    f"第{change.line}行：后继 {successor} 不存在，请先新设（new）或核对代码"
                )
            if successor in ends and successor != change.code:
                raise RegionsChangeRefused(
                    f"第{change.line}行：后继 {successor} 在同一天停用（第{ends[successor].line}行），"
                    "请直接写最后的去向"
                )

    def _end_below(self, change: Change, day: date, ends: Mapping[str, Change]) -> None:
        """A township's villages go with it; where that is not plain, each needs a line of its own."""
        if change.kind in ("merged", "recoded"):
            self._move(change.code, change.successors[0])
        else:
            self.homeless[change.code] = change.line
        if level(change.code) != "township":
            return
        below = [code for code in self.live if parent(code) == change.code and code not in ends]
        unclear = []
        for code in sorted(below):
            to = change.successors[0] + code[9:] if change.kind in ("merged", "recoded") else ""
            if not to or to in self.live or to in self.known:
                unclear.append(code)
                continue
            self._open(change, to, self.live[code].name, day)
            self._move(code, to)
            self._end(code, day)
        if unclear:
            shown = "、".join(unclear[:5]) + (f" 等 {len(unclear)} 个" if len(unclear) > 5 else "")
            raise RegionsChangeRefused(
                f"第{change.line}行：{change.code} 停用后，村 {shown} 归向不明"
                "（未写后继，或按原序号换码会与已有代码相同），请为每个村写一行 recoded 或 merged"
            )

    def _again_below(self, former: RecordedChange) -> None:
        """The villages that had no line of their own when this was carried out."""
        for code, each in self.known.items():
            to = former.successors[0] + code[9:]
            own_line = (code, former.effective_on) in self.recorded
            ended_with_it = parent(code) == former.code and each.valid_to == former.effective_on
            if ended_with_it and not own_line and to in self.known:
                self._move(code, to)

    def _move(self, code: str, to: str) -> None:
        self.moves = {former: to if present == code else present for former, present in self.moves.items()}
        self.moves[code] = to

    def _end(self, code: str, day: date) -> None:
        self.closed[code] = day
        del self.live[code]

    def _serve(self, ends: Mapping[str, Change]) -> None:
        """A unit without staff is served by the township that follows the one which served it."""
        for code, region in self.live.items():
            server = self.served_by.get(code, region.served_by)
            if server is None or server not in ends:
                continue
            change = ends[server]
            if change.kind not in ("merged", "recoded"):
                raise RegionsChangeRefused(f"第{change.line}行：{server} 仍代管 {code}，请先改由他处代管")
            self.served_by[code] = change.successors[0]
        served = [self.served_by.get(code, region.served_by) for code, region in self.live.items()]
        for change in ends.values():
            if change.successors and (count := served.count(change.successors[0])) > MOST_SERVED:
                raise RegionsChangeRefused(
                    f"第{change.line}行：{change.successors[0]} 将代管 {count} 个单位，最多 {MOST_SERVED} 个"
                )

    def outcome(self) -> Plan:
        opened = [
            (
                Region(
                    region.code,
                    region.name,
                    region.level,
                    region.parent_code,
                    self.served_by.get(region.code, region.served_by),
                ),
                day,
            )
            for region, day in self.opened.values()
        ]
        change = RegionsChange(opened, self.closed, self.names, self.served_by, self.moves)
        return Plan(self.county, change, self.new, self.homeless, self._retired())

    def _retired(self) -> dict[str, str]:
        """The codes that lead somewhere. A township's own code is left out where it would lead one of its villages
        without a successor to another village: such a push is refused rather than read wrongly."""
        astray = {
            former
            for former, present in self.moves.items()
            for code in (*self.known, *self.opened)
            if level(former) == "township" and parent(code) == former
            if code not in self.moves and present + code[9:] in self.live
        }
        return {former: present for former, present in self.moves.items() if former not in astray}


def _ends(change: Change) -> bool:
    return change.kind in ENDING or (change.kind == "split" and change.code not in change.successors)
