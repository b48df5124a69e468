"""What only a server can get wrong."""

import pytest

from shared.storage import StorageAway, open_storage
from tests.shared.storage.conftest import CREDENTIALS


async def test_a_server_that_does_not_answer_is_said_within_seconds() -> None:
    storage = open_storage("s3://kept?endpoint=http://127.0.0.1:1", CREDENTIALS)
    with pytest.raises(StorageAway) as refused:
        await storage.put("231226/ab", b"x")
    assert refused.value.status == 503
    assert refused.value.headers == {"Retry-After": "5"}
    with pytest.raises(StorageAway):
        await storage.get("231226/ab")


async def test_a_bucket_that_is_not_there_takes_nothing(s3_server: str) -> None:
    storage = open_storage(f"s3://nowhere?endpoint={s3_server}", CREDENTIALS)
    with pytest.raises(StorageAway):
        await storage.put("231226/ab", b"x")
