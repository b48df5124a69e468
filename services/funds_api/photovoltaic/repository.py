"""SQL of stations, what they receive, and what is left of it; narrowed to what the call reaches."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db.narrowing import within
from shared.db.transaction import Transaction

ADD_STATION: Final = """
INSERT INTO station (county_code, id, region_code, grid_no, name, capacity_kw, connected_on, project_id, asset_id,
                     created_at, created_by)
VALUES (:county, :id, :region_code, :grid_no, :name, :capacity_kw, :connected_on, :project_id, :asset_id, :now,
        :actor)
ON CONFLICT (county_code, grid_no) DO NOTHING"""

ADD_BALANCE: Final = """
INSERT INTO station_balance (county_code, station_id, region_code, received, planned, paid)
VALUES (:county, :id, :region_code, 0, 0, 0)"""

ADD_SETTLEMENT: Final = """
INSERT INTO station_settlement (county_code, id, region_code, station_id, month, generation_kwh, amount, received_on,
                                document_no, adjusts, reason, created_at, created_by)
VALUES (:county, :id, :region_code, :station_id, :month, :generation_kwh, :amount, :received_on, :document_no,
        :adjusts, :reason, :now, :actor)
ON CONFLICT (county_code, station_id, month) WHERE adjusts IS NULL DO NOTHING"""

STATIONS: Final = """
SELECT s.id, s.region_code, s.grid_no, s.name, s.capacity_kw, s.connected_on, s.project_id, s.asset_id, s.created_at,
       b.received, b.planned, b.paid, b.received - b.planned AS available,
       (SELECT coalesce(sum(e.generation_kwh), 0.00) FROM station_settlement e
        WHERE e.county_code = s.county_code AND e.station_id = s.id) AS generation_kwh
FROM station s JOIN station_balance b ON b.county_code = s.county_code AND b.station_id = s.id
WHERE {reach}"""

SETTLEMENT: Final = """e.id, e.station_id, e.month, e.generation_kwh, e.amount, e.received_on, e.document_no, e.adjusts,
    e.reason, e.created_at"""

#: Whoever changes what a station has received, planned or paid holds its balance first: nobody else does meanwhile.
HOLD: Final = """
SELECT b.station_id, b.region_code, b.received, b.planned, b.paid FROM station_balance b
WHERE {reach} AND b.station_id = :id FOR UPDATE"""

CHANGE_BALANCE: Final = """
UPDATE station_balance SET received = received + :received, planned = planned + :planned, paid = paid + :paid
WHERE county_code = :county AND station_id = :id"""

NOTHING: Final = Decimal("0.00")


async def add_station(tx: Transaction, values: Mapping[str, Any]) -> bool:
    """False where the grid number is registered."""
    given = {**values, "county": tx.county, "now": tx.now, "actor": str(tx.actor)}
    if (await tx.execute(ADD_STATION, given)).rowcount == 0:
        return False
    await tx.execute(ADD_BALANCE, given)
    return True


async def station(tx: Transaction, station_id: UUID) -> RowMapping | None:
    near = within(tx, "s")
    statement = f"{STATIONS.format(reach=near.sql)} AND s.id = :id"
    return await tx.row(statement, {**near.parameters, "id": station_id})


async def stations(
    tx: Transaction, region: tuple[str, str] | None, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    near = within(tx, "s")
    start, end = region or (None, None)
    return await tx.rows(
        f"""{STATIONS.format(reach=near.sql)}
        AND (cast(:start as text) IS NULL OR (s.region_code >= :start AND s.region_code < :end))
        AND (cast(:after as uuid) IS NULL OR s.id > :after) ORDER BY s.id LIMIT :limit""",
        {**near.parameters, "start": start, "end": end, "after": after, "limit": limit},
    )


async def hold(tx: Transaction, station_id: UUID) -> RowMapping | None:
    """The balance of a station, held until the transaction ends."""
    near = within(tx, "b")
    return await tx.row(HOLD.format(reach=near.sql), {**near.parameters, "id": station_id})


async def change_balance(
    tx: Transaction,
    station_id: UUID,
    *,
    received: Decimal = NOTHING,
    planned: Decimal = NOTHING,
    paid: Decimal = NOTHING,
) -> None:
    """Add to a balance that is held."""
    changes = {"received": received, "planned": planned, "paid": paid}
    await tx.execute(CHANGE_BALANCE, {"county": tx.county, "id": station_id, **changes})


async def add_settlement(tx: Transaction, values: Mapping[str, Any]) -> bool:
    """False where the month has been settled."""
    given = {**values, "county": tx.county, "now": tx.now, "actor": str(tx.actor)}
    return (await tx.execute(ADD_SETTLEMENT, given)).rowcount == 1


async def month(tx: Transaction, station_id: UUID, settlement_id: UUID) -> RowMapping | None:
    """The month of a settlement, and what it comes to with its adjustments."""
    near = within(tx, "e")
    return await tx.row(
        f"""SELECT e.month, m.amount, m.generation_kwh FROM station_settlement e CROSS JOIN LATERAL (
            SELECT sum(o.amount) AS amount, sum(o.generation_kwh) AS generation_kwh FROM station_settlement o
            WHERE o.county_code = e.county_code AND o.station_id = e.station_id AND o.month = e.month
        ) m WHERE {near.sql} AND e.station_id = :station_id AND e.id = :id AND e.adjusts IS NULL""",
        {**near.parameters, "station_id": station_id, "id": settlement_id},
    )


async def settlements(
    tx: Transaction, station_id: UUID, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    near = within(tx, "e")
    return await tx.rows(
        f"""SELECT {SETTLEMENT} FROM station_settlement e WHERE {near.sql} AND e.station_id = :id
        AND (cast(:after as uuid) IS NULL OR e.id > :after) ORDER BY e.id LIMIT :limit""",
        {**near.parameters, "id": station_id, "after": after, "limit": limit},
    )
