"""Codes that merge, split or are given anew: what stands on them, what moves, and the record of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson
from sqlalchemy.engine import RowMapping

from services.household_api.parameters import service as parameters
from services.household_api.parameters.schemas import NewVersion
from services.household_api.regions import repository
from services.household_api.registry import places
from shared import audit
from shared.db import Transaction
from shared.parameters import parameter

RETIRED: Final = "retired_regions"


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """One line of a file of changes, as it stands in ``region_change``."""

    code: str
    effective_on: date
    kind: str
    name: str
    former_name: str
    successors: tuple[str, ...]


async def take_turns(tx: Transaction) -> None:
    """Changes of a county's regions wait for each other, and for what moves households."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtext('regions ' || :county))", {"county": tx.county})
    await tx.execute("SELECT pg_advisory_xact_lock(hashtext('registry ' || :county))", {"county": tx.county})


async def recorded(tx: Transaction) -> list[RecordedChange]:
    """Every change of the county's regions, the oldest first."""
    return [
        RecordedChange(
            row["region_code"],
            row["effective_on"],
            row["kind"],
            row["name"],
            row["former_name"],
            tuple(row["successors"]),
        )
        for row in await repository.changes(tx)
    ]


async def record(
    tx: Transaction, changes: Sequence[RecordedChange], moved: Mapping[str, Mapping[str, int]]
) -> None:
    """Add what has been carried out. ``moved``: by code, how many of what went with it."""
    for change in changes:
        counts = dict(moved.get(change.code, {}))
        values = {
            "code": change.code,
            "effective_on": change.effective_on,
            "kind": change.kind,
            "name": change.name,
            "former_name": change.former_name,
            "successors": list(change.successors),
            "moved": orjson.dumps(counts).decode(),
        }
        await repository.add_change(tx, values)
        detail: dict[str, Any] = {"kind": change.kind, "effective_on": change.effective_on}
        detail |= {"successors": change.successors, "moved": counts}
        await audit.record(tx, "region.changed", f"region/{change.code}", detail)


async def standing(tx: Transaction, codes: Sequence[str]) -> dict[str, dict[str, int]]:
    """What would move, by code and kind: households, persons, open cases, ledger entries, findings."""
    found: dict[str, dict[str, int]] = {}
    for row in await repository.standing(tx, codes):
        found.setdefault(row["region_code"], {})[row["kind"]] = row["standing"]
    return found


async def move(tx: Transaction, codes: Mapping[str, str]) -> None:
    """Households and all under them go from codes that have ended to the present ones."""
    if codes:
        await places.recoded(tx, codes)


async def retire(tx: Transaction, codes: Mapping[str, str], source: str, since: date) -> list[RowMapping]:
    """Let pushes with ended codes be read with the present ones, from ``since`` on or from the opening of this month's
    cycle, whichever is earlier: a month is read by one rule.

    Answers the versions that the parameter ``retired_regions`` has gained, for the copies of the other services. A
    version that is set for a later day is followed by one that knows of these codes as well.
    """
    gained = []
    opening = tx.today.replace(day=(await parameter(tx, "cycle_opens_day")).value)
    first = await repository.first_day(tx, RETIRED)
    begin = max(first, min(since, opening))
    known = (await parameter(tx, RETIRED, begin)).value
    later = await repository.later_versions(tx, RETIRED, begin)
    for valid_from, value in [(begin, known), *((row["valid_from"], row["value"]) for row in later)]:
        wanted = with_retired(value, codes)
        if wanted == value:
            continue
        version = NewVersion(name=RETIRED, value=wanted, valid_from=valid_from, source=source)
        told = await parameters.set_parameter(tx, version)
        gained.append(await repository.parameter_version(tx, RETIRED, told["version"]))
    return gained


def with_retired(known: Mapping[str, str], codes: Mapping[str, str]) -> dict[str, str]:
    """``known`` (former -> present) and ``codes``, with nothing that leads to a code that has ended itself."""
    chained = {former: codes.get(present, present) for former, present in known.items()}
    return {former: present for former, present in {**chained, **codes}.items() if former != present}
