"""The disclosures as one page to read and to print: no script, nothing from elsewhere."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import segno
from fastapi import Request
from markupsafe import Markup

from services.funds_api.disclosure.sheet import COLUMNS, HEADING
from shared.runtime.printed import page_headers, template

HERE = Path(__file__).resolve().parent
STYLE = (HERE / "printable.css").read_text(encoding="utf-8")
TEMPLATE = template(HERE / "printable.html")
HEADERS = page_headers(STYLE)

#: Figures stand to the right.
FIGURES = {"amount", "paid"}


def page(items: Sequence[Mapping[str, Any]], next_page: str | None, place: str | None, address: str) -> str:
    """HTML of ``DisclosureOut`` rows; ``next_page`` is the address of those that follow. ``place``: the name of the
    one region that the page is of, which is printed with a code of its ``address`` to scan."""
    return TEMPLATE.render(
        heading=HEADING if place is None else f"{place}{HEADING}",
        code=None if place is None else Markup(_code(address)),  # noqa: S704 - drawn here, of modules only
        address=address,
        style=STYLE,
        columns=[(column.header, column.name in FIGURES) for column in COLUMNS],
        rows=[[_cell(column.shown(item[column.name])) for column in COLUMNS] for item in items],
        next_page=next_page,
    )


def _code(address: str) -> str:
    """A QR code as SVG to stand in the page: squares without any style of their own."""
    code = segno.make(address, error="m")
    return str(code.svg_inline(scale=3, border=2, svgclass="code", lineclass=None, omitsize=False))


def address_of(request: Request) -> str:
    """Where this page is found again, from its beginning."""
    return str(request.url.remove_query_params("cursor"))


def address_of_next(request: Request, cursor: str | None) -> str | None:
    """The same query from ``cursor`` on, relative, so that it works behind any prefix."""
    if cursor is None:
        return None
    return f"?{request.url.include_query_params(cursor=cursor).query}"


def _cell(shown: object) -> str:
    return "" if shown is None else str(shown)
