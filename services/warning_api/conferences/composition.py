"""The pack of a conference: risks by kind and place against earlier periods, what waits and for whom. No I/O."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from services.warning_api.bulletins.figures import added
from services.warning_api.bulletins.inspection_sections import problems, steps
from services.warning_api.bulletins.sections import Sections
from services.warning_api.bulletins.view import View, with_data
from services.warning_api.bulletins.wording import compared, counted, joined, listed
from services.warning_api.cycles.quarters import quarter_words
from shared.documents import Block, Chart, Column, Heading, Paragraph, Series, Table

#: The loop by risk and place; departments first, for the totals.
GROUPINGS: Final = ("department", "township", "risk_type")

#: A kind of risk is named as rising from these on: fewer are chance.
_WORTH_NAMING: Final = 5


class Pack:
    """From the figures of a quarter with ``GROUPINGS``."""

    def __init__(self, figures: Mapping[str, Any]) -> None:
        self.view = View(figures, beyond=False)
        self.sections = Sections(self.view)
        self.words = quarter_words(figures["period"])

    def blocks(self) -> Iterator[Block]:
        """Everything but agenda and conclusions, which are written later."""
        for title, blocks in (
            ("总体情况", self.sections.overview()),
            ("风险类型变化", self.kinds()),
            ("风险区域变化", self.places()),
            ("部门推送情况", self.sections.departments()),
            ("待部门落实事项", self.unanswered()),
            ("逾期事项", steps(self.view)),
            ("检查发现问题整改", problems(self.view)),
        ):
            made = list(blocks)
            if made:
                yield Heading(1, title)
                yield from made

    def kinds(self) -> Iterator[Block]:
        yield from _comparison("风险类型", self._three("risk_type"), self._known())

    def places(self) -> Iterator[Block]:
        yield from _comparison("乡镇", self._three("township"), self._known())

    def unanswered(self) -> Iterator[Block]:
        rows = [
            row for row in self.view.rows("department", self.view.this) if row["fed_back"] > row["closed"]
        ]
        if not rows:
            return
        waiting = added(row["fed_back"] - row["closed"] for row in rows)
        yield Paragraph(
            f"本季度已向部门反馈而尚未办结的预警{counted(waiting, '条')}，"
            f"涉及{listed([row['name'] for row in rows])}。"
        )
        yield Table(
            "待部门落实的预警（条）",
            (Column("部门"), Column("已反馈", "count"), Column("已办结", "count"), Column("待落实", "count")),
            tuple(
                (row["name"], row["fed_back"], row["closed"], row["fed_back"] - row["closed"])
                for row in sorted(rows, key=lambda row: (row["closed"] - row["fed_back"], row["key"]))
            ),
        )

    def agenda(self) -> list[str]:
        """What the figures suggest to talk about; the county changes it as it likes."""
        items = [f"通报{self.words}预警推送、核查和办结情况"]
        rising = self._rising()
        if rising:
            items.append(f"研判预警增加的风险类型：{listed(rising)}")
        missing = list(
            dict.fromkeys(line["name"] for line in self.view.pushes() if line["state"] == "missing")
        )
        if missing:
            items.append(f"未按月推送也未申报的部门说明情况：{listed(missing)}")
        if next(self.unanswered(), None) is not None:
            items.append("逐部门研究待落实事项，明确办结时限")
        if with_data(self.view.problems("department"), "found"):
            items.append("研究检查发现问题的整改")
        return [*items, "确定下一步措施和责任分工"]

    def _rising(self) -> list[str]:
        if self.view.totals(self.view.before) is None:
            return []
        now, before, _ = self._three("risk_type")
        return [
            word
            for key, (word, count) in now.items()
            if count >= _WORTH_NAMING and count > before.get(key, ("", 0))[1]
        ]

    def _three(self, by: str) -> list["Counts"]:
        """This quarter, the last, the same a year ago."""
        view = self.view
        return [
            {row["key"]: (row["name"], row["filed"]) for row in view.rows(by, cycles) if row["filed"]}
            for cycles in (view.this, view.before, view.year_ago)
        ]

    def _known(self) -> list[bool]:
        view = self.view
        return [view.totals(cycles) is not None for cycles in (view.this, view.before, view.year_ago)]


#: ``{key: (name, warnings filed)}``.
Counts = dict[str, tuple[str, int]]


def _comparison(what: str, periods: Sequence[Counts], known: Sequence[bool]) -> Iterator[Block]:
    """This quarter beside the last and the same a year ago, as far as anything is known of them."""
    now, *earlier = periods
    keys = sorted(
        {key for period in periods for key in period}, key=lambda key: (-now.get(key, ("", 0))[1], key)
    )
    if not known[0] or not keys:
        return
    names = {key: next(period[key][0] for period in periods if key in period) for key in keys}
    columns = [("本季度", now)]
    columns += [
        (word, period) for word, period, is_known in zip(("上季度", "上年同期"), earlier, known[1:], strict=True)
        if is_known
    ]  # fmt: skip
    largest = keys[0]
    count = now.get(largest, ("", 0))[1]
    yield Paragraph(
        joined(
            f"本季度预警最多的{what}为{names[largest]}，共{counted(count, '条')}",
            *(compared(count, period.get(largest, ("", 0))[1], "条", word) for word, period in columns[1:]),
        )
        + "。"
    )
    series = tuple(
        Series(word, tuple(period.get(key, ("", 0))[1] for key in keys)) for word, period in columns
    )
    yield Chart(
        f"各{what}预警数",
        "column" if len(keys) <= 12 else "bar",
        tuple(names[key] for key in keys),
        series,
        table_follows=True,
    )
    yield Table(
        f"各{what}预警数与以前各期比较（条）",
        (Column(what), *(Column(word, "count") for word, _ in columns)),
        tuple((names[key], *(part.values[place] for part in series)) for place, key in enumerate(keys)),
    )
