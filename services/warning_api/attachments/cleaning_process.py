"""The process that opens a photo or PDF of whoever sent it, started by `cleaning.py` with limits on memory, time
and size.

It stands alone, so that it starts quickly and knows nothing of the service. File descriptor 0 is the file, another
takes the cleaned one, 1 takes the verdict as JSON: ``{"refused": code}``, or what the file is now. Arguments: the
kind that the file is said to be, that descriptor, address space in bytes, CPU seconds, most bytes of the cleaned
file, most pixels.
"""

from __future__ import annotations

import json
import os
import re
import resource
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, Final

HEIC_BRANDS: Final = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"}

#: Where hidden work begins: what runs, what opens another program, what sends somewhere.
ACTIONS: Final = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition", "/GoToE"}
ACTIVE: Final = {"/JS", "/JavaScript", "/XFA"}
EMBEDS: Final = {"/EmbeddedFiles", "/EF", "/RichMediaContent"}
EMBEDDED: Final = {"/EmbeddedFile", "/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"}
#: Who made it, when and where.
TRACES: Final = ("/Metadata", "/PieceInfo", "/LastModified", "/AA", "/OpenAction")

#: In the picture itself, FF is followed by 00 or counts the picture's parts (D0 to D7).
JPEG_MARKER: Final = re.compile(rb"\xff+([\x01-\xcf\xd8-\xfe])")
JPEG_END: Final = 0xD9
#: Of a JPEG's segments of applications: form, colours and what its decoding needs. Others tell of the camera.
JPEG_KEPT: Final = {0xE0, 0xE2, 0xEE}
#: Boxes of a JPEG 2000 that show nothing.
JPX_TRACES: Final = {b"uuid", b"xml ", b"uinf"}


class Refused(Exception):
    """The file is not taken; the only argument is the code."""


def main(kind: str, result: int, memory: int, cpu_seconds: int, most_bytes: int, most_pixels: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with os.fdopen(0, "rb") as file, os.fdopen(result, "wb") as cleaned:
            verdict = clean(file, cleaned, kind, most_pixels)
    except Refused as refusal:
        verdict = {"refused": refusal.args[0]}
    except Exception:
        # Decoders fail in every way on what was made to make them fail.
        verdict = {"refused": "attachment_unreadable"}
    os.write(1, json.dumps(verdict).encode())


def clean(file: BinaryIO, cleaned: BinaryIO, kind: str, most_pixels: int) -> dict[str, Any]:
    if kind_by_content(file.read(32)) != kind:
        raise Refused("attachment_not_what_it_says")
    file.seek(0)
    return clean_pdf(file, cleaned) if kind == "pdf" else clean_image(file, cleaned, kind, most_pixels)


def kind_by_content(start: bytes) -> str | None:
    """What a file is by its first bytes."""
    if start.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "webp"
    if start[4:8] == b"ftyp" and start[8:12] in HEIC_BRANDS:
        return "heic"
    if start.startswith(b"%PDF-"):
        return "pdf"
    return None


def clean_image(file: BinaryIO, cleaned: BinaryIO, kind: str, most_pixels: int) -> dict[str, Any]:
    """The picture alone, upright, drawn anew: no metadata, no second picture, nothing before or behind it."""
    from PIL import Image, ImageOps

    if kind == "heic":
        from pi_heif import register_heif_opener

        register_heif_opener(thumbnails=False)
    formats = {"jpeg": ["JPEG", "MPO"], "heic": ["HEIF"]}.get(kind, [kind.upper()])
    Image.MAX_IMAGE_PIXELS = None  # Counted here, by a number that the county may set.
    image: Image.Image = Image.open(file, formats=formats)
    if image.width * image.height > most_pixels:
        raise Refused("attachment_too_many_pixels")
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    transparent = kind in ("png", "webp") and image.has_transparency_data
    image = image.convert("RGBA" if transparent else "RGB")
    image.info = {}
    if kind == "png":
        image.save(cleaned, "PNG", compress_level=3)
    elif kind == "webp":
        image.save(cleaned, "WEBP", quality=90)
    else:
        image.save(cleaned, "JPEG", quality=90)
    return {"width": image.width, "height": image.height}


def clean_pdf(file: BinaryIO, cleaned: BinaryIO) -> dict[str, Any]:
    """The pages alone, in a new file. What runs, embeds or is locked is refused, so that nobody misses it."""
    from pypdf import PdfReader, PdfWriter

    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - 2048))
    if b"%%EOF" not in file.read():
        raise Refused("attachment_unreadable")
    file.seek(0)
    reader = PdfReader(file)
    if reader.is_encrypted:
        raise Refused("attachment_pdf_encrypted")
    for found in dictionaries(reader.trailer["/Root"]):
        refuse_hidden_work(found)
    # Before the pages are copied: what nobody refers to any more does not come along.
    for found in dictionaries(reader.trailer["/Root"]):
        for trace in TRACES:
            found.pop(trace, None)
        clean_photo(found)
    writer = PdfWriter()
    for page in reader.pages:
        writer.add_page(page)
    if not len(writer.pages):
        raise Refused("attachment_unreadable")
    writer.metadata = None
    writer.write(cleaned)
    return {"pages": len(writer.pages)}


def dictionaries(root: Any) -> Iterator[Any]:
    """Every dictionary and stream that can be reached from ``root``, once."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    waiting = [root]
    seen: set[tuple[int, int]] = set()
    while waiting:
        one = waiting.pop()
        if isinstance(one, IndirectObject):
            place = (one.idnum, one.generation)
            if place in seen:
                continue
            seen.add(place)
            one = one.get_object()
        if isinstance(one, DictionaryObject):
            yield one
            waiting.extend(one.raw_get(key) for key in one)
        elif isinstance(one, ArrayObject):
            waiting.extend(list.__iter__(one))


def refuse_hidden_work(found: Any) -> None:
    kinds = {str(found.get(key)) for key in ("/S", "/Type", "/Subtype")}
    if found.keys() & ACTIVE or str(found.get("/S")) in ACTIONS:
        raise Refused("attachment_pdf_active")
    if found.keys() & EMBEDS or kinds & EMBEDDED:
        raise Refused("attachment_pdf_embeds")


def clean_photo(found: Any) -> None:
    """A photo in a page is a JPEG as the camera made it, with the place where it was taken; some programs pack it
    once more, or make a JPEG 2000 of it."""
    filters = found.get("/Filter")
    names = [
        str(one.get_object()) for one in (list.__iter__(filters) if isinstance(filters, list) else [filters])
        if one is not None
    ]  # fmt: skip
    if not names or names[-1] not in TRACE_REMOVERS:
        return
    if isinstance(filters, list):
        unpack(found, names)
    # The stream as it stands in the file; the library's own setter wants it decoded.
    found._data = TRACE_REMOVERS[names[-1]](found._data)


def unpack(found: Any, names: list[str]) -> None:
    """Take off what is packed around a photo, so that its own format is left. The library's limits hold."""
    from pypdf.filters import decode_stream_data
    from pypdf.generic import ArrayObject, NameObject, NullObject, StreamObject

    given = found.get("/DecodeParms")
    ways = list(list.__iter__(given)) if isinstance(given, list) else [NullObject()] * len(names)
    packed = StreamObject()
    packed._data = found._data
    packed[NameObject("/Filter")] = ArrayObject(NameObject(name) for name in names[:-1])
    packed[NameObject("/DecodeParms")] = ArrayObject(ways[: len(names) - 1])
    found._data = decode_stream_data(packed)
    found[NameObject("/Filter")] = NameObject(names[-1])
    found.pop("/DecodeParms", None)
    if len(ways) == len(names) and not isinstance(ways[-1].get_object(), NullObject):
        found[NameObject("/DecodeParms")] = ways[-1]


def without_traces(jpeg: bytes) -> bytes:
    """A JPEG without the segments that are not needed to show it and without what stands behind its end (a second
    picture, with traces of its own); as it is where it is none."""
    if not jpeg.startswith(b"\xff\xd8"):
        return jpeg
    kept = bytearray(jpeg[:2])
    at = 2
    while found := JPEG_MARKER.search(jpeg, at):
        marker = found[1][0]
        # What lies between two segments is the picture itself.
        kept += jpeg[at : found.start()]
        if marker == JPEG_END:
            return bytes(kept) + b"\xff\xd9"
        at = found.end() + int.from_bytes(jpeg[found.end() : found.end() + 2], "big")
        if marker < 0xE0 or marker in JPEG_KEPT:
            kept += b"\xff" + found[1] + jpeg[found.end() : at]
    return bytes(kept) + jpeg[at:]


def without_boxes(jpx: bytes) -> bytes:
    """A JPEG 2000 without the boxes in which cameras and programs write; as it is where it is none."""
    kept, at = bytearray(), 0
    while at + 8 <= len(jpx) and (size := int.from_bytes(jpx[at : at + 4], "big")) >= 8:
        if jpx[at + 4 : at + 8] not in JPX_TRACES:
            kept += jpx[at : at + size]
        at += size
    return bytes(kept) + jpx[at:]


#: Of the formats in which a page keeps a photo, by the name of the filter.
TRACE_REMOVERS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "/DCTDecode": without_traces,
    "/JPXDecode": without_boxes,
}


if __name__ == "__main__":
    main(sys.argv[1], *(int(argument) for argument in sys.argv[2:]))
