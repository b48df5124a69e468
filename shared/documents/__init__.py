"""Official documents from one description: Word, PDF and spreadsheet say the same.

How to make one (a bulletin, a weekly or monthly table of funds, a conference pack)::

    document = Document(
        title="绥棱县2026年11月财政衔接资金支出进度通报",
        issuer="绥棱县财政局",
        date=date(2026, 12, 3),
        blocks=(
            Heading(1, "总体进度"),                      # numbered by the writers: 一、（一）1.（1）
            Paragraph("截至11月30日，全县共支付21,185.83万元，支付率42.02%。"),
            Table("各单位支付进度", (Column("单位"), Column("已支付（万元）", "amount"), Column("支付率", "share")),
                  (("农业农村局", "3138.00", 0.4202), ("合计", "7739.00", 0.4202)), total=True),
            Chart("支付率", "column", ("4月", "5月"), (Series("支付率", (0.31, 0.42)),), "share"),
        ),
    )
    content = pdf_of(document)      # also docx_of, xlsx_of: bytes, after some tenths of a second
    form = wants_document(request)  # by Accept: json, docx, pdf, xlsx
    if form != "json":
        return await document_response(form, document, stem)    # made beside the event loop

Rules of the page are GB/T 9704—2012 (党政机关公文格式): A4, 22 lines of 28 characters, 小标宋 title, 仿宋 body,
黑体 and 楷体 headings, page numbers outside, record of printing at the foot of the last page. A red head stands where
``red_head`` names one; without it the document is a plain report. A chart always has its table beneath: its own
figures, unless the table that follows holds them already (``table_follows``).

Cells and chart values are plain: text, numbers, decimals as text (``"3138.00"``), None for what is not there; a
column's ``kind`` says how they are shown. ``to_json`` and ``from_json`` keep a document as it was issued.
"""

from shared.documents.content import Block, Cell, Chart, Column, Document, Heading, Paragraph, Series, Table
from shared.documents.keeping import from_json, to_json
from shared.documents.pdf import pdf_of
from shared.documents.responses import DOCUMENT_ANSWERS, document_response, wants_document
from shared.documents.spreadsheet import xlsx_of
from shared.documents.word import docx_of

__all__ = [
    "DOCUMENT_ANSWERS",
    "Block",
    "Cell",
    "Chart",
    "Column",
    "Document",
    "Heading",
    "Paragraph",
    "Series",
    "Table",
    "document_response",
    "docx_of",
    "from_json",
    "pdf_of",
    "to_json",
    "wants_document",
    "xlsx_of",
]
