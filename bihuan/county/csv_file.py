"""Small CSV files that people prepare: UTF-8 or GB18030, full-width digits and stray spaces forgiven."""

import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path


def read_rows(
    path: Path, required: Sequence[str], optional: Sequence[str], refused: type[Exception]
) -> list[tuple[int, dict[str, str]]]:
    """The rows that are not empty, each with its line and all columns; what cannot be read, or could not be stored,
    raises ``refused``."""
    reader = csv.DictReader(io.StringIO(_text(path, refused), newline=""), strict=True)
    try:
        return list(_rows(reader, path, required, optional, refused))
    except csv.Error as error:
        raise refused(f"第{reader.reader.line_num}行：不是有效的 CSV（引号不成对或含空字符）") from error


def _rows(
    reader: "csv.DictReader[str]",
    path: Path,
    required: Sequence[str],
    optional: Sequence[str],
    refused: type[Exception],
) -> Iterator[tuple[int, dict[str, str]]]:
    reader.fieldnames = [_plain(name).lower() for name in reader.fieldnames or []]
    if missing := [column for column in required if column not in reader.fieldnames]:
        raise refused(f"{path} 第1行缺少列 {'、'.join(missing)}，应有 {','.join(required)}")
    for row in reader:
        cells = {name: _plain(value) for name, value in row.items() if name and isinstance(value, str)}
        for name, value in cells.items():
            if any(unicodedata.category(character) == "Cc" for character in value):
                raise refused(f"第{reader.line_num}行：{name} 中有空字符、换行等控制字符，请删去")
        if any(cells.values()):
            yield reader.line_num, {column: cells.get(column, "") for column in (*required, *optional)}


def _text(path: Path, refused: type[Exception]) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise refused(f"无法读取 {path}：{error.strerror}") from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise refused(f"{path} 既不是 UTF-8 也不是 GB18030 的文本，请另存为 CSV UTF-8")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
