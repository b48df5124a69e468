"""Records out of JSON and NDJSON of any length, a quarter MiB at a time.

A JSON array is cut at the ends of its elements, which numpy finds from quotes and brackets; each run of whole
elements is decoded by msgspec, so that what is taken is exactly what JSON allows.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import IO, Any

import msgspec
import numpy as np
import numpy.typing as npt

from shared.tables.columns import Row, Sheet
from shared.tables.errors import MalformedTable, NotATable
from shared.tables.rows import Records

DEEPEST = 16
LONGEST_RECORD = 1024 * 1024

_CHUNK = 256 * 1024
# Whoever takes the rows is at work on the first ones while the others are decoded.
_FIRST_CHUNK = 128 * 1024
_BOM = b"\xef\xbb\xbf"
_BLANKS = b" \t\r\n"
_QUOTE, _BACKSLASH = ord('"'), ord("\\")
_STRUCTURAL = np.zeros(256, dtype=bool)
_STRUCTURAL[list(b'"{}[]')] = True
_STEPS = np.zeros(256, dtype=np.int32)
_STEPS[list(b"{[")] = 1
_STEPS[list(b"}]")] = -1

_records = msgspec.json.Decoder(list[dict[str, Any]])
_record = msgspec.json.Decoder(dict[str, Any])


def read_json(source: IO[bytes], sheet: Sheet, key: str) -> Generator[Row, None, None]:
    """Rows of a bare array of records, or of the array under `key` in an object; `line` counts records.

    Raises NotATable (400) where the syntax ends to be JSON, MalformedTable (422) where it is JSON of another
    make: no such array, elements that are no records, nested or long beyond reason.
    """
    records = Records(sheet)
    head = source.read(_CHUNK).removeprefix(_BOM).lstrip(_BLANKS)
    start = 1 if head.startswith(b"[") else _array_start(head, key)
    opening, buffer = head[:start], head[start:]
    line = 0
    first = True
    while True:
        ends, close = _ends(buffer)
        if close is None and not ends:
            if len(buffer) > LONGEST_RECORD:
                raise MalformedTable("record_too_long", f"第{line + 1}条记录过长，最多{LONGEST_RECORD}字节")
            more = source.read(_CHUNK)
            if not more:
                raise NotATable("not_json", f"JSON 不完整，在第{line}条记录之后中断，请重新生成后上传")
            buffer += more
            continue
        cut = ends if close is None else close
        decoded = _decode(buffer[:cut], line, first=first)
        yield from records.rows(line + 1, decoded)
        line += len(decoded)
        buffer = buffer[cut:]
        first = False
        if close is not None:
            break
    _check_frame(opening, buffer, source, key)


def read_ndjson(source: IO[bytes], sheet: Sheet) -> Generator[Row, None, None]:
    """Rows of a record a line; blank lines are passed over, `line` counts all."""
    records = Records(sheet)
    line = 0
    rest = b""
    last = False
    while not last:
        chunk = source.read(_CHUNK if line else _FIRST_CHUNK)
        last = not chunk
        texts, ending, after = (rest + chunk).removeprefix(_BOM if line == 0 else b"").rpartition(b"\n")
        texts, rest = (texts + ending + after, b"") if last else (texts, after)
        if len(rest) > LONGEST_RECORD:
            raise MalformedTable("record_too_long", f"第{line + 1}行过长，最多{LONGEST_RECORD}字节")
        if not ending and not last:
            continue
        if (decoded := _decode_plain_lines(texts)) is not None:
            yield from records.rows(line + 1, decoded)
            line += len(decoded)
            continue
        for text in texts.split(b"\n"):
            line += 1
            if text and not text.isspace():
                yield records.row(line, _decode_line(text, line))


def _array_start(head: bytes, key: str) -> int:
    """Where the array under `key` begins in the opening of an object: behind its bracket."""
    if head.startswith(b"{"):
        places, depths = _brackets(head)
        opened = set(places[depths == 2].tolist())
        for found in re.finditer(rb'"' + re.escape(key.encode()) + rb'"\s*:\s*\[', head):
            if found.end() - 1 in opened:
                return found.end()
    if len(head) < _CHUNK // 2:
        try:
            msgspec.json.decode(head)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise NotATable("not_json", "请求体不是有效的 JSON，请检查语法与编码（UTF-8）") from None
        except RecursionError:
            raise _too_deep() from None
    elif not head.startswith(b"{"):
        raise NotATable("not_json", "请求体不是有效的 JSON，请检查语法与编码（UTF-8）")
    raise MalformedTable("records_missing", f'JSON 中没有记录数组，应为 {{"{key}": […]}} 或 […]')


def _check_frame(opening: bytes, buffer: bytes, source: IO[bytes], key: str) -> None:
    """What stands around the array must make a whole JSON text with it, and hold no second such array."""
    rest = buffer + source.read(LONGEST_RECORD)
    if source.read(1):
        raise NotATable("not_json", "JSON 记录数组之后还有过多内容，请检查")
    try:
        frame = msgspec.json.decode(opening + rest)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise NotATable("not_json", "JSON 记录数组之外的部分有语法错误，请检查") from None
    except RecursionError:
        raise _too_deep() from None
    if isinstance(frame, dict) and frame[key] != []:
        raise MalformedTable("records_twice", f"JSON 中有多个 {key}，请合并成一个")


def _brackets(buffer: bytes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Places of the brackets outside strings, and the depth behind each, counted from the buffer's start."""
    text = np.frombuffer(buffer, dtype=np.uint8)
    places = np.flatnonzero(_STRUCTURAL[text])
    marks = text[places]
    quotes = marks == _QUOTE
    preceded = (
        np.flatnonzero(quotes & (places > 0) & (text[places - 1] == _BACKSLASH)) if len(places) else places
    )
    if len(preceded):
        # A quote is escaped when the run of backslashes before it is odd.
        others = np.flatnonzero(text != _BACKSLASH)
        before = np.searchsorted(others, places[preceded]) - 1
        last_other = np.where(before >= 0, others[before], -1)
        quotes[preceded[(places[preceded] - 1 - last_other) % 2 == 1]] = False
    steps = _STEPS[marks]
    steps[np.cumsum(quotes) % 2 == 1] = 0
    bracket = steps != 0
    return places[bracket], np.cumsum(steps[bracket])


def _ends(buffer: bytes) -> tuple[int, int | None]:
    """Behind the last whole element (0: there is none), and where the array's closing bracket stands."""
    places, depths = _brackets(buffer)
    closing = np.flatnonzero(depths < 0)
    if len(closing):
        places, depths = places[: closing[0] + 1], depths[: closing[0] + 1]
    if len(depths) and depths.max() > DEEPEST:
        raise _too_deep()
    if len(closing):
        return 0, int(places[-1])
    whole = np.flatnonzero(depths == 0)
    return (int(places[whole[-1]]) + 1 if len(whole) else 0), None


def _decode(elements: bytes, line: int, *, first: bool) -> list[dict[str, Any]]:
    """A run of elements; one that is not the first in its array begins with the comma before it."""
    elements = elements.strip(_BLANKS)
    if not first and elements:
        if not elements.startswith(b",") or len(elements) == 1:
            raise NotATable("not_json", f"JSON 在第{line}条记录之后有语法错误，请检查")
        elements = elements[1:]
    try:
        decoded = _records.decode(b"[" + elements + b"]")
    except msgspec.ValidationError:
        raise MalformedTable(
            "record_malformed", f"第{line + 1}条起有记录不是 JSON 对象，或含过大的数字，请检查"
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise NotATable("not_json", f"JSON 在第{line + 1}条记录起有语法或编码错误，请检查") from None
    if b"\\u0000" in elements:
        for place, record in enumerate(decoded, line + 1):
            _refuse_nul(record, place)
    return decoded


def _decode_plain_lines(texts: bytes) -> list[dict[str, Any]] | None:
    """The records of many lines at once; None where they have to be looked at one by one.

    `}`, the end of a line and `{` follow one another inside no JSON value, so that each line holds whole ones;
    and one only, if there are no more of them than lines. With so few brackets none is nested too deep.
    """
    ends = texts.count(b"\n")
    if (
        texts.count(b"}\n{") + texts.count(b"}\r\n{") != ends
        or texts.count(b"{") + texts.count(b"[") > ends + DEEPEST
        or b"\\u0000" in texts
    ):
        return None
    try:
        decoded = _record.decode_lines(texts)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return decoded if len(decoded) == ends + 1 else None


def _decode_line(text: bytes, line: int) -> dict[str, Any]:
    # Fewer brackets than that cannot be nested too deep; more are counted.
    if text.count(b"[") + text.count(b"{") > DEEPEST:
        depths = _brackets(text)[1]
        if len(depths) and depths.max() > DEEPEST:
            raise _too_deep()
    try:
        record = _record.decode(text)
    except msgspec.ValidationError:
        raise MalformedTable(
            "record_malformed", f"第{line}行不是 JSON 对象，或含过大的数字，请检查"
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise NotATable("not_json", f"第{line}行不是有效的 JSON，请检查语法与编码（UTF-8）") from None
    if b"\\u0000" in text:
        _refuse_nul(record, line)
    return record


def _refuse_nul(record: dict[str, Any], place: int) -> None:
    """NUL can be written in JSON but stored nowhere. The text may hold a harmless backslash and u0000 too."""
    if b"\\u0000" in msgspec.json.encode(record).replace(b"\\\\", b""):
        raise MalformedTable("nul_character", f"第{place}条记录含有 NUL 字符，请清除后上传")


def _too_deep() -> MalformedTable:
    return MalformedTable("too_deep", f"JSON 嵌套超过{DEEPEST}层")
