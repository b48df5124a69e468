"""Which files are taken, and what they may be."""

import re
import unicodedata
from typing import Final

MEBIBYTE: Final = 1024 * 1024

#: Of one file, as it is sent.
MOST_BYTES: Final = 20 * MEBIBYTE

#: What a file may say it is, and what the cleaning process calls that.
KINDS: Final = {
    "image/jpeg": "jpeg",
    "image/jpg": "jpeg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "image/heif": "heic",
    "application/pdf": "pdf",
}

#: What is kept, by kind: photos of telephones become what everybody can open.
KEPT_AS: Final = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "heic": "image/jpeg",
    "pdf": "application/pdf",
}

_ENDINGS: Final = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
}

LONGEST_NAME: Final = 120

_SEPARATORS: Final = re.compile(r"[/\\]")


def kind_of(content_type: str) -> str | None:
    """The kind of a Content-Type; None for one that is not taken."""
    return KINDS.get(content_type.partition(";")[0].strip().lower())


def kept_name(given: str, content_type: str) -> str:
    """The name of a file for whoever fetches it: the last part of ``given`` without what is not printed, with the
    ending of what it has become; ``附件`` where nothing is left."""
    last = _SEPARATORS.split(unicodedata.normalize("NFC", given))[-1]
    printed = "".join(letter for letter in last if letter.isprintable()).strip(" .")
    stem, point, ending = printed.rpartition(".")
    stem = (stem if point and 1 <= len(ending) <= 5 else printed).strip(" .")
    return (stem[:LONGEST_NAME] or "附件") + _ENDINGS[content_type]
