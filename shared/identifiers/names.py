"""Names of persons, in one form for comparing; whoever stores one keeps the name as it was sent beside it.

NFKC is not applied to the whole: it leaves the many middle dots apart and folds more than width. Rare
characters (𠮷, 𬱟, 㛃, 䶮) stay what they are.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MIDDLE_DOT = "·"

_DOTS = "•・‧∙⋅．･᛫⸱⸳●"
_HAN = r"[\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_BLANK_BESIDE_HAN = re.compile(rf"(?<={_HAN})\s+|\s+(?={_HAN})")
_DOT_BETWEEN_HAN = re.compile(rf"(?<={_HAN})\s*\.\s*(?={_HAN})")
_AROUND_DOT = re.compile(rf"[\s{MIDDLE_DOT}]*{MIDDLE_DOT}[\s{MIDDLE_DOT}]*")
_PLAIN_HAN = re.compile(r"[\u4e00-\u9fff]+")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060-\u2064\ufeff\u00ad\u180e\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def _fold_table() -> dict[int, str]:
    """Full and half width, and the Kangxi radicals that PDF text yields for ordinary characters."""
    table = {
        point: unicodedata.normalize("NFKC", chr(point))
        for start, stop in ((0xFF00, 0xFFF0), (0x2F00, 0x2FD6))
        for point in range(start, stop)
        if unicodedata.decomposition(chr(point))
    }
    table[0x3000] = " "
    return table | {ord(dot): MIDDLE_DOT for dot in _DOTS}


_FOLD = _fold_table()

# Characters that are read otherwise as a surname than as a word.
_SURNAMES = {
    "单": "shan", "仇": "qiu", "解": "xie", "曾": "zeng", "区": "ou", "查": "zha", "任": "ren", "朴": "piao",
    "盖": "ge", "尉迟": "yuchi", "万俟": "moqi", "长孙": "zhangsun", "乐": "yue", "翟": "zhai", "召": "shao",
    "缪": "miao", "覃": "qin", "员": "yun", "燕": "yan", "华": "hua", "宁": "ning", "尹": "yin",
}  # fmt: skip


def normalise_name(raw: str) -> str:
    """The name in NFC, half-width, with one kind of middle dot, without invisible characters.

    Blanks go beside Han characters and dots; between Latin words one stays.
    """
    if _PLAIN_HAN.fullmatch(raw):
        return raw
    text = unicodedata.normalize("NFC", _CONTROL.sub("", _INVISIBLE.sub("", raw)).translate(_FOLD))
    text = _BLANK_BESIDE_HAN.sub("", _DOT_BETWEEN_HAN.sub(MIDDLE_DOT, text.strip()))
    text = _AROUND_DOT.sub(MIDDLE_DOT, text).strip(MIDDLE_DOT)
    return " ".join(text.split())


def mask_name(name: str) -> str:
    """The first character and a star, however long the name is (contract.md, Everywhere)."""
    return name[0] + "*" if name else ""


@lru_cache(maxsize=65_536)
def name_pinyin(name: str) -> str:
    """The name's sound in small letters without tones or separators: 单雄信 is `shanxiongxin`.

    Characters that pypinyin does not know stay themselves.
    """
    # Imported where it is needed: its dictionaries are large and only the registry asks for sounds.
    from pypinyin import lazy_pinyin

    name = normalise_name(name)
    surname = next((name[:length] for length in (2, 1) if name[:length] in _SURNAMES), "")
    rest = name[len(surname) :]
    sounds = "".join(lazy_pinyin(rest)) if rest else ""
    return "".join((_SURNAMES.get(surname, "") + sounds).replace(MIDDLE_DOT, "").lower().split())
