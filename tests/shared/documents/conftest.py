"""An official document that has a bit of everything."""

from datetime import date
from functools import lru_cache

import pytest

from shared.documents import Chart, Column, Document, Heading, Paragraph, Series, Table, pdf_of

TOWNSHIPS = ("绥棱镇", "上集镇", "四海店镇", "双岔河镇", "阁山镇", "长山镇", "靠山乡", "后头乡", "克音河乡")

#: Rare characters: in the fonts that are installed with us, but for the first.
RARE = "𬱟㛃䶮"
IN_NO_FONT = "𠮷"


def made(**changes: object) -> Document:
    """The document with some of its parts changed."""
    parts = {
        "title": "绥棱县2026年11月防止返贫预警核查工作调度情况通报",
        "issuer": "绥棱县农业农村局",
        "date": date(2026, 12, 3),
        "red_head": "绥棱县农业农村局文件",
        "number": "绥农监〔2026〕11号",
        "addressees": "各乡镇人民政府，县直有关部门",
        "attachments": ("各乡镇核查情况", "逾期清单"),
        "copies": "县委办公室，县政府办公室，市农业农村局，县纪委监委，县财政局，县审计局，县统计局",
        "printed_by": "绥棱县农业农村局办公室",
        "blocks": (
            Heading(1, "总体情况"),
            Paragraph(f"本月共接收行业部门预警1,234条，比上月增加50条，增长4.2%，涉及{RARE}等村。"),
            Chart(
                "推送趋势",
                "line",
                ("9月", "10月", "11月"),
                (Series("备案", (980, None, 1234)), Series("已核查", (900, 1000, 1100))),
            ),
            Heading(2, "乡镇核查情况"),
            Chart(
                "按时核查率",
                "bar",
                TOWNSHIPS,
                (Series("按时核查率", tuple(0.99 - 0.03 * n for n in range(9))),),
                "share",
                table_follows=True,
            ),
            Table(
                "各乡镇核查情况",
                (
                    Column("乡镇"),
                    Column("按时核查率", "share"),
                    Column("派发", "count"),
                    Column("金额", "amount"),
                ),
                (
                    *((TOWNSHIPS[n % 9], 0.99, 1000 + n, "15100.50") for n in range(60)),
                    ("合计", 0.9, None, "＊"),
                ),
                total=True,
                note="注：＊为不予显示的数。",
            ),
            Heading(1, "存在问题"),
            Paragraph("个别乡镇核查超期。"),
        ),
        **changes,
    }
    return Document(**parts)  # type: ignore[arg-type]


#: Most tests look at the same PDF; setting it takes most of a second.
pdf_once = lru_cache(pdf_of)


@pytest.fixture
def document() -> Document:
    return made()
