"""UUIDv7 from the application: ordered by time, so that new rows stand together in an index."""

from uuid import UUID

import uuid_utils
from asyncpg.pgproto.pgproto import UUID as DriverUUID
from uuid_utils.compat import uuid7


def new_id() -> UUID:
    return uuid7()


def new_id_text() -> str:
    """The same as text, four times faster."""
    return str(uuid_utils.uuid7())


def new_ids(count: int) -> list[UUID]:
    """``count`` ids in rising order."""
    return [uuid7() for _ in range(count)]


def new_row_ids(count: int) -> list[UUID]:
    """The same for rows that go to the database by the thousand: as the driver's own kind of UUID, which is made four
    times faster, and shown and hashed without Python."""
    return [DriverUUID(uuid_utils.uuid7().bytes) for _ in range(count)]
