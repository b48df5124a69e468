"""What BIHUAN_STORAGE_URL may say."""

from pathlib import Path

import pytest

from shared.storage import StorageMisconfigured, open_storage
from tests.shared.storage.conftest import CREDENTIALS

BUCKET = "s3://bucket/kept?endpoint=https://store.example:9000&region=cn-north-1"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "attachments",
        "file:relative",
        "file://host/path",
        "http://127.0.0.1/bucket",
        "s3://?endpoint=https://store.example",
        "s3://bucket",
        "s3://bucket?endpoint=127.0.0.1:9000",
        "s3://bucket?endpoint=https://store.example&secret=x",
        "s3://bucket/../other?endpoint=https://store.example",
    ],
)
def test_what_names_no_store_is_refused_with_what_would(url: str) -> None:
    with pytest.raises(StorageMisconfigured, match="BIHUAN_STORAGE_URL"):
        open_storage(url, CREDENTIALS)


def test_a_bucket_needs_credentials_and_a_directory_none(tmp_path: Path) -> None:
    open_storage((tmp_path / "附件").as_uri(), {})
    with pytest.raises(StorageMisconfigured, match="BIHUAN_STORAGE_KEY_ID"):
        open_storage(BUCKET, {})
    with pytest.raises(StorageMisconfigured, match="BIHUAN_STORAGE_SECRET"):
        open_storage(BUCKET, {"BIHUAN_STORAGE_KEY_ID": "reader"})


def test_credentials_may_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("not-a-secret\n")
    environ = {"BIHUAN_STORAGE_KEY_ID": "reader", "BIHUAN_STORAGE_SECRET_FILE": str(tmp_path / "secret")}
    open_storage(BUCKET, environ)
    with pytest.raises(StorageMisconfigured, match="BIHUAN_STORAGE_SECRET_FILE"):
        open_storage(BUCKET, environ | {"BIHUAN_STORAGE_SECRET_FILE": str(tmp_path / "none")})
