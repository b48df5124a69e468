"""Routes of contracts."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.funds_api.contracts import service
from services.funds_api.contracts.schemas import (
    ContractIn,
    ContractOut,
    ContractWithSupplements,
    SupplementIn,
    SupplementOut,
)
from shared.db.transaction import Transaction
from shared.pagination.cursors import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import tagged
from shared.runtime.route import allowed
from shared.runtime.schema import RegionCode

router = make_router("合同")

Reading = Annotated[Transaction, allowed("funds:read")]
Writing = Annotated[Transaction, allowed("funds:write")]


@router.post("/v1/contracts", status_code=201, response_model=ContractOut)
async def add_contract(given: ContractIn, tx: Writing, response: Response) -> dict[str, Any]:
    """登记合同，占用项目资金。"""
    made = await service.add_contract(tx, given)
    tagged(response, made["version"])
    return made


@router.get("/v1/contracts", response_model=Page[ContractOut])
async def list_contracts(
    tx: Reading,
    paging: PageQuery,
    project_id: UUID | None = None,
    region: Annotated[RegionCode | None, Query()] = None,
) -> dict[str, Any]:
    """合同清单。"""
    return await service.list_contracts(tx, paging, project_id=project_id, region=region)


@router.get("/v1/contracts/{contract_id}", response_model=ContractWithSupplements)
async def find_contract(contract_id: UUID, tx: Reading, response: Response) -> dict[str, Any]:
    """一份合同及其补充协议。"""
    found = await service.contract_with_supplements(tx, contract_id)
    tagged(response, found["version"])
    return found


@router.post("/v1/contracts/{contract_id}/supplements", status_code=201, response_model=SupplementOut)
async def supplement(contract_id: UUID, given: SupplementIn, tx: Writing) -> dict[str, Any]:
    """补充协议：增加或核减合同金额。"""
    return await service.supplement(tx, contract_id, given)
