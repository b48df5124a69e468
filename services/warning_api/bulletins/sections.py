"""The sections of a bulletin on the loop, each from the figures that it speaks of. No I/O."""

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from services.warning_api.bulletins.figures import Row, added
from services.warning_api.bulletins.inspection_sections import inspection_sections
from services.warning_api.bulletins.rules import month_words
from services.warning_api.bulletins.view import View, with_data
from services.warning_api.bulletins.wording import compared, counted, joined, listed, percent
from shared.documents import Block, Cell, Chart, Column, Paragraph, Series, Table

_STATES: Final = ("pushed", "nil_report", "missing", "awaited")

#: More bars than these are left to the table.
_MOST_BARS: Final = 80
_MOST_COLUMNS: Final = 12


class Sections:
    """``all`` gives titles and blocks; a section that has nothing to say has no blocks."""

    def __init__(self, view: View) -> None:
        self.view = view
        monthly = view.kind == "monthly"
        self.now = "本月" if monthly else "本季度"
        self.last = "上月" if monthly else "上季度"
        self.totals = view.totals(view.this)

    def all(self) -> Iterator[tuple[str, Iterator[Block]]]:
        yield "总体情况", self.overview()
        yield "部门推送情况", self.departments()
        yield "乡镇核查情况", self.townships()
        yield "预警类型分布", self.indicators()
        yield "部门落实反馈情况", self.answers()
        yield from inspection_sections(self.view, self.now)

    def overview(self) -> Iterator[Block]:
        totals = self.totals
        if totals is None:
            yield Paragraph(f"{self.now}全县未接收到行业部门推送的预警信息。")
            return
        before = self.view.totals(self.view.before)
        year_ago = self.view.totals(self.view.year_ago)
        now = totals["pushed"]
        yield Paragraph(
            joined(
                f"{self.now}全县共接收行业部门预警{counted(now, '条')}",
                compared(now, before["pushed"], "条", self.last) if before else "",
                compared(now, year_ago["pushed"], "条", "上年同期") if year_ago else "",
                f"退回不合规记录{counted(totals['rejected'], '条')}" if totals["rejected"] != 0 else "",
                f"备案{counted(totals['filed'], '条')}",
                f"派发核查{counted(totals['dispatched'], '条')}",
            )
            + "。"
        )
        if totals["filed"] == 0:
            return
        yield Paragraph(
            joined(
                f"已核查{counted(totals['verified'], '条')}",
                f"核查率{percent(totals['verified'], totals['dispatched'])}"
                if totals["dispatched"] and totals["verified"] is not None
                else "",
                f"确认存在风险{counted(totals['risk_confirmed'], '条')}",
                f"已反馈{counted(totals['fed_back'], '条')}",
                # Hidden also where few are left of many: then it is not told at all.
                f"已办结{counted(totals['closed'], '条')}" if totals["closed"] is not None else "",
                f"逾期未核查{counted(totals['overdue'], '条')}" if totals["overdue"] != 0 else "无逾期未核查",
            )
            + "。"
        )
        yield from self._trend()

    def _trend(self) -> Iterator[Block]:
        months = self.view.months()
        if len(months) < 2:
            return
        names = (("filed", "备案"), ("verified", "已核查"), ("risk_confirmed", "确认风险"))
        yield Chart(
            "近月预警备案和核查趋势",
            "line",
            tuple(month_words(cycle) for cycle, _ in months),
            tuple(Series(word, tuple(totals[name] for _, totals in months)) for name, word in names),
        )

    def departments(self) -> Iterator[Block]:
        view = self.view
        rows = with_data(view.rows("department", view.this), "pushed")
        names = [row["name"] for row in rows]
        lines = view.pushes()
        if lines:
            yield Paragraph(self._who_pushed(lines))
        if not rows:
            return
        earlier = {row["key"]: row for row in view.rows("department", view.before)}
        known = view.totals(view.before) is not None
        series = [Series(self.now, tuple(row["pushed"] for row in rows))]
        if known:
            before = tuple(earlier[row["key"]]["pushed"] if row["key"] in earlier else 0 for row in rows)
            series.append(Series(self.last, before))
        form: Literal["column", "bar"] = "column" if len(rows) <= _MOST_COLUMNS else "bar"
        yield Chart("各部门推送预警数", form, tuple(names), tuple(series), table_follows=True)
        columns = [Column("部门"), Column(self.now, "count")]
        columns += [Column(self.last, "count")] if known else []
        columns += [Column(word, "count") for word in ("退回", "备案", "确认风险", "已反馈", "已办结")]
        table = []
        for place, row in enumerate(rows):
            cells: list[Cell] = [row["name"], view.cell(row["pushed"])]
            cells += [view.cell(series[1].values[place])] if known else []  # type: ignore[arg-type]
            shown = ("rejected", "filed", "risk_confirmed", "fed_back", "closed")
            table.append((*cells, *(view.cell(row[name]) for name in shown)))
        yield Table("各部门推送和办理情况（条）", tuple(columns), tuple(table))

    def _who_pushed(self, lines: Sequence[Row]) -> str:
        """How many have pushed, and by name those who have not or were late."""
        if self.view.kind == "monthly":
            of = {state: [line["name"] for line in lines if line["state"] == state] for state in _STATES}
            late = [line["name"] for line in lines if line["late"]]
            return (
                joined(
                    f"应推送部门{len(lines)}个",
                    f"已推送{len(of['pushed'])}个",
                    f"申报无预警{len(of['nil_report'])}个" if of["nil_report"] else "",
                    _silent(of["missing"], of["awaited"], "未推送也未申报", "个（{}）"),
                    f"逾期推送{len(late)}个（{listed(late)}）" if late else "",
                )
                + "。"
            )
        missing, awaited = (
            [_in_month(line) for line in lines if line["state"] == state] for state in ("missing", "awaited")
        )
        late = [_in_month(line) for line in lines if line["late"]]
        return (
            joined(
                f"应推送{len(lines)}部门次",
                f"已推送{sum(line['state'] == 'pushed' for line in lines)}部门次",
                f"申报无预警{sum(line['state'] == 'nil_report' for line in lines)}部门次",
                _silent(missing, awaited, "缺报", "部门次：{}"),
                f"逾期推送{len(late)}部门次：{listed(late)}" if late else "",
            )
            + "。"
        )

    def townships(self) -> Iterator[Block]:
        view = self.view
        rows = with_data(view.rows("township", view.this), "dispatched")
        if not rows:
            return
        behind = [row["name"] for row in rows if row["overdue"] is None or row["overdue"] > 0]
        late = added(row["overdue"] for row in rows)
        yield Paragraph(
            f"{self.now}共有{len(rows)}个乡镇接到核查任务。"
            + (
                f"尚有逾期未核查{'' if late is None else counted(late, '条')}，涉及{listed(behind)}。"
                if behind
                else "各乡镇均无逾期未核查。"
            )
        )
        ranked = sorted((row for row in rows if row["on_time_share"] is not None), key=_by_share)
        if len(ranked) > 1 and len(ranked) <= _MOST_BARS:
            yield Chart(
                "各乡镇按时核查率",
                "bar",
                tuple(row["name"] for row in ranked),
                (Series("按时核查率", tuple(row["on_time_share"] for row in ranked)),),
                "share",
                table_follows=True,
            )
        names = ("dispatched", "received", "verified", "risk_confirmed", "overdue")
        without = [row for row in rows if row["on_time_share"] is None]
        columns = [Column("乡镇"), Column("按时核查率", "share")]
        columns += [Column(word, "count") for word in ("派发", "签收", "已核查", "确认风险", "逾期")]
        if view.kind == "monthly":
            columns.append(Column("核查用时中位数（天）", "number"))
        table = [
            (
                row["name"],
                row["on_time_share"],
                *(view.cell(row[name]) for name in names),
                *((row["median_days"],) if view.kind == "monthly" else ()),
            )
            for row in (*ranked, *without)
        ]
        yield Table("各乡镇核查情况（条）", tuple(columns), tuple(table))

    def indicators(self) -> Iterator[Block]:
        view = self.view
        rows = with_data(view.rows("indicator", view.this))
        if not rows:
            return
        rows.sort(key=lambda row: (-(row["filed"] or 0), row["key"]))
        if rows[0]["filed"]:
            yield Paragraph(
                f"{self.now}预警涉及{len(rows)}项指标，最多的为{rows[0]['name']}（{counted(rows[0]['filed'], '条')}）。"
            )
        earlier = {row["key"]: row for row in view.rows("indicator", view.before)}
        known = view.totals(view.before) is not None
        columns = [Column("预警指标"), Column(self.now, "count")]
        columns += [Column(self.last, "count")] if known else []
        columns += [Column("已核查", "count"), Column("确认风险", "count")]
        table = []
        for row in rows:
            before = earlier.get(row["key"])
            cells: list[Cell] = [row["name"], view.cell(row["filed"])]
            cells += [view.cell(before["filed"] if before else 0)] if known else []
            table.append((*cells, view.cell(row["verified"]), view.cell(row["risk_confirmed"])))
        yield Table("各类预警备案和核查情况（条）", tuple(columns), tuple(table))

    def answers(self) -> Iterator[Block]:
        """What waits for a department's answer: fed back and not closed."""
        totals = self.totals
        if totals is None or not totals["fed_back"] or totals["closed"] is None:
            return
        waiting = totals["fed_back"] - totals["closed"]
        yield Paragraph(
            joined(
                f"已向部门反馈核查结果{counted(totals['fed_back'], '条')}",
                f"其中办结{counted(totals['closed'], '条')}",
                f"尚待部门落实{counted(waiting, '条')}" if waiting else "已全部办结",
                f"其中逾期未反馈{counted(totals['answer_overdue'], '条')}"
                if totals["answer_overdue"] != 0
                else "",
                self._whose() if waiting else "",
            )
            + "。"
        )

    def _whose(self) -> str:
        """The departments that have not answered all; nothing where it is hidden of one whether it has."""
        rows = [row for row in self.view.rows("department", self.view.this) if row["fed_back"] != 0]
        if any(row["fed_back"] is None or row["closed"] is None for row in rows):
            return ""
        return f"涉及{listed([row['name'] for row in rows if row['fed_back'] > row['closed']])}"


def _by_share(row: Row) -> tuple[float, str]:
    """The best first, then by code."""
    return -row["on_time_share"], row["key"]


def _in_month(line: Row) -> str:
    return f"{line['name']}（{int(line['cycle'][5:])}月）"


def _silent(missing: Sequence[str], awaited: Sequence[str], word: str, who: str) -> str:
    """Of those who have not pushed: whose window is closed, and who still has time. ``who``: how they are named."""
    none = "" if awaited else "无缺报"
    return joined(
        f"{word}{len(missing)}{who.format(listed(missing))}" if missing else none,
        f"推送期内尚未推送{len(awaited)}{who.format(listed(awaited))}" if awaited else "",
    )
