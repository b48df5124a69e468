"""Grants on places that are called otherwise go to the place that follows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared import audit
from shared.auth import Grant
from shared.db import Transaction

_OF_COUNTY: Final = """
SELECT g.client_id, g.role, g.org, g.region FROM client_grant g
JOIN client c ON c.client_id = g.client_id AND c.ended_at IS NULL
WHERE left(g.region, 6) = :county ORDER BY g.client_id, g.region"""

_ADD: Final = """
INSERT INTO client_grant (client_id, role, org, region) VALUES (:client, :role, :org, :region)
ON CONFLICT DO NOTHING"""

_TAKE: Final = """
DELETE FROM client_grant
WHERE client_id = :client AND role = :role AND org = :org AND region = :region"""


@dataclass(frozen=True, slots=True)
class MovedGrant:
    """``former`` is None where a client gains what it did not have: a unit that its township serves now."""

    client_id: str
    former: Grant | None
    present: Grant


async def planned(tx: Transaction, codes: Mapping[str, str], served: Mapping[str, str]) -> list[MovedGrant]:
    """Whose grants go where. A township's organisation is its code, so that goes along.

    ``served``: unit -> the township that serves it from now on, whose own clients gain a grant on it.
    """
    found = []
    after: set[tuple[str, Grant]] = set()
    for client_id, former in await _grants(tx):
        present = Grant(
            former.role, codes.get(former.org, former.org), codes.get(former.region, former.region)
        )
        after.add((client_id, present))
        if present != former:
            found.append(MovedGrant(client_id, former, present))
    for client_id, own in sorted(after, key=str):
        for unit, server in sorted(served.items()):
            gained = Grant(own.role, own.org, unit)
            if own.region == own.org == server and (client_id, gained) not in after:
                found.append(MovedGrant(client_id, None, gained))
    return found


async def on_codes(tx: Transaction, codes: Collection[str]) -> list[tuple[str, str]]:
    """Clients with a grant on one of these codes: (client, code)."""
    return [(client_id, grant.region) for client_id, grant in await _grants(tx) if grant.region in codes]


async def move(tx: Transaction, moved: Sequence[MovedGrant]) -> None:
    """Carry out what ``planned`` says. A token that was issued before keeps the former grants until it expires."""
    for each in moved:
        await tx.execute(_ADD, {"client": each.client_id, **_values(each.present)})
        if each.former is not None:
            await tx.execute(_TAKE, {"client": each.client_id, **_values(each.former)})
        detail = {"from": each.former and _values(each.former), "to": _values(each.present)}
        await audit.record(tx, "client.grant_moved", f"client/{each.client_id}", detail)
    clients = sorted({each.client_id for each in moved})
    await tx.execute(
        "UPDATE client SET version = version + 1 WHERE client_id = ANY (cast(:clients as text[]))",
        {"clients": clients},
    )


async def _grants(tx: Transaction) -> list[tuple[str, Grant]]:
    rows = await tx.rows(_OF_COUNTY, {"county": tx.county})
    return [(row["client_id"], Grant(row["role"], row["org"], row["region"])) for row in rows]


def _values(grant: Grant) -> dict[str, str]:
    return {"role": grant.role, "org": grant.org, "region": grant.region}
