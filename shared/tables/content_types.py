"""Which of the four forms a body has, and which one the caller wants back."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import Message
from typing import Literal

from shared.tables.errors import UnknownTableType

TableKind = Literal["json", "ndjson", "csv", "xlsx"]

MEDIA_TYPES: dict[TableKind, str] = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

_KINDS: dict[str, TableKind] = {
    "application/json": "json",
    "application/x-ndjson": "ndjson",
    "application/ndjson": "ndjson",
    "application/jsonl": "ndjson",
    "text/csv": "csv",
    MEDIA_TYPES["xlsx"]: "xlsx",
}

_CHARSETS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "us-ascii": "utf-8",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "cp936": "gb18030",
}


def table_kind(content_type: str) -> TableKind:
    """The form that a Content-Type names; UnknownTableType (415) for any other."""
    kind = _KINDS.get(content_type.partition(";")[0].strip().lower())
    if kind is None:
        raise UnknownTableType(
            "unsupported_media_type",
            "不支持的 Content-Type，请用 application/json、application/x-ndjson、text/csv 或 XLSX 的类型",
        )
    return kind


def charset(content_type: str) -> str | None:
    """The encoding that a Content-Type's charset names, `utf-8` or `gb18030`; None where it names none."""
    message = Message()
    message["Content-Type"] = content_type
    named = message.get_param("charset")
    if not isinstance(named, str) or not named.strip():
        return None
    encoding = _CHARSETS.get(named.strip().lower())
    if encoding is None:
        raise UnknownTableType("unsupported_charset", "不支持的字符编码，请用 UTF-8 或 GB18030")
    return encoding


def negotiate(
    accept: str | None, offered: Sequence[TableKind] = ("json", "ndjson", "csv", "xlsx")
) -> TableKind:
    """The offered form that an Accept header likes best; the first offered where it names none of them."""
    best, most_liked = offered[0], 0.0
    for position in (accept or "").split(","):
        media_type, *parameters = (part.strip().lower() for part in position.split(";"))
        kind = _KINDS.get(media_type)
        liked = quality(parameters)
        if kind is not None and kind in offered and liked > most_liked:
            best, most_liked = kind, liked
        elif media_type in ("*/*", "application/*") and liked > most_liked:
            best, most_liked = offered[0], liked
    return best


def wants_page(accept: str | None) -> bool:
    """Whether an Accept header, as a browser's, likes text/html as well as anything else it names."""
    qualities = {}
    for position in (accept or "").split(","):
        media_type, *parameters = (part.strip().lower() for part in position.split(";"))
        qualities[media_type] = quality(parameters)
    return 0 < qualities.get("text/html", 0.0) == max(qualities.values())


def quality(parameters: Sequence[str]) -> float:
    """What the parameters of one position of an Accept header say: ``["q=0.5"]`` is 0.5, none is 1."""
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0
