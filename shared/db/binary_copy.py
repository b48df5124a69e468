"""Fields of rows in the binary format of COPY, made where no connection is (PostgreSQL, COPY, File Formats).

A file is ``COPY_BEGIN``, rows, ``COPY_END``; a row is the number of its fields in two bytes, then each field behind its
length in four.
"""

from datetime import date
from typing import Final

COPY_BEGIN: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_END: Final = b"\xff\xff"
NULL: Final = b"\xff\xff\xff\xff"

_FIRST_DAY: Final = date(2000, 1, 1).toordinal()


def text_field(text: str) -> bytes:
    return bytes_field(text.encode())


def bytes_field(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value


def date_field(day: date) -> bytes:
    return bytes_field((day.toordinal() - _FIRST_DAY).to_bytes(4, "big", signed=True))
