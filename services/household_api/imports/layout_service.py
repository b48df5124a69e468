"""The layouts of a county: the shipped ones, its own versions of them, and further ones."""

import asyncio
from contextlib import closing
from typing import Any, cast

from services.household_api.imports import layout_repository as repository
from services.household_api.imports.errors import LayoutUnknown
from services.household_api.imports.layout_schemas import LayoutIn
from services.household_api.imports.layouts import SHIPPED, STANDARD, Layout, any_sheet, problems, recognised
from shared import audit
from shared.db import Transaction
from shared.errors import NotFound, PreconditionFailed, Unprocessable
from shared.runtime.preconditions import IfMatch
from shared.tables.decoding import Spooled
from shared.tables.errors import TableError
from shared.tables.reading import read_table


async def layouts_of(tx: Transaction) -> list[Layout]:
    """Those in force: ``standard`` first, then by name."""
    kept = {row["name"]: Layout(**row) for row in await repository.layouts(tx)}
    return sorted((SHIPPED | kept).values(), key=lambda layout: (layout.name != STANDARD, layout.name))


async def read_layout(tx: Transaction, name: str, version: int | None = None) -> Layout:
    """The one in force, or an earlier version (0: as shipped). Raises ``NotFound``."""
    shipped = SHIPPED.get(name)
    if version == 0 and shipped is not None:
        return shipped
    row = await repository.layout(tx, name, version)
    if row is not None:
        return Layout(**row)
    if shipped is None or version is not None:
        raise NotFound()
    return shipped


async def keep_layout(tx: Transaction, name: str, given: LayoutIn, expected: IfMatch) -> Layout:
    """The next version. Where there is none yet nothing can be overwritten, and If-Match may be left out."""
    row = await repository.layout(tx, name)
    current = row["version"] if row is not None else 0
    wanted = Layout(name, current + 1, **given.model_dump())
    if errors := list(problems(wanted)):
        raise Unprocessable(errors=errors)
    if current or expected.value is not None:
        expected.check(current)
    if not await repository.add_version(tx, wanted):
        raise PreconditionFailed()
    await audit.record(tx, "import_layout.kept", f"import-layout/{name}", {"version": wanted.version})
    return await read_layout(tx, name)


async def layout_for(tx: Transaction, name: str | None, body: Spooled, content_type: str) -> Layout:
    """The named layout, else the one that the table's headings show. Raises ``LayoutUnknown``."""
    known = await layouts_of(tx)
    if name is not None:
        for layout in known:
            if layout.name == name:
                return layout
        raise LayoutUnknown(f"没有名为“{name}”的导入格式，可用：{'、'.join(layout.name for layout in known)}")
    headings = await asyncio.to_thread(_headings, body, content_type, known)
    return recognised(known, headings) or SHIPPED[STANDARD]


def _headings(body: Spooled, content_type: str, known: list[Layout]) -> list[str]:
    """Those of the first record; none where it is no table, which is for the reading to refuse."""
    try:
        with closing(cast("Any", read_table(body.file, content_type, any_sheet(known)))) as rows:
            first = next(rows, None)
    except TableError:
        return []
    return list(first.original) if first is not None else []
