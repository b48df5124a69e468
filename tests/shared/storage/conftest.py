"""Both stores: a directory, and a bucket of a server that speaks S3 over HTTP on this machine."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from moto.server import ThreadedMotoServer

from shared.storage import Storage, open_storage

CREDENTIALS = {"BIHUAN_STORAGE_KEY_ID": "reader", "BIHUAN_STORAGE_SECRET": "not-a-secret"}


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of the server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture(params=["directory", "bucket"])
def storage_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "directory":
        return (tmp_path / "attachments").as_uri()
    server: str = request.getfixturevalue("s3_server")
    bucket = "".join(letter for letter in tmp_path.name if letter.isalnum()).lower()
    with urlopen(Request(f"{server}/{bucket}", method="PUT")) as answer:  # noqa: S310 - on this machine
        assert answer.status == 200
    return f"s3://{bucket}/kept?endpoint={server}"


@pytest.fixture
def storage(storage_url: str) -> Storage:
    return open_storage(storage_url, CREDENTIALS)


@pytest.fixture
def reopened(storage_url: str) -> Callable[[], Storage]:
    """The same store as another process sees it."""
    return lambda: open_storage(storage_url, CREDENTIALS)
