"""Keeping a service's copy of the parameters: household_api has them, the others hear of each new version."""

import orjson

from shared.contracts.events import CloudEvent
from shared.db import Transaction

INSERT = """
INSERT INTO parameter (county_code, name, version, valid_from, value, source, set_by, set_at)
VALUES (:county, :name, :version, cast(:valid_from as text)::date, cast(:value as jsonb), :source, :set_by,
        cast(:set_at as text)::timestamptz)
ON CONFLICT DO NOTHING"""


async def copy_parameter(tx: Transaction, event: CloudEvent) -> None:
    """Add the version that a PARAMETER_CHANGED event carries."""
    data = event.data
    await tx.execute(
        INSERT,
        {
            "county": event.countycode,
            "name": data["name"],
            "version": data["version"],
            "valid_from": data["valid_from"],
            "value": orjson.dumps(data["value"]).decode(),
            "source": data["source"],
            "set_by": data["set_by"],
            "set_at": data["set_at"],
        },
    )
