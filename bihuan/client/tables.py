"""Tables on their way to a service: read from disk in chunks each time they are sent."""

import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import orjson
import zstandard

from shared.tables.content_types import MEDIA_TYPES, TableKind

from .errors import UnknownTable

Compression = Literal["gzip", "zstd"]
Progress = Callable[[int], None]
Source = str | Path | Iterable[Mapping[str, Any]]

CHUNK_BYTES = 256 * 1024
GZIP = 31

ENDINGS: dict[str, TableKind] = {
    ".csv": "csv",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".xlsx": "xlsx",
}
COMPRESSED: dict[str, Compression] = {".gz": "gzip", ".zst": "zstd"}


@dataclass(frozen=True, slots=True)
class TableBody:
    """A body that can be sent again. `progress` is told the bytes of the file as they are read."""

    path: Path
    kind: TableKind
    #: What the file is compressed with already, and what it is to be compressed with on the way.
    stored: Compression | None
    added: Compression | None
    progress: Progress | None

    @property
    def headers(self) -> dict[str, str]:
        headers = {"Content-Type": MEDIA_TYPES[self.kind].partition(";")[0]}
        if encoding := self.stored or self.added:
            headers["Content-Encoding"] = encoding
        if self.added is None:
            headers["Content-Length"] = str(self.path.stat().st_size)
        return headers

    def chunks(self) -> Iterator[bytes]:
        """The bytes, from the start."""
        if self.added is None:
            yield from self._read()
            return
        compressor = (
            zlib.compressobj(wbits=GZIP) if self.added == "gzip" else zstandard.ZstdCompressor().compressobj()
        )
        for chunk in self._read():
            if packed := compressor.compress(chunk):
                yield packed
        yield compressor.flush()

    def _read(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
                if self.progress is not None:
                    self.progress(len(chunk))


@contextmanager
def table_body(
    source: Source, compress: Compression | None = None, progress: Progress | None = None
) -> Iterator[TableBody]:
    """A file, its kind told by its ending (`.csv`, `.xlsx.gz`, …), or records, which become a file of NDJSON.

    Records may come from a generator that can be read once: they wait on disk, so that a broken connection
    does not lose them. Raises `UnknownTable`, and `OSError` for a file that cannot be read.
    """
    if isinstance(source, str | Path):
        yield _of_file(Path(source), compress, progress)
        return
    with tempfile.TemporaryDirectory(prefix="bihuan-") as folder:
        path = Path(folder) / "records.ndjson"
        with path.open("wb") as file:
            for record in source:
                file.write(orjson.dumps(record, default=str) + b"\n")
        yield _of_file(path, compress, progress)


def _of_file(path: Path, compress: Compression | None, progress: Progress | None) -> TableBody:
    endings = [ending.lower() for ending in path.suffixes[-2:]]
    stored = COMPRESSED.get(endings[-1]) if endings else None
    if stored is not None:
        endings.pop()
    kind = ENDINGS.get(endings[-1]) if endings else None
    if kind is None:
        raise UnknownTable(f"{path}：文件名应以 {'、'.join(ENDINGS)} 结尾（可再加 .gz 或 .zst）")
    # An XLSX file is compressed as it is.
    added = None if stored is not None or kind == "xlsx" else compress
    return TableBody(path, kind, stored, added, progress)
