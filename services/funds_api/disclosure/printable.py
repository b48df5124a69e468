"""The disclosures as one page to read and to print: no script, nothing from elsewhere."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.funds_api.disclosure.sheet import COLUMNS, HEADING

HERE = Path(__file__).resolve().parent
STYLE = (HERE / "printable.css").read_text(encoding="utf-8")
TEMPLATE = Environment(
    loader=FileSystemLoader(HERE),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
).get_template("printable.html")

#: The page's own style by its hash, and nothing else.
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Language": "zh-CN",
}

#: Figures stand to the right.
FIGURES = {"amount", "paid"}


def page(items: Sequence[Mapping[str, Any]], next_page: str | None) -> str:
    """HTML of ``DisclosureOut`` rows; ``next_page`` is the address of those that follow."""
    return TEMPLATE.render(
        heading=HEADING,
        style=STYLE,
        columns=[(column.header, column.name in FIGURES) for column in COLUMNS],
        rows=[[_cell(column.shown(item[column.name])) for column in COLUMNS] for item in items],
        next_page=next_page,
    )


def address_of_next(request: Request, cursor: str | None) -> str | None:
    """The same query from ``cursor`` on, relative, so that it works behind any prefix."""
    if cursor is None:
        return None
    return f"?{request.url.include_query_params(cursor=cursor).query}"


def _cell(shown: object) -> str:
    return "" if shown is None else str(shown)
