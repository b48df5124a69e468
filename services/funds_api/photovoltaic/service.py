"""Stations and what they receive, month by month (policy.md, Funds: photovoltaic income)."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.funds_api.assets import service as assets
from services.funds_api.assets.errors import NotOperating
from services.funds_api.photovoltaic import repository
from services.funds_api.photovoltaic.errors import (
    AdjustmentOfNothing,
    DuplicateGridNo,
    InsufficientIncome,
    MonthSettled,
    NegativeMonth,
    StationNotOfProject,
    WrongMonth,
)
from services.funds_api.photovoltaic.rules import month_of
from services.funds_api.photovoltaic.schemas import AdjustmentIn, SettlementIn, StationIn
from services.funds_api.projects import service as projects
from services.funds_api.projects.errors import DayAfterToday
from services.funds_api.units import check_region
from shared.audit import record
from shared.db.identifiers import new_id
from shared.db.transaction import Transaction
from shared.errors import NotFound
from shared.identifiers.regions import region_range
from shared.pagination.cursors import Paging, page


async def add_station(tx: Transaction, given: StationIn) -> dict[str, Any]:
    """Raises ``DuplicateGridNo``, ``StationNotOfProject``, ``AssetDisposed``, ``NotOperating``."""
    if given.connected_on > tx.today:
        raise DayAfterToday("/connected_on")
    await check_region(tx, given.region_code)
    if given.project_id is not None:
        await projects.find_project(tx, given.project_id)
    if given.asset_id is not None:
        await _hold_asset(tx, given.asset_id)
        asset = await assets.find_asset(tx, given.asset_id)
        if given.project_id not in (None, asset["project_id"]):
            raise StationNotOfProject()
    station_id = new_id()
    if not await repository.add_station(tx, {**given.model_dump(), "id": station_id}):
        raise DuplicateGridNo()
    await record(tx, "station.registered", f"station/{station_id}", {"capacity_kw": str(given.capacity_kw)})
    return await find_station(tx, station_id)


async def _hold_asset(tx: Transaction, asset_id: UUID) -> None:
    """What was disposed of receives nothing more."""
    if (await assets.hold_in_use(tx, asset_id))["kind"] != "operating":
        raise NotOperating()


async def find_station(tx: Transaction, station_id: UUID) -> dict[str, Any]:
    """Raises ``NotFound`` also for a station outside the reach."""
    row = await repository.station(tx, station_id)
    if row is None:
        raise NotFound()
    return dict(row)


async def list_stations(tx: Transaction, paging: Paging, *, region: str | None) -> dict[str, Any]:
    reach = region_range(region) if region else None
    rows = await repository.stations(tx, reach, paging.after_id(), paging.limit + 1)
    return page([dict(row) for row in rows], paging, lambda row: [row["id"]])


async def settle(tx: Transaction, station_id: UUID, given: SettlementIn) -> dict[str, Any]:
    """What a station was paid for a month, once. Raises ``MonthSettled``, ``WrongMonth``, ``AssetDisposed``."""
    if given.received_on > tx.today:
        raise DayAfterToday("/received_on")
    station = await find_station(tx, station_id)
    if not month_of(station["connected_on"]) <= given.month <= month_of(given.received_on):
        message = "结算月份应在电站并网之后，且不晚于到账之月"
        raise WrongMonth("/month", message)
    if station["asset_id"] is not None:
        await _hold_asset(tx, station["asset_id"])
    await hold_balance(tx, station_id)
    values = {**given.model_dump(), "adjusts": None, "reason": None}
    return await _add(tx, station, values, "station.settled")


async def adjust(
    tx: Transaction, station_id: UUID, settlement_id: UUID, given: AdjustmentIn
) -> dict[str, Any]:
    """What a settled month comes to more or less, by a new entry.

    Raises ``NegativeMonth``, ``InsufficientIncome`` where what would go is planned already.
    """
    if not given.amount and not given.generation_kwh:
        raise AdjustmentOfNothing()
    if given.received_on > tx.today:
        raise DayAfterToday("/received_on")
    station = await find_station(tx, station_id)
    balance = await hold_balance(tx, station_id)
    month = await repository.month(tx, station_id, settlement_id)
    if month is None:
        raise NotFound()
    if month["amount"] + given.amount < 0 or month["generation_kwh"] + given.generation_kwh < 0:
        raise NegativeMonth()
    require(-given.amount, balance["received"] - balance["planned"])
    values = {**given.model_dump(), "adjusts": settlement_id, "month": month["month"]}
    return await _add(tx, station, values, "station.adjusted")


async def _add(
    tx: Transaction, station: dict[str, Any], given: dict[str, Any], action: str
) -> dict[str, Any]:
    place = {"id": new_id(), "station_id": station["id"], "region_code": station["region_code"]}
    values = {**given, **place}
    if not await repository.add_settlement(tx, values):
        raise MonthSettled()
    await repository.change_balance(tx, station["id"], received=values["amount"])
    detail = {"month": values["month"], "amount": str(values["amount"])}
    await record(tx, action, f"station/{station['id']}", detail)
    return {**values, "created_at": tx.now}


async def settlements(tx: Transaction, station_id: UUID, paging: Paging) -> dict[str, Any]:
    await find_station(tx, station_id)
    rows = await repository.settlements(tx, station_id, paging.after_id(), paging.limit + 1)
    return page([dict(row) for row in rows], paging, lambda row: [row["id"]])


async def hold_balance(tx: Transaction, station_id: UUID) -> RowMapping:
    """received, planned, paid of a station, which nobody else changes until the transaction ends."""
    held = await repository.hold(tx, station_id)
    if held is None:
        raise NotFound()
    return held


def require(amount: Decimal, available: Decimal) -> None:
    """Raises ``InsufficientIncome`` where less is available."""
    if amount > available:
        raise InsufficientIncome(available)
