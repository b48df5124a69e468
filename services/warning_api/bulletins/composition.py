"""A bulletin as a document: which sections it has, what they say. No I/O; sections without data are left out."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from services.warning_api.bulletins.rules import period_words, title_of
from services.warning_api.bulletins.sections import Sections
from services.warning_api.bulletins.view import View
from shared.documents import Block, Document, Heading, Paragraph


def compose(
    figures: Mapping[str, Any],
    form: Mapping[str, Any],
    assessment: str,
    day: date,
    *,
    number: str,
    draft: bool,
    beyond: bool,
    correcting: bool = False,
) -> Document:
    """``beyond``: for readers outside the county's bureau, small cells hidden. ``form`` is the county's parameter
    ``bulletin_form`` with the county's name put in."""
    view = View(figures, beyond=beyond)
    title = title_of(figures["kind"], figures["period"], figures["county_name"], correcting=correcting)
    return Document(
        title="".join(title),
        title_lines=title,
        issuer=form["issuer"],
        date=day,
        red_head=form["red_head"],
        number=number,
        mark="草稿" if draft else "",
        addressees=form["addressees"],
        copies=form["copies"],
        printed_by=form["printed_by"],
        blocks=tuple(_blocks(view, assessment)),
    )


def _blocks(view: View, assessment: str) -> Iterator[Block]:
    figures = view.figures
    words = period_words(figures["kind"], figures["period"])
    until = date.fromisoformat(figures["as_of"])
    yield Paragraph(
        f"按照“横向推送、纵向核查”工作机制，现将{words}预警信息推送、比对、派发、核查、反馈情况通报如下"
        f"（数据截至{until.year}年{until.month}月{until.day}日）。"
    )
    for title, blocks in Sections(view).all():
        made = list(blocks)
        if made:
            yield Heading(1, title)
            yield from made
    if view.beyond:
        yield Paragraph("为保护个人信息，表中不足5的数及可据以推算的数以“＊”代替。")
    paragraphs = [line.strip() for line in assessment.splitlines() if line.strip()]
    if paragraphs:
        yield Heading(1, "工作评价和下一步要求")
        yield from map(Paragraph, paragraphs)
