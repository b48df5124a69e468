"""What goes with a household wherever it moves: told to the registry by every process that changes it."""

from services.household_api.assistance import service as assistance
from services.household_api.guarantees import service as guarantees
from services.household_api.imports import service as imports
from services.household_api.monitoring import moves
from services.household_api.monitoring.household_events import household_changed
from services.household_api.quality import service as quality
from services.household_api.registry import life_events, places


def register_followers() -> None:
    """Let cases, plans, ledgers and findings follow, and cases know what happened; safe to call again."""
    for follower in (
        moves.households_moved,
        assistance.households_moved,
        guarantees.households_moved,
        quality.households_moved,
    ):
        places.follow(follower)
    for code_follower in (guarantees.places_recoded, quality.places_recoded, imports.places_recoded):
        places.follow_codes(code_follower)
    life_events.tell(household_changed)
