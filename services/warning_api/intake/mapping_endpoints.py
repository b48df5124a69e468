"""The departments' own names for columns and indicators."""

from typing import Annotated, Any

from fastapi import Query, Response

from services.warning_api.intake import mapping_schemas as schemas
from services.warning_api.intake import mapping_service as service
from shared.db import Transaction
from shared.pagination import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.route import allowed
from shared.runtime.schema import Code

router = make_router("mappings")


@router.get("/v1/mappings", response_model=Page[schemas.Mapping])
async def list_mappings(
    paging: PageQuery, tx: Annotated[Transaction, allowed("batches:read")]
) -> dict[str, Any]:
    """The mappings that are kept: the caller's own, or all departments' for the county."""
    return await service.list_mappings(tx, paging)


@router.get("/v1/mappings/{org_code}", response_model=schemas.Mapping)
async def read_mapping(
    org_code: Code,
    response: Response,
    tx: Annotated[Transaction, allowed("batches:read")],
    version: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
) -> service.ColumnMapping:
    """A department's mapping in force, or an earlier version; version 0 where none is kept."""
    found = await service.read_mapping(tx, org_code, version)
    tagged(response, found.version)
    return found


@router.put("/v1/mappings/{org_code}", response_model=schemas.Mapping)
async def keep_mapping(
    org_code: Code,
    given: schemas.MappingIn,
    expected: Precondition,
    response: Response,
    tx: Annotated[Transaction, allowed("mappings:write")],
) -> service.ColumnMapping:
    """Keep the next version of a department's mapping; it holds for what the department pushes from now on."""
    kept = await service.keep_mapping(tx, org_code, given, expected)
    tagged(response, kept.version)
    return kept
