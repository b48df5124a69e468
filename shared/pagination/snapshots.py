"""What has changed since a poll before, told by the database's snapshots: each change once, whatever commits late.

A row's ``changed_in`` names the transaction that wrote it last. The token of a list (``updated_until``) is the
snapshot in which its first page was read; given back as ``updated_after``, it asks for the rows that transactions
wrote which that snapshot did not see. ``updated_at`` cannot do that: it is the instant at which a transaction began,
and one that began earlier may commit later.

Further pages carry the first page's snapshot in their cursor and leave out what was written after it: that comes with
the next poll, which begins there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

import orjson
from fastapi import Depends, Query
from pydantic import TypeAdapter, ValidationError

from shared.db import Transaction
from shared.errors import FieldError, Unprocessable
from shared.pagination.cursors import InvalidCursor, Page, Paging, T, encode
from shared.runtime.schema import Instant

#: ``xmin:xmax:xip,…`` of pg_snapshot behind a letter, so that no instant looks like it.
_TOKEN = re.compile(
    r"s(?P<snapshot>(?P<xmin>[1-9]\d{0,18}):(?P<xmax>[1-9]\d{0,18}):(\d{1,19}(,\d{1,19})*)?)", re.ASCII
)

_CYCLE = re.compile(r"\d{4}-\d{2}", re.ASCII)

#: Some hundred transactions at work at once; a snapshot names each of them.
LONGEST_TOKEN = 8000

_AS_SNAPSHOT = "cast(cast({} as text) as pg_snapshot)"
_AS_XID = "cast(cast({} as text) as xid8)"


class UnknownSnapshot(Unprocessable):
    code = "unknown_snapshot"
    title, title_en = (
        "updated_after 所指的时点不在本数据库中（可能已从备份恢复），请不带 updated_after 重新读取全部",
        "This database does not know updated_after (restored from a backup?): read the whole list again",
    )


class ChangesPage(Page[T]):
    """A list that can be polled: ``updated_until`` goes into the next poll's ``updated_after``."""

    updated_until: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot as PostgreSQL writes it, and its two bounds."""

    text: str
    xmin: int
    xmax: int

    @classmethod
    def of(cls, text: str) -> Self:
        """Of what ``pg_current_snapshot()`` has answered, as text."""
        xmin, xmax, _ = text.split(":")
        return cls(text, int(xmin), int(xmax))

    @property
    def token(self) -> str:
        return f"s{self.text}"


def snapshot_of_token(token: str) -> Snapshot | None:
    """None for what is no token at all."""
    found = _TOKEN.fullmatch(token) if len(token) <= LONGEST_TOKEN else None
    if found is None:
        return None
    snapshot = Snapshot(found["snapshot"], int(found["xmin"]), int(found["xmax"]))
    under = [int(number) for number in found["snapshot"].rpartition(":")[2].split(",") if number]
    ordered = snapshot.xmin <= snapshot.xmax and under == sorted(set(under))
    inside = all(snapshot.xmin <= number < snapshot.xmax for number in under)
    return snapshot if ordered and inside else None


_instant = TypeAdapter(Instant).validate_python

NOT_A_POINT_IN_TIME = FieldError(
    "/updated_after",
    "not_an_instant",
    "应为上次读取得到的 updated_until，或带时区的时间 2026-11-08T09:00:00+08:00",
)


async def _asked_for(
    updated_after: Annotated[str | None, Query(max_length=LONGEST_TOKEN)] = None,
) -> Snapshot | datetime | None:
    return read_updated_after(updated_after)


def read_updated_after(updated_after: str | None) -> Snapshot | datetime | None:
    """An instant (then it filters by ``updated_at``) or the token of a poll before."""
    if updated_after is None:
        return None
    snapshot = snapshot_of_token(updated_after)
    if snapshot is not None:
        return snapshot
    try:
        instant: datetime = _instant(updated_after)
    except ValidationError as error:
        raise Unprocessable(errors=[NOT_A_POINT_IN_TIME]) from error
    return instant


#: ``updated_after: UpdatedAfter`` in the signature of an endpoint.
UpdatedAfter = Annotated[Snapshot | datetime | None, Depends(_asked_for)]


class Poll:
    """One page of a list of rows with ``cycle``, ``id`` and ``changed_in``: which it shows and in which order.

    ``since`` is the token's snapshot, None for a list that is read from the start; ``first`` that of the walk's first
    page, None until ``began`` has said it. From the start rows come by cycle and id, as their partitions have them; a
    list that is narrowed to one ``cycle`` names it. Since a token they come in the order of their changes.
    """

    def __init__(
        self, paging: Paging, updated_after: Snapshot | datetime | None = None, cycle: str | None = None
    ) -> None:
        self.limit = paging.limit
        self.since = updated_after if isinstance(updated_after, Snapshot) else None
        self.first: Snapshot | None = None
        #: Behind which row the page begins: its id, and its cycle or the number of the transaction that changed it.
        self.after: tuple[UUID, str | int] | None = None
        self._cycle = cycle
        if paging.after is not None:
            self.first, self.after = self._read(paging.after)

    def _read(self, parts: list[Any]) -> tuple[Snapshot, tuple[UUID, str | int]]:
        """A cursor: ``[id, token, cycle]``, or ``[id, token, changed_in]`` since a token."""
        if len(parts) != 3 or not all(type(part) is str for part in parts[:2]):
            raise InvalidCursor()
        row_id, token, place = parts
        first = snapshot_of_token(token)
        if self.since is None:
            fits = type(place) is str and _CYCLE.fullmatch(place) and self._cycle in (None, place)
        else:
            fits = type(place) is int and 0 < place < 2**63
        try:
            after = UUID(row_id), place
        except ValueError as error:
            raise InvalidCursor() from error
        if first is None or not fits:
            raise InvalidCursor()
        return first, after

    async def begin(self, tx: Transaction) -> None:
        """Take the snapshot of the first page in a statement of its own; since a token, the rows are narrowed to it."""
        present: str = await tx.scalar("SELECT cast(pg_current_snapshot() AS text)")
        self.began(present)

    def began(self, present: str) -> None:
        """``present``: a snapshot of this request, as text, not younger than the statement that reads the rows."""
        seen = Snapshot.of(present)
        if self.since is not None and self.since.xmax > seen.xmax:
            raise UnknownSnapshot(
                errors=[FieldError("/updated_after", UnknownSnapshot.code, UnknownSnapshot.title)]
            )
        self.first = self.first or seen

    def condition(self, alias: str) -> tuple[str, dict[str, Any]]:
        """SQL for WHERE about the rows of ``alias``, and its ``:name`` parameters."""
        parts = ["true"]
        values: dict[str, Any] = {}
        if self.since is not None:
            parts.append(
                f"{alias}.changed_in >= {_AS_XID.format(':poll_xmin')}"
                f" AND NOT pg_visible_in_snapshot({alias}.changed_in, {_AS_SNAPSHOT.format(':poll_since')})"
                f" AND pg_visible_in_snapshot({alias}.changed_in, {_AS_SNAPSHOT.format(':poll_first')})"
            )
            values |= {"poll_xmin": str(self.since.xmin), "poll_since": self.since.text}
            values["poll_first"] = self._first.text
        if self.after is not None:
            values["poll_after"], place = self.after
            if self.since is not None:
                row = f"({_AS_XID.format(':poll_place')}, :poll_after)"
                parts.append(f"({alias}.changed_in, {alias}.id) > {row}")
                values["poll_place"] = str(place)
            elif self._cycle is not None:
                parts.append(f"{alias}.id > :poll_after")
            else:
                parts.append(f"({alias}.cycle, {alias}.id) > (:poll_place, :poll_after)")
                values["poll_place"] = place
        return " AND ".join(parts), values

    def order(self, alias: str) -> str:
        """SQL for ORDER BY."""
        if self.since is not None:
            return f"{alias}.changed_in, {alias}.id"
        return f"{alias}.id" if self._cycle is not None else f"{alias}.cycle, {alias}.id"

    def cursor_behind(self, row: Mapping[Any, Any]) -> str:
        """``row`` has ``id``, ``cycle`` and ``changed_in``, a number or as text."""
        place = row["cycle"] if self.since is None else int(row["changed_in"])
        return encode([row["id"], self.updated_until, place])

    @property
    def _first(self) -> Snapshot:
        if self.first is None:
            raise RuntimeError("a poll has a snapshot once it has begun")
        return self.first

    @property
    def updated_until(self) -> str:
        """The token for the next poll."""
        return self._first.token

    def page(self, items: Any, last: Mapping[Any, Any] | None) -> dict[str, Any]:
        """The answer; ``last``: the last row shown, where there are more behind it."""
        return {
            "items": items,
            "next_cursor": None if last is None else self.cursor_behind(last),
            "updated_until": self.updated_until,
        }


def page_begin(items: bytes) -> bytes:
    """The same as JSON, of ``items`` that are JSON already, but for its end."""
    return b'{"items":' + items


def page_end(poll: Poll, last: Mapping[Any, Any] | None) -> bytes:
    """What is another one for each caller and time."""
    end = {key: value for key, value in poll.page(None, last).items() if key != "items"}
    return b"," + orjson.dumps(end)[1:]
