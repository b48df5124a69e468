"""What happened in a household, told to the domains that must act on it in the same transaction."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal
from uuid import UUID

from shared.db import Transaction

Kind = Literal["split", "merged", "joined", "died", "left", "moved_village", "moved_county"]

#: As people read it in a household's history.
WORDS: Final[dict[Kind, str]] = {
    "split": "分户",
    "merged": "并户",
    "joined": "新增成员",
    "died": "成员死亡",
    "left": "成员迁出",
    "moved_village": "迁往本县他村",
    "moved_county": "全户迁往外县",
}


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """``other_household_id``: the new household of a split, the one that ended by a merge, where a person came
    from. ``ended``: nobody lives in ``household_id`` any more. ``place``: the county that it moved to."""

    kind: Kind
    household_id: UUID
    happened_on: date
    reason: str
    person_ids: Sequence[UUID] = ()
    other_household_id: UUID | None = None
    ended: bool = False
    place: str = ""

    @property
    def story(self) -> str:
        """The reason that the new versions carry."""
        return f"{WORDS[self.kind]}{self.place}（{self.happened_on}）：{self.reason}"


Listener = Callable[[Transaction, LifeEvent], Awaitable[None]]

_LISTENERS: Final[list[Listener]] = []


def tell(listener: Listener) -> Listener:
    """Register what another domain does when something happens in a household."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)
    return listener


async def happened(tx: Transaction, event: LifeEvent) -> None:
    for listener in _LISTENERS:
        await listener(tx, event)
