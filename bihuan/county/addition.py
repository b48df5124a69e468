"""Writing a county into the database, as its owner: regions and rules for three services, and clients."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

import asyncpg
import orjson

from bihuan.sample.county import former_codes
from shared.auth.client_secrets import digest_of, new_secret
from shared.db.identifiers import new_id
from shared.parameters import DEFAULTS

from .clients import PlannedClient, clients_of
from .credentials import Credential
from .errors import CountyDiffers
from .regions_file import County, Region

SCHEMAS: Final = ("household", "warning", "funds")
ACTOR: Final = "county add"

#: Funds and households have a past: regions and rules hold for this many years before the county joined.
YEARS_BACK: Final = 10


async def add_counties(owner_url: str, counties: Sequence[County], *, today: date) -> list[Credential]:
    """All of the counties in one transaction, or none. Returns the new clients with their secrets.

    A county that is there already with the same regions, or whose regions have been changed since, stays as it is
    and has no entry in the list; one that differs refuses everything (`CountyDiffers`). `today`: on the business clock.
    """
    connection = await asyncpg.connect(owner_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('county add'))")
            new = [county for county in counties if not await _is_there(connection, county)]
            credentials: list[Credential] = []
            for county in new:
                await _add_rules(connection, county, date(today.year - YEARS_BACK, 1, 1))
                for client in clients_of(county):
                    credentials.append(await _add_client(connection, client))
                await _audit(connection, county)
            return credentials
    finally:
        await connection.close()


async def _is_there(connection: asyncpg.Connection, county: County) -> bool:
    changed = "SELECT EXISTS (SELECT FROM household.region_change WHERE county_code = $1)"
    if await connection.fetchval(changed, county.code):
        # `regions apply` has led it on from the file.
        return True
    expected = set(county.regions)
    for schema in SCHEMAS:
        rows = await connection.fetch(
            f"SELECT code, name, parent_code, level, served_by FROM {schema}.region"
            " WHERE county_code = $1 AND valid_to IS NULL",
            county.code,
        )
        stored = {Region(**row) for row in rows}
        if stored and stored != expected:
            codes = sorted({region.code for region in stored ^ expected})
            shown = "、".join(codes[:5]) + (f" 等 {len(codes)} 处" if len(codes) > 5 else "")
            raise CountyDiffers(f"{county.name}（{county.code}）已存在，且与文件不同：{shown}；未作任何更改")
        if not stored:
            return False
    return True


async def _add_rules(connection: asyncpg.Connection, county: County, valid_from: date) -> None:
    now = datetime.now(UTC)
    regions = [
        (county.code, r.code, r.name, r.parent_code, r.level, r.served_by, valid_from) for r in county.regions
    ]
    # A county whose history is known maps its former codes from the first day on.
    known = {"retired_regions": former_codes(county.code)}
    parameters = [
        (
            county.code,
            d.name,
            1,
            valid_from,
            orjson.dumps(known.get(d.name, d.value)).decode(),
            d.source,
            ACTOR,
            now,
        )
        for d in DEFAULTS
    ]
    for schema in SCHEMAS:
        await connection.executemany(
            f"INSERT INTO {schema}.region"
            " (county_code, code, name, parent_code, level, served_by, valid_from)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            regions,
        )
        await connection.executemany(
            f"INSERT INTO {schema}.parameter"
            " (county_code, name, version, valid_from, value, source, set_by, set_at)"
            " VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, $8)",
            parameters,
        )


async def _add_client(connection: asyncpg.Connection, client: PlannedClient) -> Credential:
    secret = new_secret()
    await connection.execute(
        "INSERT INTO identity.client"
        " (client_id, name, secret_digest, scopes, version, created_by, created_at)"
        " VALUES ($1, $2, $3, $4, 1, $5, $6)",
        client.client_id,
        client.name,
        digest_of(secret),
        list(client.scopes),
        ACTOR,
        datetime.now(UTC),
    )
    await connection.executemany(
        "INSERT INTO identity.client_grant (client_id, role, org, region) VALUES ($1, $2, $3, $4)",
        [(client.client_id, grant.role, grant.org, grant.region) for grant in client.grants],
    )
    own = client.grants[0]
    return Credential(
        name=client.name,
        client_id=client.client_id,
        client_secret=secret,
        role=own.role,
        org_code=own.org,
        region_code=own.region,
        scopes=list(client.scopes),
    )


async def _audit(connection: asyncpg.Connection, county: County) -> None:
    detail = {"regions": len(county.regions), "clients": [client.client_id for client in clients_of(county)]}
    await connection.execute(
        "INSERT INTO identity.audit_entry"
        " (county_code, id, at, client_id, person, action, subject, detail, request_id)"
        " VALUES ($1, $2, $3, $4, '', 'county.added', $5, $6::jsonb, '')",
        county.code,
        new_id(),
        datetime.now(UTC),
        ACTOR,
        f"county/{county.code}",
        orjson.dumps(detail).decode(),
    )
