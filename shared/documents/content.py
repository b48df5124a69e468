"""What an official document consists of, without a word about how it looks."""

from datetime import date
from typing import Literal

from msgspec import Struct

#: Text, a number, a decimal as text, or None where there is no figure.
Cell = str | int | float | None

#: How a figure is shown: 1,234 · 1,234.50 · 42.02% · 12.5.
Kind = Literal["text", "count", "amount", "share", "number"]


class Heading(Struct, frozen=True, tag="heading"):
    """``level`` 1 to 4. The writers number them, so that a section can be left out."""

    level: int
    text: str


class Paragraph(Struct, frozen=True, tag="paragraph"):
    text: str


class Column(Struct, frozen=True):
    name: str
    kind: Kind = "text"


class Table(Struct, frozen=True, tag="table"):
    """Rows have as many cells as there are columns. ``total``: the last row sums up. ``note`` stands beneath."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("a row has another number of cells than the table has columns")


class Series(Struct, frozen=True):
    """One value for each label; None leaves a gap."""

    name: str
    values: tuple[int | float | None, ...]


class Chart(Struct, frozen=True, tag="chart"):
    """Columns or lines over labels in their order, or bars beneath each other for many or long labels."""

    title: str
    form: Literal["column", "bar", "line"]
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    kind: Kind = "count"
    table_follows: bool = False

    def __post_init__(self) -> None:
        if any(len(series.values) != len(self.labels) for series in self.series):
            raise ValueError("a series has another number of values than the chart has labels")

    def table(self) -> Table:
        """The same figures to be read."""
        return Table(
            self.title,
            (Column(""), *(Column(series.name, self.kind) for series in self.series)),
            tuple(zip(self.labels, *(series.values for series in self.series), strict=True)),
        )


Block = Heading | Paragraph | Table | Chart


class Document(Struct, frozen=True, kw_only=True):
    """``number`` is the 文号, ``mark`` what stands above it all (``草稿``, an urgency); empty where there is none.

    ``title_lines``: the title as it is to stand, so that no word is torn; empty where it may break anywhere.
    ``addressees`` are the 主送机关, ``attachments`` titles of papers that go with it, ``copies`` the 抄送机关,
    ``printed_by`` the 印发机关; the record of printing is left out where there are neither copies nor a printer.
    """

    title: str
    issuer: str
    date: date
    title_lines: tuple[str, ...] = ()
    blocks: tuple[Block, ...]
    red_head: str = ""
    number: str = ""
    mark: str = ""
    addressees: str = ""
    attachments: tuple[str, ...] = ()
    copies: str = ""
    printed_by: str = ""

    def __post_init__(self) -> None:
        if self.title_lines and "".join(self.title_lines) != self.title:
            raise ValueError("the lines of the title are not the title")
