"""The sections of a bulletin on what was inspected: overdue steps, re-checks, problems, calls, ranking. No I/O."""

from collections.abc import Iterator
from typing import Any, Final

from services.warning_api.bulletins.figures import RECTIFIED, added
from services.warning_api.bulletins.view import View, with_data
from services.warning_api.bulletins.wording import counted, joined, listed, percent
from shared.documents import Block, Column, Paragraph, Table

_PROBLEM_COLUMNS: Final = ("发现", "已整改", "已销号", "退回", "逾期", "已复查", "复查不合格")
_CONSEQUENCES: Final = {"warning": "提醒", "yellow_card": "黄牌", "removal_proposed": "建议调整"}


def inspection_sections(view: View, now: str) -> Iterator[tuple[str, Iterator[Block]]]:
    """Titles and blocks; ``now`` is 本月 or 本季度."""
    yield "逾期事项", steps(view)
    yield "抽查复核情况", rechecks(view, now)
    yield "问题整改情况", problems(view)
    yield "督查情况", supervision(view, now)
    yield "乡镇排序情况", ranking(view)


def steps(view: View) -> Iterator[Block]:
    """What is late on the day of the figures, whoever is waited for."""
    rows = view.steps()
    if not rows:
        return
    named = list(dict.fromkeys(name for row in rows for name in row["who"]))
    yield Paragraph(
        joined(
            f"截至统计日，各环节尚有逾期事项{'' if view.beyond else counted(added(r['late'] for r in rows), '件')}",
            f"涉及{listed(named)}" if named else "",
        )
        + "。"
    )
    yield Table(
        "各环节逾期事项（件）",
        (Column("环节"), Column("逾期", "count")),
        tuple((row["name"], view.cell(row["late"])) for row in rows),
    )


def rechecks(view: View, now: str) -> Iterator[Block]:
    rows = with_data(view.rechecks(), "sample")
    if not rows:
        return
    sampled, done = added(row["sample"] for row in rows), added(row["done"] for row in rows)
    differing = added(row["disagreed"] for row in rows)
    if not view.beyond:
        yield Paragraph(
            joined(
                f"{now}随机抽查复核{counted(sampled, '户')}",
                f"已完成{counted(done, '户')}",
                f"与原核查结论不一致{counted(differing, '户')}" if differing else "未发现结论不一致",
                f"不一致率{percent(differing, done)}" if differing and done else "",
            )
            + "。"
        )
    yield Table(
        "各乡镇抽查复核情况（户）",
        (Column("乡镇"), *(Column(word, "count") for word in ("抽取", "已复核", "结论不一致"))),
        tuple(
            (row["name"], *(view.cell(row[name]) for name in ("sample", "done", "disagreed"))) for row in rows
        ),
    )


def problems(view: View) -> Iterator[Block]:
    """双交办: by department and by place."""
    for by, word in (("department", "部门"), ("township", "乡镇")):
        rows = with_data(view.problems(by), "found")
        if not rows:
            continue
        found, rectified = added(row["found"] for row in rows), added(row["rectified"] for row in rows)
        late = [row["name"] for row in rows if row["overdue"] is None or row["overdue"] > 0]
        if not view.beyond:
            yield Paragraph(
                joined(
                    f"交办{word}的检查、抽查发现问题{counted(found, '个')}",
                    f"已整改{counted(rectified, '个')}",
                    f"整改率{percent(rectified, found)}",
                    f"有逾期未整改的为{listed(late)}" if late else "无逾期未整改",
                )
                + "。"
            )
        yield Table(
            f"各{word}问题整改情况（个）",
            (Column(word), *(Column(name, "count") for name in _PROBLEM_COLUMNS)),
            tuple((row["name"], *(view.cell(row[name]) for name in RECTIFIED)) for row in rows),
        )


def supervision(view: View, now: str) -> Iterator[Block]:
    """Telephone survey, petitions passed down, progress reported in time: each where there was any."""
    survey: dict[str, Any] | None = view.counts("survey")
    if survey is not None:
        yield Paragraph(
            joined(
                f"{now}电话抽查已接通{counted(survey['reached'], '户')}",
                f"未接通{counted(survey['unreachable'], '户')}" if survey["unreachable"] != 0 else "",
                f"反映问题{counted(survey['with_problems'], '户')}"
                if survey["with_problems"] != 0
                else "未反映问题",
            )
            + "。"
        )
    petitions: dict[str, Any] | None = view.counts("petitions")
    if petitions is not None:
        yield Paragraph(
            joined(
                f"{now}承办上级交办信访件{counted(petitions['received'], '件')}",
                f"办结{counted(petitions['closed'], '件')}",
                f"按期办结{counted(petitions['closed_in_time'], '件')}" if petitions["closed"] != 0 else "",
                f"逾期{counted(petitions['overdue'], '件')}" if petitions["overdue"] != 0 else "无逾期",
            )
            + "。"
        )
    progress = view.figures.get("progress")
    if progress:
        yield Paragraph(
            joined(
                f"{now}应报送工作进展{progress['due']}次",
                f"按时报送{progress['reported']}次",
                f"迟报{len(progress['late'])}次（{listed(progress['late'])}）" if progress["late"] else "",
                f"未报{len(progress['missing'])}次（{listed(progress['missing'])}）"
                if progress["missing"]
                else "无漏报",
            )
            + "。"
        )


def ranking(view: View) -> Iterator[Block]:
    """The published ranking of the quarter; what follows for the last places only where people have decided it."""
    found = view.figures.get("ranking")
    if not found:
        return
    last = [line["name"] for line in found["lines"] if line["last"]]
    yield Paragraph(
        joined(
            f"本季度对{len(found['lines'])}个乡镇进行排序",
            f"列后几名的为{listed(last, most=20)}" if last else "",
            "数据尚不完整，以下为已有数据的排序" if not found["complete"] else "",
        )
        + "。"
    )
    for kind, word in _CONSEQUENCES.items():
        names = [item["name"] for item in found["consequences"] if item["kind"] == kind]
        if names:
            yield Paragraph(f"经研究，对{listed(names, most=20)}予以{word}。")
    # From the score of a township its rates can be reckoned, which are hidden where they stand for few.
    columns = (Column("名次", "count"), Column("乡镇"), *(() if view.beyond else (Column("得分", "amount"),)))
    told = ("rank", "name") if view.beyond else ("rank", "name", "score")
    yield Table("各乡镇排序", columns, tuple(tuple(line[name] for name in told) for line in found["lines"]))
