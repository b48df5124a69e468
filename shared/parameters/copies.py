"""The copy of the county's parameters that a service keeps, one version at a time, by events."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import orjson
from pydantic import BaseModel, ValidationError

from shared.contracts.events import CloudEvent
from shared.db.transaction import Transaction
from shared.errors import Unprocessable

INSERT = """
INSERT INTO parameter (county_code, name, version, valid_from, value, source, set_by, set_at)
VALUES (:county, :name, :version, :valid_from, cast(:value as jsonb), :source, :set_by, :set_at)
ON CONFLICT DO NOTHING"""


class ParameterChanged(BaseModel):
    """``data`` of ``bihuan.parameter.changed``: a row of the table ``parameter``, whole."""

    name: str
    version: int
    valid_from: date
    value: Any
    source: str
    set_by: str
    set_at: datetime


async def keep_copy(tx: Transaction, event: CloudEvent) -> None:
    """Add the version that ``event`` (``PARAMETER_CHANGED``) tells of; a version that is known stays."""
    try:
        changed = ParameterChanged.model_validate(event.data)
    except ValidationError as error:
        raise Unprocessable("参数事件的内容不完整", "The event does not hold a whole parameter") from error
    await keep_row(tx, event.countycode, changed.model_dump())


async def keep_row(tx: Transaction, county: str, row: Mapping[str, Any]) -> None:
    """Add a version of a county's parameter (the columns of ``ParameterChanged``); one that is known stays."""
    await tx.execute(INSERT, {**row, "county": county, "value": orjson.dumps(row["value"]).decode()})
