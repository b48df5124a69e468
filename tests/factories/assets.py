"""Assets, stations and linkages, made through the API."""

from itertools import count
from typing import Any
from uuid import uuid4

import httpx

from tests.factories.funds import CREDIT_CODE, created, make_payment, move, project_with
from tests.funds_api.registry_stub import RegistryStub

NUMBERS = count(1)
VILLAGE = "231226100201"


def household(registry: RegistryStub, **kind: str) -> str:
    """The id of one that is registered."""
    household_id = str(uuid4())
    registry.add(household_id, **kind)
    return household_id


async def accepted_project(client: httpx.AsyncClient, spent: str = "1000.00") -> dict[str, Any]:
    """A project that has paid all it had, through to its acceptance."""
    project = await project_with(client, spent)
    await make_payment(client, project["id"], spent)
    for state in ("under_construction", "completed", "accepted"):
        moved = await move(client, project, state)
        assert moved.status_code == 200, moved.text
        project = moved.json()
    return project


def asset_body(project_id: str, value: str = "1000.00", **values: Any) -> dict[str, Any]:
    return {
        "project_id": project_id,
        "register_no": f"绥资〔2026〕{next(NUMBERS)}号",
        "name": "木耳大棚",
        "kind": "operating",
        "original_value": value,
        "region_code": VILLAGE,
        "location": "村东",
        "owner": {"kind": "village_collective", "name": "东方红村经济合作社", "credit_code": CREDIT_CODE},
        "keeper": {"kind": "person", "name": "司马长风"},
        **values,
    }


async def make_asset(client: httpx.AsyncClient, **values: Any) -> dict[str, Any]:
    """An asset of a project of its own."""
    project = await accepted_project(client)
    return await created(client, "/v1/assets", asset_body(project["id"], **values))


def station_body(**values: Any) -> dict[str, Any]:
    return {
        "grid_no": f"23122600{next(NUMBERS)}",
        "name": "东方红村光伏电站",
        "region_code": VILLAGE,
        "capacity_kw": "300",
        "connected_on": "2026-01-10",
        **values,
    }


def settlement_body(month: str, amount: str, **values: Any) -> dict[str, Any]:
    return {
        "month": month,
        "generation_kwh": "3000.5",
        "amount": amount,
        "received_on": "2026-11-01",
        "document_no": "电费结算单",
        **values,
    }


async def make_station(client: httpx.AsyncClient, received: str, **values: Any) -> dict[str, Any]:
    """A station that was paid for October."""
    station = await created(client, "/v1/photovoltaic-stations", station_body(**values))
    path = f"/v1/photovoltaic-stations/{station['id']}/settlements"
    await created(client, path, settlement_body("2026-10", received))
    return station


def plan_body(**values: Any) -> dict[str, Any]:
    return {"from_month": "2026-07", "to_month": "2026-12", "document_no": "村民代表会议决议", **values}


def linkage_body(project_id: str, household_id: str, **values: Any) -> dict[str, Any]:
    return {
        "project_id": project_id,
        "household_id": household_id,
        "kind": "employment",
        "amount": "6000.00",
        "from": "2026-03-01",
        "to": "2026-12-31",
        **values,
    }
