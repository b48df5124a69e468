"""Which store a setting names (`BIHUAN_STORAGE_URL`)."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from shared.storage.directory import DirectoryStorage
from shared.storage.port import Storage, checked_key
from shared.storage.s3 import S3Storage

KEY_ID = "BIHUAN_STORAGE_KEY_ID"
SECRET = "BIHUAN_STORAGE_SECRET"  # noqa: S105 - the name of a variable


class StorageMisconfigured(Exception):
    """The setting names no store; the only argument says in Chinese and English what it should be."""


def open_storage(url: str, environ: Mapping[str, str]) -> Storage:
    """``file:///absolute/directory`` or ``s3://bucket[/prefix]?endpoint=https://host[:port][&region=…]`` with its
    credentials in ``environ`` (or in the files that ``…_FILE`` name). Nothing is asked of the store yet."""
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and parts.path.startswith("/"):
        return DirectoryStorage(Path(unquote(parts.path)))
    if parts.scheme == "s3" and parts.netloc:
        return _bucket(parts.netloc, parts.path.strip("/"), dict(parse_qsl(parts.query)), environ)
    raise StorageMisconfigured(
        "BIHUAN_STORAGE_URL 应为 file:///绝对目录 或 s3://桶名?endpoint=https://主机 / a file: or s3: URL"
    )


def _bucket(bucket: str, prefix: str, options: Mapping[str, str], environ: Mapping[str, str]) -> Storage:
    endpoint = urlsplit(options.get("endpoint", ""))
    if options.keys() - {"endpoint", "region"}:
        raise StorageMisconfigured(
            "BIHUAN_STORAGE_URL 只有 endpoint 和 region 两个选项 / only endpoint and region"
        )
    if endpoint.scheme not in ("http", "https") or not endpoint.netloc:
        raise StorageMisconfigured(
            "BIHUAN_STORAGE_URL 的 endpoint 应为 https://主机 / endpoint is an https: URL"
        )
    try:
        if prefix:
            checked_key(prefix)
    except ValueError as error:
        raise StorageMisconfigured(f"BIHUAN_STORAGE_URL 的前缀 {prefix} 无法使用 / {error}") from error
    return S3Storage(
        bucket,
        prefix=prefix,
        endpoint=endpoint.geturl(),
        region=options.get("region", "us-east-1"),
        key_id=_secret(environ, KEY_ID),
        secret=_secret(environ, SECRET),
    )


def _secret(environ: Mapping[str, str], name: str) -> str:
    """From the variable, or from the file that ``NAME_FILE`` names."""
    if value := environ.get(name, ""):
        return value
    if file := environ.get(f"{name}_FILE", ""):
        try:
            return Path(file).read_text().strip()
        except OSError as error:
            raise StorageMisconfigured(f"{name}_FILE 无法读取：{error.strerror}") from error
    raise StorageMisconfigured(f"s3 存储须设置 {name} 或 {name}_FILE / {name} is not set")
