"""The layouts of imported files."""

from typing import Annotated, Any

from fastapi import Path, Query, Response

from services.household_api.imports import layout_schemas as schemas
from services.household_api.imports import layout_service as service
from services.household_api.imports.layouts import Layout
from shared.db import Transaction
from shared.pagination import Page
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.route import allowed

router = make_router("imports")

Name = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]


@router.get("/v1/import-layouts", response_model=Page[schemas.Layout])
async def list_layouts(tx: Annotated[Transaction, allowed("imports:write")]) -> dict[str, Any]:
    """Every layout in force, ``standard`` first; they are few and come on one page."""
    return {"items": await service.layouts_of(tx), "next_cursor": None}


@router.get("/v1/import-layouts/{name}", response_model=schemas.Layout)
async def read_layout(
    name: Name,
    response: Response,
    tx: Annotated[Transaction, allowed("imports:write")],
    version: Annotated[int | None, Query(ge=0, lt=2**31)] = None,
) -> Layout:
    """The version in force, or an earlier one; version 0 is the one that is shipped."""
    found = await service.read_layout(tx, name, version)
    tagged(response, found.version)
    return found


@router.put("/v1/import-layouts/{name}", response_model=schemas.Layout)
async def keep_layout(
    name: Name,
    given: schemas.LayoutIn,
    expected: Precondition,
    response: Response,
    tx: Annotated[Transaction, allowed("imports:write")],
) -> Layout:
    """Keep the next version of a layout; it holds for what is imported from now on."""
    kept = await service.keep_layout(tx, name, given, expected)
    tagged(response, kept.version)
    return kept
