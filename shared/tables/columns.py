"""What a table's columns are called, and the words that stand for codes in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import msgspec

_UNIT = re.compile(r"\(([^()]*)\)$")
_LIST_SEPARATORS = re.compile(r"[、,，;；/|\n]+")
TEN_THOUSAND_YUAN = "万元"


#: Where an item that was made of a row holds the row's flaw; no JSON has a value that is one.
FLAW = "flaw"


class Flaw(NamedTuple):
    """`code` is stable, `message` Chinese; it names headings, and repeats nothing that a person has written."""

    code: str
    message: str


class Row(msgspec.Struct, frozen=True):
    """One record of a table.

    `line` is where a person finds it: the row in a spreadsheet, the line of a CSV or NDJSON file, the place
    in a JSON array, counted from 1. `values` is by field name: text as it stands in the cell, or the JSON
    value; known words are replaced by their codes. `original` is the whole record under its own headings.
    `flaw`: why it cannot be taken whatever its values say, by code and message.
    """

    line: int
    values: dict[str, object]
    original: dict[str, object]
    flaw: Flaw | None = None

    def marked(self, item: dict[str, Any]) -> dict[str, Any]:
        """The item that was made of the row, with the row's flaw, if any, for which it is to be refused."""
        return {**item, FLAW: self.flaw} if self.flaw else item


def plain_word(text: str) -> str:
    """A word for comparing: NFKC, without blanks, small letters."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def heading_word(heading: str) -> str:
    """A heading for comparing: as `plain_word`, without the mark of a required column."""
    return plain_word(heading).strip("*")


@dataclass(frozen=True, slots=True)
class Column:
    """A field, its headings, and for coded fields the words of `values` (Chinese word -> code).

    Of several words for one code the first is shown on the way out. `many`: a list, in one cell with `、`.
    """

    name: str
    headers: tuple[str, ...]
    required: bool = False
    values: Mapping[str, str] | None = None
    many: bool = False
    _codes: Mapping[str, str] = field(init=False, repr=False, compare=False)
    _words: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        values = self.values or {}
        codes = {plain_word(code): code for code in values.values()}
        object.__setattr__(self, "_codes", codes | {plain_word(word): code for word, code in values.items()})
        words: dict[str, str] = {}
        for word, code in values.items():
            words.setdefault(code, word)
        object.__setattr__(self, "_words", words)

    def as_required(self) -> Column:
        """The same column where a table cannot do without it."""
        return replace(self, required=True)

    def code(self, value: object) -> object:
        """The code for a word; what is no known word comes back as it is, to be judged by the service."""
        if not isinstance(value, str):
            if isinstance(value, list):
                return [self._one(item) if isinstance(item, str) else item for item in value]
            return value
        if self.many:
            items = _LIST_SEPARATORS.split(value) if value else ()
            return [self._one(text) for item in items if (text := item.strip())]
        return self._one(value)

    def _one(self, text: str) -> str:
        codes = self._codes
        # Most words stand there as they are compared.
        return codes[text] if text in codes else codes.get(plain_word(text), text) if codes else text

    def word(self, code: str) -> str:
        """The Chinese word for a code; an unknown code comes back as it is."""
        return self._words.get(code, code)

    @property
    def words(self) -> Mapping[str, str]:
        """Code -> the word that is shown for it."""
        return self._words

    @property
    def translates(self) -> bool:
        """Whether cells of this column must pass through `code`."""
        return bool(self.values) or self.many


@dataclass(frozen=True, slots=True)
class Heading:
    """A recognised header cell; `unit` is 万元 where the amounts below it are given in that.

    `own`: it is one of the words that `Sheet.with_words` added, which goes before a general one.
    """

    column: Column
    unit: str = ""
    own: bool = False


class Sheet:
    """The columns that one kind of table may have. ``own_headings``: what one whose headings differ can do, as a
    sentence to be told."""

    def __init__(self, columns: Iterable[Column], own_headings: str = "") -> None:
        self.columns = tuple(columns)
        self.own_headings = own_headings
        self.required = tuple(column for column in self.columns if column.required)
        self._by_word = {plain_word(column.name): column for column in reversed(self.columns)}
        for column in reversed(self.columns):
            self._by_word.update({plain_word(header): column for header in column.headers})
        self._own: frozenset[str] = frozenset()

    def with_words(self, headings: Mapping[str, str], values: Mapping[str, Mapping[str, str]]) -> Sheet:
        """The same table as one sender writes it, besides the general words.

        `headings`: their heading -> field; `values`: field -> their word -> code. Raises KeyError for a field
        that the table does not have.
        """
        columns = {column.name: column for column in self.columns}
        for name, words in values.items():
            columns[name] = replace(columns[name], values={**(columns[name].values or {}), **words})
        sheet = Sheet(columns.values(), self.own_headings)
        own = {heading_word(heading): columns[name] for heading, name in headings.items()}
        sheet._by_word |= own
        sheet._own = frozenset(own)
        return sheet

    def recognise(self, header: str) -> Heading | None:
        """The column that a header cell names; marks (`*`) and a unit in parentheses do not matter."""
        word = heading_word(header)
        unit = ""
        while True:
            found = _UNIT.search(word)
            if found and found[1].endswith(TEN_THOUSAND_YUAN):
                unit = TEN_THOUSAND_YUAN
            if column := self._by_word.get(word):
                return Heading(column, unit, word in self._own)
            if not found:
                return None
            word = word[: found.start()].strip("*")
