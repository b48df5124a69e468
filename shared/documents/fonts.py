"""Which font shows which character.

The fonts that 公文 are set in (方正小标宋, 仿宋, 楷体) are not free; a site that has them puts their files into the
directory named by ``BIHUAN_FONT_DIRECTORY``. Otherwise the fonts that are installed with us stand in: Noto Serif SC
and Noto Sans SC (SIL Open Font License), embedded into each PDF as far as it uses them. A character that a font
lacks is taken from the next, then from any other in the directory; one that none has is printed as 〓, the printer's
mark for a missing sort, and named at the end of the document.
"""

import os
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal

from fontTools.ttLib import TTCollection, TTFont, TTLibError

Role = Literal["title", "body", "heading", "subheading"]

#: What a font is called in its own name table, the best first.
WANTED: Final[dict[Role, tuple[str, ...]]] = {
    "title": ("方正小标宋简体", "方正小标宋_gbk", "fzxiaobiaosong-b05s", "fzxiaobiaosong-b05"),
    "body": ("仿宋_gb2312", "仿宋", "fangsong_gb2312", "fangsong", "stfangsong", "方正仿宋_gbk"),
    "heading": ("黑体", "simhei", "stheiti", "方正黑体_gbk"),
    "subheading": ("楷体_gb2312", "楷体", "kaiti_gb2312", "kaiti", "stkaiti", "方正楷体_gbk"),
}

#: The file that stands in for each.
BUNDLED: Final[dict[Role, str]] = {
    "title": "NotoSerifSC-Regular.otf",
    "body": "NotoSerifSC-Regular.otf",
    "heading": "NotoSansSC-Regular.otf",
    "subheading": "NotoSerifSC-Regular.otf",
}

#: The only white space that keeps its own width.
WIDE_SPACE: Final = "\u3000"

#: Printed for a character that no font has.
MISSING: Final = "〓"

_SUFFIXES = frozenset({".ttf", ".ttc", ".otf", ".otc"})
_NAMES = (1, 4, 6, 16)
_SHAPELESS = frozenset({"Cc", "Cf", "Cs"})

#: Code points that Unicode will never give to a character (23.7); no XML document holds the last of them.
_NONCHARACTERS = frozenset(
    [*range(0xFDD0, 0xFDF0), *(plane * 0x10000 + end for plane in range(17) for end in (0xFFFE, 0xFFFF))]
)


@dataclass(frozen=True)
class Face:
    """One font of a file; ``number`` is its place in a collection."""

    path: Path
    number: int = 0

    @property
    def key(self) -> str:
        """What the PDF knows it by."""
        return f"{self.path.stem}-{self.number}".lower()

    @cached_property
    def _tables(self) -> tuple[dict[int, str], Any, int]:
        with TTFont(self.path, fontNumber=self.number, lazy=True) as font:
            advances = {name: width for name, (width, _) in font["hmtx"].metrics.items()}
            return font.getBestCmap(), advances, font["head"].unitsPerEm

    def has(self, character: str) -> bool:
        return ord(character) in self._tables[0]

    def advance(self, character: str) -> float:
        """Its width as a share of the size; a full one for what the font lacks."""
        glyphs, advances, units = self._tables
        name = glyphs.get(ord(character))
        return 1.0 if name is None else float(advances[name]) / units


class Fonts:
    """The fonts of one document, and what they could not show (``lacking``, in the order met)."""

    def __init__(self, directory: Path | None) -> None:
        self._chains = chains(directory)
        self.lacking: dict[str, None] = {}

    def chain(self, role: Role) -> Sequence[Face]:
        return self._chains[role]

    def face(self, role: Role, character: str) -> tuple[Face, str]:
        """The font for a character and what to print: itself, or the mark of a missing sort."""
        chain = self._chains[role]
        for face in chain:
            if face.has(character):
                return face, character
        self.lacking[character] = None
        return next((face for face in chain if face.has(MISSING)), chain[0]), MISSING

    def runs(self, role: Role, text: str) -> Iterator[tuple[Face, str]]:
        """``text`` in pieces of one font each."""
        current: Face | None = None
        piece = ""
        for character in printable(text):
            face, printed = self.face(role, character)
            if face is not current and current is not None:
                yield current, piece
                piece = ""
            current = face
            piece += printed
        if current is not None:
            yield current, piece

    def width(self, role: Role, text: str) -> float:
        """How wide ``text`` runs, in sizes of its type."""
        return sum(face.advance(character) for face, piece in self.runs(role, text) for character in piece)


def printable(text: str) -> str:
    """Without what has no shape of its own: controls, joiners, noncharacters, line ends (as a space). What this Python
    does not know yet, or what somebody uses privately, stays."""
    return "".join(
        " " if character.isspace() and character != WIDE_SPACE else character
        for character in text
        if character.isspace()
        or (unicodedata.category(character) not in _SHAPELESS and ord(character) not in _NONCHARACTERS)
    )


def font_directory() -> Path | None:
    """What ``BIHUAN_FONT_DIRECTORY`` names, if anything."""
    given = os.environ.get("BIHUAN_FONT_DIRECTORY", "")
    return Path(given) if given else None


def bundled(role: Role) -> Path:
    """The file of the font that stands in."""
    return Path(str(files("pylopdf_fonts_zh_cn") / BUNDLED[role]))


@lru_cache(maxsize=4)
def chains(directory: Path | None) -> dict[Role, tuple[Face, ...]]:
    """For each role the fonts to try, in their order."""
    found = dict(_installed(directory)) if directory is not None else {}
    spare = tuple(found)
    made: dict[Role, tuple[Face, ...]] = {}
    stand_ins = {file: Face(bundled(role)) for role, file in BUNDLED.items()}
    for role, names in WANTED.items():
        wanted = [face for name in names for face, known in found.items() if name in known]
        own = stand_ins[BUNDLED[role]]
        others = [face for face in stand_ins.values() if face is not own]
        made[role] = tuple(dict.fromkeys((*wanted, own, *others, *spare)))
    return made


def _installed(directory: Path) -> Iterator[tuple[Face, frozenset[str]]]:
    """Every font below a directory with its names; a file that is no font is passed over."""
    for path in sorted(path for path in directory.rglob("*") if path.suffix.lower() in _SUFFIXES):
        try:
            # Opened by us: fontTools does not close what it cannot read.
            with path.open("rb") as file:
                count = 1
                if path.suffix.lower() in (".ttc", ".otc"):
                    count = len(TTCollection(file, lazy=True).fonts)
                for number in range(count):
                    names = TTFont(file, fontNumber=number, lazy=True)["name"].names
                    known = {r.toUnicode().lower() for r in names if r.nameID in _NAMES}
                    yield Face(path, number), frozenset(known)
        except (TTLibError, KeyError, OSError):
            continue
