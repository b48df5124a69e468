"""The PDF, read again by another library."""

import logging
from ctypes import byref, c_int, create_string_buffer
from pathlib import Path
from shutil import copy

import pypdfium2.raw as pdfium
import pytest
from fontTools.ttLib import TTFont
from pypdfium2 import PdfDocument

from shared.documents import Document, Heading, Paragraph
from shared.documents.fonts import bundled
from tests.shared.documents.conftest import IN_NO_FONT, RARE, TOWNSHIPS, made, pdf_once


def pages_of(document: Document, directory: Path | None = None) -> list[str]:
    """The text of each page, without line ends, which stand wherever a line was full."""
    with PdfDocument(pdf_once(document, directory)) as pdf:
        return [
            page.get_textpage().get_text_range().replace("\r", "").replace("\n", "").replace("\ufffe", "")
            for page in pdf
        ]


def text_of(document: Document) -> str:
    return "".join(pages_of(document))


def fonts_of(document: Document, directory: Path | None = None) -> set[str]:
    found = set()
    with PdfDocument(pdf_once(document, directory)) as pdf:
        for page in pdf:
            text = page.get_textpage()
            for place in range(text.count_chars()):
                name = create_string_buffer(100)
                pdfium.FPDFText_GetFontInfo(text, place, name, 100, byref(c_int()))
                found.add(name.value.decode().partition("+")[2])
    return found - {""}


def test_it_says_everything_on_a4_pages(document: Document) -> None:
    text = text_of(document)
    for said in (
        document.title,
        document.issuer,
        document.number,
        "2026年12月3日",
        "一、总体情况",
        "（一）乡镇核查情况",
        "二、存在问题",
        "增长4.2%",
        "附件：1．各乡镇核查情况",
        "抄送：县委办公室",
        "2026年12月3日印发",
        "图1　推送趋势",
        "表2　各乡镇核查情况",
        "15,100.50",
        "1,059",
        "99.00%",
        *TOWNSHIPS,
    ):
        assert said in text, said
    with PdfDocument(pdf_once(document)) as pdf:
        assert {tuple(map(round, page.get_size())) for page in pdf} == {(595, 842)}
        assert pdf.get_metadata_dict()["Title"] == document.title


def test_pages_are_numbered_and_the_header_of_a_long_table_comes_again(document: Document) -> None:
    pages = pages_of(document)
    assert len(pages) >= 4
    for number, text in enumerate(pages, 1):
        assert f"— {number} —" in text
    with_rows = [text for text in pages if "15,100.50" in text]
    assert len(with_rows) >= 2
    assert all("按时核查率" in text for text in with_rows)


def test_every_font_is_embedded_and_only_what_is_used_of_it(document: Document) -> None:
    assert fonts_of(document) == {"NotoSerifSC", "NotoSansSC"}
    content = pdf_once(document)
    assert content.count(b"/FontFile3") == 2
    assert len(content) < 400_000


def test_a_rare_character_is_shown_and_one_that_no_font_has_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    text = text_of(made(blocks=(Paragraph(f"{RARE}村、{IN_NO_FONT}祥村。"),)))
    assert f"{RARE}村、〓祥村。" in text
    assert "统一码依次为U+20BB7" in text
    assert caplog.records == []
    assert "统一码" not in text_of(made(blocks=(Paragraph(RARE),)))


def test_fonts_of_the_site_come_first_and_help_out(tmp_path: Path, document: Document) -> None:
    """A font by the name that 公文 ask for; a file beside it that is none."""
    with TTFont(bundled("heading")) as font:
        for record in font["name"].names:
            if record.nameID in (1, 4, 16):
                record.string = "方正小标宋简体"
        font.save(tmp_path / "title.otf")
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    copy(__file__, tmp_path / "readme.txt")
    assert "方正小标宋简体" in fonts_of(document, tmp_path)
    assert "方正小标宋简体" not in fonts_of(document)


def test_a_heading_is_never_left_behind_at_the_foot_of_a_page() -> None:
    for lines in range(8, 12):
        blocks = (
            *(Paragraph(f"第{n}段。") for n in range(lines)),
            Heading(1, "标题"),
            Paragraph("正文开始。"),
        )
        pages = pages_of(made(blocks=blocks))
        (with_heading,) = [page for page in pages if "一、标题" in page]
        assert "正文开始" in with_heading


def test_without_head_number_and_record_of_printing_it_is_a_plain_report() -> None:
    plain = made(red_head="", number="", copies="", printed_by="", addressees="", attachments=(), mark="草稿")
    text = text_of(plain)
    assert "草稿" in text
    for absent in ("文件", "抄送", "印发", "附件", "各乡镇人民政府"):
        assert absent not in text


def test_a_title_stands_in_the_lines_that_it_is_given() -> None:
    lines = ("绥棱县2026年11月", "防止返贫预警核查工作调度情况通报")
    with PdfDocument(pdf_once(made(title_lines=lines))) as pdf:
        assert "\r\n".join(lines) in pdf[0].get_textpage().get_text_range()


def test_the_head_is_red_and_nothing_runs_out_of_the_text(document: Document) -> None:
    with PdfDocument(pdf_once(document)) as pdf:
        first, *others = [page.render(scale=1).to_pil().convert("RGB") for page in pdf]
    red = {(208, 18, 18)}
    assert red <= {colour for _, colour in first.getcolors(1_000_000)}
    for picture in (first, *others):
        # 28 and 26 mm at 72 dots an inch; the page number stands below the text
        left, right = picture.crop((0, 0, 78, 842)), picture.crop((523, 0, 595, 842))
        # an edge that falls between two dots leaves a shade
        assert min(low for part in (left, right) for low, _ in part.getextrema()) > 230
