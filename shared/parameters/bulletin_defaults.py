"""How a county's bulletins are headed and numbered."""

from typing import Final

from shared.parameters.default import FANGCHENG, PRACTICE, Default
from shared.parameters.shapes import Code, Named, Nullable, Words

#: ``{county}`` stands for the county's name, ``{year}`` and ``{number}`` are filled in when a bulletin is issued.
BULLETINS: Final[tuple[Default, ...]] = (
    Default(
        "bulletin_form",
        {
            "issuer": "{county}农业农村局",
            "red_head": "{county}农业农村局文件",
            "number": "农监〔{year}〕{number}号",
            "addressees": "各乡镇人民政府，县直有关部门",
            "copies": None,
            "printed_by": "{county}农业农村局办公室",
        },
        f"{FANGCHENG}；{PRACTICE}",
        "通报的落款、红头、文号、主送、抄送和印发机关；{county} 代县名，{year} 代年份，{number} 代序号",
        Named(
            {
                "issuer": Words(),
                "red_head": Nullable(Words()),
                "number": Code(
                    r"[^{}\s]{1,20}〔\{year\}〕[^{}\s]{0,10}\{number\}号", "如 绥农监〔{year}〕{number}号"
                ),
                "addressees": Nullable(Words()),
                "copies": Nullable(Words()),
                "printed_by": Nullable(Words()),
            }
        ),
    ),
)
