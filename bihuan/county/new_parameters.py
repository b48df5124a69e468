"""Parameters that came with a newer version of the software, for the counties that are there already."""

from datetime import UTC, datetime
from typing import Final

import asyncpg
import orjson

from shared.parameters import DEFAULTS

#: The services that read parameters; the county's own stand in household, copies in the others.
SCHEMAS: Final = ("household", "warning", "funds")
ACTOR: Final = "migrate"

#: In force as long as the county has had parameters; what the county has set is left alone.
_INSERT: Final = """
INSERT INTO {schema}.parameter (county_code, name, version, valid_from, value, source, set_by, set_at)
SELECT c.county_code, d.name, 1, c.since, d.value::jsonb, d.source, $1, $2
FROM (SELECT county_code, min(valid_from) AS since FROM {schema}.parameter GROUP BY county_code) c
CROSS JOIN unnest($3::text[], $4::text[], $5::text[]) AS d (name, value, source)
ON CONFLICT DO NOTHING"""


async def add_new_parameters(owner_url: str) -> None:
    """Give every county the defaults that it does not have. Safe to run again."""
    connection = await asyncpg.connect(owner_url)
    try:
        async with connection.transaction():
            for schema in SCHEMAS:
                await connection.execute(
                    _INSERT.format(schema=schema),
                    ACTOR,
                    datetime.now(UTC),
                    [default.name for default in DEFAULTS],
                    [orjson.dumps(default.value).decode() for default in DEFAULTS],
                    [default.source for default in DEFAULTS],
                )
    finally:
        await connection.close()
