"""The Word document, opened again; where LibreOffice is installed, converted by it as well."""

import shutil
import subprocess
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import docx
import pytest
from docx.oxml.ns import qn
from PIL import Image
from pypdfium2 import PdfDocument

from shared.documents import Document, Paragraph, docx_of
from tests.shared.documents.conftest import IN_NO_FONT, RARE, made, pdf_once

MILLIMETRE = 36_000


def test_paragraphs_headings_and_tables_are_words_own(document: Document) -> None:
    word = docx.Document(BytesIO(docx_of(document)))
    texts = [paragraph.text for paragraph in word.paragraphs]
    styles = {paragraph.text: paragraph.style.name for paragraph in word.paragraphs if paragraph.style}
    assert styles["一、总体情况"] == "Heading 1"
    assert styles["（一）乡镇核查情况"] == "Heading 2"
    assert styles[document.title] == "Title"
    lines = ("绥棱县2026年11月", "防止返贫预警核查工作调度情况通报")
    in_lines = docx.Document(BytesIO(docx_of(made(title_lines=lines))))
    assert "\n".join(lines) in [paragraph.text for paragraph in in_lines.paragraphs]
    for said in (
        document.red_head,
        document.number,
        "各乡镇人民政府，县直有关部门：",
        "附件：1．各乡镇核查情况",
        "2026年12月3日",
    ):
        assert said in texts
    trend, townships, printing = word.tables
    assert [cell.text for cell in trend.rows[0].cells] == ["", "备案", "已核查"]
    assert [cell.text for cell in trend.rows[2].cells] == ["10月", "—", "1,000"]
    assert [cell.text for cell in townships.rows[-1].cells] == ["合计", "90.00%", "—", "＊"]
    assert len(townships.rows) == 62
    assert printing.rows[1].cells[0].text == "绥棱县农业农村局办公室"
    assert word.core_properties.title == document.title


@pytest.mark.parametrize("nothing", ["\ufffe", "\uffff", "\ufdd0", "\U0010ffff"])
def test_what_is_no_character_is_left_out(nothing: str) -> None:
    word = docx.Document(BytesIO(docx_of(made(blocks=(Paragraph(f"本月{nothing}共接收预警。"),)))))
    assert "本月共接收预警。" in [paragraph.text for paragraph in word.paragraphs]


def test_the_page_is_that_of_the_standard(document: Document) -> None:
    word = docx.Document(BytesIO(docx_of(document)))
    section = word.sections[0]
    sides = (section.page_width, section.page_height, section.top_margin, section.bottom_margin)
    assert [round(side / MILLIMETRE) for side in (*sides, section.left_margin, section.right_margin)] == [
        210, 297, 37, 35, 28, 26,
    ]  # fmt: skip
    grid = section._sectPr.find(qn("w:docGrid"))
    # 22 lines in 225 mm
    assert grid.get(qn("w:linePitch")) == "579"
    assert word.settings.odd_and_even_pages_header_footer
    assert section.footer.paragraphs[0].text == "— 1 —"
    assert section.footer.paragraphs[0].alignment != section.even_page_footer.paragraphs[0].alignment
    header = word.tables[1].rows[0]._tr.trPr
    assert header.find(qn("w:tblHeader")) is not None


def test_the_fonts_of_official_papers_are_named_with_what_comes_nearest(document: Document) -> None:
    content = docx_of(document)
    word = docx.Document(BytesIO(content))

    def font_of(text: str) -> tuple[str, float]:
        (run,) = next(p for p in word.paragraphs if p.text == text).runs
        return run._element.rPr.rFonts.get(qn("w:eastAsia")), run.font.size.pt

    assert font_of(document.title) == ("方正小标宋简体", 22)
    assert font_of("一、总体情况") == ("黑体", 16)
    assert font_of("（一）乡镇核查情况") == ("楷体_GB2312", 16)
    assert font_of("个别乡镇核查超期。") == ("仿宋_GB2312", 16)
    with ZipFile(BytesIO(content)) as parts:
        table = parts.read("word/fontTable.xml").decode()
    assert '<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋"/></w:font>' in table


def test_charts_are_pictures_with_words_for_those_who_cannot_see_them(document: Document) -> None:
    content = docx_of(document)
    word = docx.Document(BytesIO(content))
    assert [shape._inline.docPr.get("descr") for shape in word.inline_shapes] == [
        "推送趋势（数据见下表）",
        "按时核查率（数据见下表）",
    ]
    with ZipFile(BytesIO(content)) as parts:
        names = [name for name in parts.namelist() if name.startswith("word/media/")]
        pictures = [Image.open(BytesIO(parts.read(name))) for name in names]
    assert len(pictures) == 2
    for picture in pictures:
        assert picture.width > 1400
        assert (11, 92, 173) in {colour for _, colour in picture.convert("RGB").getcolors(1_000_000) or ()}


def test_no_character_is_lost_not_even_one_that_our_fonts_lack() -> None:
    title = f"{RARE}{IN_NO_FONT}村情况"
    word = docx.Document(BytesIO(docx_of(made(title=title, blocks=()))))
    assert title in [paragraph.text for paragraph in word.paragraphs]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_it_on_as_many_pages_as_the_pdf_has(document: Document, tmp_path: Path) -> None:
    (tmp_path / "document.docx").write_bytes(docx_of(document))
    subprocess.run(
        [
            "soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
            "--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "document.docx"),
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    with PdfDocument(tmp_path / "document.pdf") as pdf:
        pages = ["".join(page.get_textpage().get_text_range().split()) for page in pdf]
    text = "".join(pages)
    for said in (document.title, document.number, "一、总体情况", "抄送：县委办公室", RARE):
        assert said in text, said
    with PdfDocument(pdf_once(document)) as ours:
        assert abs(len(pages) - len(ours)) <= 1
    for number, page in enumerate(pages, 1):
        assert f"—{number}—" in page
