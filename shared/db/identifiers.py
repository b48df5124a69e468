"""UUIDv7 from the application: ordered by time, so that new rows stand together in an index."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    return uuid7()


def new_ids(count: int) -> list[UUID]:
    """``count`` ids in rising order."""
    return [uuid7() for _ in range(count)]
