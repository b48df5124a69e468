"""Pages of tasks that were put together before and still hold: the same ones are polled again and again.

Opening what is sealed and writing it as JSON is most of a page's cost. A page is kept as it was answered to callers of
one reach, compressed, in the memory of the process alone; before each use the database is asked whether anything in it
has changed since. It is kept no longer than there is room, and never logged.
"""

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

from services.warning_api.dispatch.change_feed import ChangeFeed, place_of
from shared.runtime.context import ServiceContext
from shared.runtime.packed import Packed

#: Bytes of compressed pages in one process: some 900,000 tasks of one clue.
ROOM: Final = 128 * 1024 * 1024

#: What a page takes besides its text.
_OVERHEAD: Final = 1_000


@dataclass(slots=True)
class ReadyPage:
    """``text``: all but its end; ``number``: of the county's changes with which it was seen to hold.

    It shows what lies behind the place ``after`` (None: from the first) up to ``last`` (None: to the end).
    ``last_row`` is cycle and id of the last row, where there are more behind it.
    """

    number: int
    after: bytes | None
    last: bytes | None
    last_row: Mapping[str, Any] | None
    text: Packed

    @classmethod
    def of(
        cls, number: int, after: bytes | None, text: Packed, last_row: Mapping[Any, Any] | None
    ) -> "ReadyPage":
        if last_row is None:
            return cls(number, after, None, None, text)
        cycle, task_id = last_row["cycle"], last_row["id"]
        behind = {"cycle": cycle, "id": task_id}
        return cls(number, after, place_of(cycle, task_id), behind, text)


class ReadyPages:
    """The pages of one process, whichever county they are of; those that were not asked for longest go first."""

    def __init__(self, service: ServiceContext, room: int = ROOM) -> None:
        self._service = service
        self._feeds: dict[str, ChangeFeed] = {}
        self._pages: OrderedDict[Hashable, ReadyPage] = OrderedDict()
        self._left = room

    def feed(self, county: str) -> ChangeFeed:
        if county not in self._feeds:
            self._feeds[county] = ChangeFeed(self._service, county)
        return self._feeds[county]

    def get(self, feed: ChangeFeed, key: Hashable) -> ReadyPage | None:
        """The page, if it still holds by what ``feed`` knows."""
        page = self._pages.get(key)
        if page is None:
            return None
        if not feed.holds(page.number, page.after, page.last):
            self._drop(key)
            return None
        page.number = feed.number
        self._pages.move_to_end(key)
        return page

    def keep(self, key: Hashable, page: ReadyPage) -> None:
        if key in self._pages:
            self._drop(key)
        self._pages[key] = page
        self._left -= len(page.text.blocks) + _OVERHEAD
        while self._left < 0:
            self._drop(next(iter(self._pages)))

    def _drop(self, key: Hashable) -> None:
        self._left += len(self._pages.pop(key).text.blocks) + _OVERHEAD


_of_services: WeakKeyDictionary[ServiceContext, ReadyPages] = WeakKeyDictionary()


def ready_pages(service: ServiceContext) -> ReadyPages:
    """Those of this process."""
    if service not in _of_services:
        _of_services[service] = ReadyPages(service)
    return _of_services[service]
