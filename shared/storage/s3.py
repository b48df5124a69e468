"""Objects in a bucket of S3-compatible storage."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import S3Store

from shared.storage.port import ObjectMissing, StorageAway, StoredObject, checked_key

log = structlog.get_logger("storage")

#: Somebody waits for the answer, with the file in memory: rather refuse than wait longer.
_CONNECT: Final = timedelta(seconds=3)
_ANSWER: Final = timedelta(seconds=30)
_RETRIES: Final = 2


class S3Storage:
    """`Storage` in ``bucket``, below ``prefix``. ``endpoint``: where the provider answers; ``region``: as it
    wants it. The bucket is part of the path, as all providers understand."""

    def __init__(
        self, bucket: str, *, prefix: str, endpoint: str, region: str, key_id: str, secret: str
    ) -> None:
        self._prefix = f"{prefix}/" if prefix else ""
        self._store = S3Store(
            bucket,
            endpoint=endpoint,
            region=region,
            access_key_id=key_id,
            secret_access_key=secret,
            virtual_hosted_style_request=False,
            client_options={
                "connect_timeout": _CONNECT,
                "timeout": _ANSWER,
                "allow_http": endpoint.startswith("http://"),
            },
            retry_config={"max_retries": _RETRIES, "retry_timeout": _ANSWER},
        )

    async def put(self, key: str, content: bytes) -> None:
        with _told():
            # In one request, so that no part stays behind from one that was broken off.
            await obstore.put_async(self._store, self._name(key), content, use_multipart=False)

    async def get(self, key: str) -> bytes:
        with _told(key):
            found = await obstore.get_async(self._store, self._name(key))
            return bytes(await found.bytes_async())

    async def delete(self, key: str) -> None:
        with _told():
            await obstore.delete_async(self._store, self._name(key))

    async def objects(self, prefix: str) -> AsyncIterator[Sequence[StoredObject]]:
        with _told():
            async for batch in obstore.list(self._store, self._name(prefix)):
                yield [
                    StoredObject(each["path"].removeprefix(self._prefix), each["last_modified"])
                    for each in batch
                ]

    def _name(self, key: str) -> str:
        return self._prefix + checked_key(key)


@contextmanager
def _told(key: str | None = None) -> Iterator[None]:
    """What the library raises, in the words of the port; ``key``: of an object that is asked for. What it says of
    an error names the request."""
    try:
        yield
    except (BaseError, OSError) as error:
        if key is not None and isinstance(error, FileNotFoundError):
            raise ObjectMissing(key) from None
        log.warning("storage_away", error=type(error).__name__, said=str(error).partition("\n")[0])
        raise StorageAway() from error
