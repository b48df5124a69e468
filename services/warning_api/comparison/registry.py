"""Asking household_api who the warned persons are."""

from collections.abc import Sequence

from services.warning_api.filing.staging import PersonalData
from shared.contracts.matches import Match, Subject, decode_matches, encode_subjects
from shared.identifiers.id_number import birth_date
from shared.runtime.context import ServiceContext


def subjects_of(service: ServiceContext, persons: Sequence[tuple[str, PersonalData, str]]) -> list[Subject]:
    """Subjects for (reference, person, region code); ID numbers only as an index under the matching key."""
    indexes = iter(service.match_keys.mac_many([p.id_number.encode() for _, p, _ in persons if p.id_number]))
    return [
        Subject(
            ref=ref,
            id_index=next(indexes).hex() if person.id_number else None,
            index_key_id=service.match_keys.current_key_id if person.id_number else None,
            name=person.name,
            birth_date=birth_date(person.id_number).isoformat() if person.id_number else None,
            region_code=region,
        )
        for ref, person, region in persons
    ]


async def ask_registry(service: ServiceContext, county: str, subjects: Sequence[Subject]) -> list[Match]:
    """The matches of at most ``MOST_SUBJECTS``, in their order. Raises httpx.HTTPError while household_api is away."""
    answer = await service.http.post(
        f"{service.settings.household_url}/v1/matches",
        params={"county": county},
        content=encode_subjects({"subjects": subjects}),
        headers={"Content-Type": "application/json"},
        auth=service.own_token,
    )
    answer.raise_for_status()
    by_ref = {match.ref: match for match in decode_matches(answer.content).matches}
    return [by_ref[subject.ref] for subject in subjects]
