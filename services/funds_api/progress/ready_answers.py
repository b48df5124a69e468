"""Answers that were put together before and still hold: screens ask for the same progress all day.

An answer is kept in the memory of the process alone, with the state of what it was made of (``repository.state``) as
it was before; it is used as long as that state is the same.
"""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Final
from weakref import WeakKeyDictionary

from shared.runtime.context import ServiceContext
from shared.runtime.packed import Packed

#: Bytes of compressed answers in one process: that of a county of 200 units and sources has some 10,000.
ROOM: Final = 8 * 1024 * 1024


class ReadyAnswers:
    """Those that were not asked for longest go first."""

    def __init__(self, room: int = ROOM) -> None:
        self._left = room
        self._kept: OrderedDict[Hashable, tuple[Hashable, Packed]] = OrderedDict()

    def get(self, key: Hashable, state: Hashable) -> Packed | None:
        kept = self._kept.get(key)
        if kept is None or kept[0] != state:
            return None
        self._kept.move_to_end(key)
        return kept[1]

    def keep(self, key: Hashable, state: Hashable, text: Packed) -> None:
        """``state`` was read before what ``text`` shows: what changed in between is noticed at the next asking."""
        if key in self._kept:
            self._drop(key)
        self._kept[key] = state, text
        self._left -= len(text.blocks)
        while self._left < 0:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        self._left += len(self._kept.pop(key)[1].blocks)


_OF_SERVICES: Final[WeakKeyDictionary[ServiceContext, ReadyAnswers]] = WeakKeyDictionary()


def ready_answers(service: ServiceContext) -> ReadyAnswers:
    """Those of this process."""
    return _OF_SERVICES.setdefault(service, ReadyAnswers())
