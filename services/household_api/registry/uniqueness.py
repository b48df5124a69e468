"""What stands in the county once only, also where the caller does not reach: the database alone knows of it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import IntegrityError

from services.household_api.registry.errors import HouseholdNoTaken, MembersConflict
from shared.errors import Refusal

HOUSEHOLD_NO: Final = "uq_household_county_code_household_no"
ID_NUMBER: Final = "uq_person_county_code_id_index"


def id_number_held() -> MembersConflict:
    return MembersConflict("证件号码已登记在另一人名下，请核对", "The id_number is somebody else's")


@contextmanager
def known_elsewhere(id_number: MembersConflict | None = None) -> Iterator[None]:
    """Around statements that add households or persons: raises ``HouseholdNoTaken`` for a number, ``id_number``
    (``MembersConflict``) for a person that is registered out of the caller's reach."""
    try:
        yield
    except IntegrityError as error:
        told: Mapping[str, Refusal] = {
            HOUSEHOLD_NO: HouseholdNoTaken(),
            ID_NUMBER: id_number or id_number_held(),
        }
        constraint = str(getattr(error.orig and error.orig.__cause__, "constraint_name", ""))
        if constraint not in told:
            raise
        raise told[constraint] from error
