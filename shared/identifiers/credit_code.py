"""Unified social credit codes of organisations (GB 32100)."""

from __future__ import annotations

import re
import unicodedata

from stdnum.cn import uscc

# Registering authority and kind of organisation may be letters: village economic cooperatives begin with N2,
# which python-stdnum's own form check refuses. The letters I, O, S, V, Z are not used.
_FORM = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")


def is_credit_code(raw: str) -> bool:
    """Whether the text is a credit code with the right check character; blanks, small letters allowed."""
    code = uscc.compact(unicodedata.normalize("NFKC", raw))
    return bool(_FORM.fullmatch(code)) and uscc.calc_check_digit(code[:17]) == code[17]
