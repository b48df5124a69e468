"""What is remembered of a person's decisions: the same department's same person is not asked about twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.engine import RowMapping

from services.warning_api.comparison import repository
from services.warning_api.comparison.registry import ask_registry
from services.warning_api.comparison.rules import decision_subject
from services.warning_api.filing.staging import PersonalData
from shared.contracts.matches import Match, Subject
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.runtime.context import ServiceContext


@dataclass(frozen=True, slots=True)
class Recalled:
    """A decision that is taken over: the option that was chosen (None: nobody), and for which warning."""

    deciding_warning: UUID
    option: dict[str, Any] | None


async def recall(
    service: ServiceContext,
    county: str,
    rows: Sequence[Mapping[str, Any]],
    persons: Sequence[PersonalData],
    subjects: Sequence[Subject],
    matches: list[Match],
) -> dict[int, Recalled]:
    """Earlier decisions that hold for these warnings, by their place; ``matches`` is brought up to date.

    An exact match goes before what was decided. A chosen person whom the registry no longer has, or somebody
    new beside a decision for nobody, is asked about again.
    """
    unsure = [place for place, match in enumerate(matches) if match.match != "exact"]
    if not unsure:
        return {}
    async with service.begin(county) as tx:
        if not await repository.anything_decided(tx):
            return {}
        keys = (await tx.sealer()).mac_many(
            county,
            [
                decision_subject(rows[place]["org_code"], persons[place], rows[place]["region_code"])
                for place in unsure
            ],
        )
        decided = await repository.remembered(tx, unsure, keys)
    again = [
        msgspec.structs.replace(subjects[decision["place"]], person_id=decision["person_id"])
        for decision in decided
        if decision["person_id"] is not None
    ]
    if again:
        for match in await ask_registry(service, county, again):
            matches[int(match.ref)] = match
    held = ((decision["place"], _holds(decision, matches[decision["place"]])) for decision in decided)
    return {place: recalled for place, recalled in held if recalled is not None}


def _holds(decision: Mapping[Any, Any], match: Match) -> Recalled | None:
    if match.match != "candidate":
        return None
    offered = {str(option["person_id"]): option for option in match.candidates}
    if decision["person_id"] is not None:
        option = offered.get(str(decision["person_id"]))
        return None if option is None else Recalled(decision["warning_id"], option)
    seen = {str(option["person_id"]) for option in decision["options"] or ()}
    return Recalled(decision["warning_id"], None) if offered.keys() <= seen else None


async def remember(
    tx: Transaction,
    row: RowMapping,
    person: PersonalData,
    kind: str,
    *,
    chosen: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Add what was ``decided``, or that it was ``undone``; the reason is free text, so it is sealed."""
    entry_id = new_id()
    sealer = await tx.sealer()
    (key,) = sealer.mac_many(tx.county, [decision_subject(row["org_code"], person, row["region_code"])])
    sealed = None
    if reason is not None:
        (sealed,) = sealer.seal_many(
            "match_decision", "reason", tx.county, [(entry_id.bytes, reason.encode())]
        )
    await repository.add_decision(
        tx,
        {
            "id": entry_id,
            "subject_key": key,
            "org_code": row["org_code"],
            "cycle": row["cycle"],
            "warning_id": row["id"],
            "kind": kind,
            "person_id": chosen["person_id"] if chosen else None,
            "household_id": chosen.get("household_id") if chosen else None,
            "reason": sealed,
        },
    )
