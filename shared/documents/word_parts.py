"""What python-docx has no words for: East Asian fonts, the grid of the page, page numbers outside, rules."""

from typing import Any, Final

from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.oxml import serialize_part_xml
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from shared.documents import page
from shared.documents.content import Document
from shared.documents.drawing import Colour
from shared.documents.fonts import Fonts, Role, printable
from shared.documents.lines import broken
from shared.documents.numerals import chinese_date

WORD_FONTS: Final[dict[Role, str]] = {
    "title": "方正小标宋简体",
    "body": "仿宋_GB2312",
    "heading": "黑体",
    "subheading": "楷体_GB2312",
}
LATIN: Final = "Times New Roman"

#: What comes nearest where the font itself is not installed.
_ALTERNATIVES: Final = {
    "方正小标宋简体": "宋体",
    "仿宋_GB2312": "仿宋",
    "黑体": "SimHei",
    "楷体_GB2312": "楷体",
}
_TWIPS_A_MM: Final = 1440 / 25.4
_RECORD_PITCH: Final = 22

#: What makes 28 characters of 16 points fill a line, in twentieths of a point. A grid of characters would say the
#: same, but LibreOffice sets every cell and heading by it as well.
BODY_SPACING: Final = round((page.CHARACTER / page.POINT - page.BODY_SIZE) * 20)


#: What follows the switch of the grid within a paragraph's properties.
_AFTER_GRID: Final = ("w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:rPr", "w:sectPr")


def element(tag: str, **values: object) -> Any:
    """``w:tag`` with attributes ``w:name``."""
    made = OxmlElement(f"w:{tag}")
    for name, value in values.items():
        made.set(qn(f"w:{name}"), str(value))
    return made


def written(text: str) -> str:
    """Without what no XML can hold; line ends stay."""
    return "\n".join(printable(line) for line in text.split("\n"))


def fonts_of_run(run: Run, role: Role, size: float) -> None:
    run.font.size = Pt(size)
    run.font.bold = False
    run.font.italic = False
    run.font.color.rgb = RGBColor(0, 0, 0)
    run.font.name = LATIN
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), WORD_FONTS[role])
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)


def layout_of_page(word: WordDocument) -> None:
    """A4, the margins and the grid of 22 lines of 28 characters."""
    section = word.sections[0]
    section.page_width, section.page_height = Mm(page.WIDTH), Mm(page.HEIGHT)
    section.top_margin, section.bottom_margin = Mm(page.TOP), Mm(page.BOTTOM)
    section.left_margin, section.right_margin = Mm(page.LEFT), Mm(page.RIGHT)
    section.footer_distance = Mm(22)
    grid = element("docGrid", type="lines", linePitch=int(page.LINE * _TWIPS_A_MM))
    properties = section._sectPr
    for old in properties.findall(qn("w:docGrid")):
        properties.remove(old)
    properties.append(grid)
    normal = word.styles["Normal"]
    normal.font.name, normal.font.size = LATIN, Pt(page.BODY_SIZE)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), WORD_FONTS["body"])
    language = element("lang", val="zh-CN", eastAsia="zh-CN")
    normal.element.get_or_add_rPr().append(language)


def name_alternatives(word: WordDocument) -> None:
    """The font table tells what to put in for a font that is missing."""
    part = word.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    fonts = parse_xml(part.blob)
    for name, alternative in _ALTERNATIVES.items():
        font = element("font", name=name)
        font.append(element("altName", val=alternative))
        fonts.append(font)
    part._blob = serialize_part_xml(fonts)


def page_numbers(word: WordDocument) -> None:
    """— 1 — on the outside: right on odd pages, left on even ones, one character from the edge."""
    word.settings.odd_and_even_pages_header_footer = True
    section = word.sections[0]
    for footer, align in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.alignment = align
        inner = Mm(page.CHARACTER)
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = inner
        for text in ("— ", None, " —"):
            run = paragraph.add_run(text or "")
            fonts_of_run(run, "title", page.NOTE_SIZE)
            run._element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
            if text is None:
                _field(run, "PAGE")


def _field(run: Run, code: str) -> None:
    run._element.append(element("fldChar", fldCharType="begin"))
    instruction = element("instrText")
    instruction.text = code
    run._element.append(instruction)
    run._element.append(element("fldChar", fldCharType="separate"))
    shown = element("t")
    shown.text = "1"
    run._element.append(shown)
    run._element.append(element("fldChar", fldCharType="end"))


def rule_below(paragraph: Paragraph, colour: Colour) -> None:
    """The red rule beneath the 文号."""
    bordered(paragraph, "{:02X}{:02X}{:02X}".format(*colour))


def bordered(paragraph: Paragraph, colour: str | None) -> None:
    """A rule below the paragraph, 4 mm away; None takes away what its style brings."""
    borders = element("pBdr")
    if colour is None:
        borders.append(element("bottom", val="nil"))
    else:
        borders.append(element("bottom", val="single", sz=14, space=11, color=colour))
    paragraph._element.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:wordWrap", "w:snapToGrid",
        *_AFTER_GRID,
    )  # fmt: skip


def record_of_printing(word: WordDocument, fonts: Fonts, document: Document) -> None:
    """版记 at the foot of the last page, between rules: a table that does not move with the text."""
    rows = []
    if document.copies:
        room = (page.TEXT_WIDTH - page.CHARACTER) / (page.NOTE_SIZE * page.POINT)
        text = f"抄送：{document.copies}。"
        rows.append((text, "", len(broken(text, room, lambda part: fonts.width("body", part)))))
    if document.printed_by:
        rows.append((document.printed_by, f"{chinese_date(document.date)}印发", 1))
    table = word.add_table(rows=len(rows), cols=2)
    for column in table.columns:
        # Older LibreOffice lets a table flow with the text that is as wide as the text.
        column.width = Mm(page.TEXT_WIDTH / 2 - 0.5)
    # A document does not end with a table; the paragraph takes no room.
    end = off_grid(word.add_paragraph())
    end.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    end.paragraph_format.line_spacing = Pt(1)
    height = sum(lines for _, _, lines in rows) * _RECORD_PITCH * 20
    top = round((page.TOP + page.TEXT_HEIGHT) * _TWIPS_A_MM - height)
    place = element("tblpPr", vertAnchor="page", horzAnchor="margin", tblpXSpec="center", tblpY=top)
    properties = table._tbl.tblPr
    properties.find(qn("w:tblW")).addprevious(place)
    borders = element("tblBorders")
    for side, size in (("top", 8), ("bottom", 8), ("insideH", 6)):
        borders.append(element(side, val="single", sz=size, space=0, color="000000"))
    properties.find(qn("w:tblLook")).addprevious(borders)
    for (left, right, _), row in zip(rows, table.rows, strict=True):
        cells = row.cells
        if right:
            _small(cells[0].paragraphs[0], left)
            _small(cells[1].paragraphs[0], right).alignment = WD_ALIGN_PARAGRAPH.RIGHT
        else:
            _small(cells[0].merge(cells[1]).paragraphs[0], left)


def off_grid(paragraph: Paragraph) -> Paragraph:
    """Not set on the lines of the page's grid: cells, captions, notes."""
    paragraph._element.get_or_add_pPr().insert_element_before(element("snapToGrid", val=0), *_AFTER_GRID)
    return paragraph


def _small(paragraph: Paragraph, text: str) -> Paragraph:
    off_grid(paragraph)
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = Mm(page.CHARACTER / 2)
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(_RECORD_PITCH)
    fonts_of_run(paragraph.add_run(written(text)), "body", page.NOTE_SIZE)
    return paragraph
