"""Photos and documents as telephones and offices make them, and as attackers do."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

#: What no cleaned file may hold: where it was, who made it and with what.
TRACES = (b"Exif", b"GPS", b"xpacket", b"ZhangPhone", b"Zhang San", b"DSCN", b"47.2358")

XMP = b'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/">47.2358 ZhangPhone</x:xmpmeta>'

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def picture(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """Green on the left half, red on the right."""
    made = Image.new(mode, (width, height), "red")
    made.paste("lime", (0, 0, width // 2, height))
    return made


def exif(orientation: int = 1) -> bytes:
    """Of a telephone that says its name and where it was."""
    made = Image.Exif()
    made[ORIENTATION] = orientation
    made[MAKER] = "ZhangPhone"
    place = made.get_ifd(GPS)
    place[1], place[2], place[3], place[4] = "N", (47.0, 14.0, 8.9), "E", (127.0, 6.0, 50.0)
    return made.tobytes()


def photo(form: str = "JPEG", orientation: int = 1, **options: Any) -> bytes:
    """A photo with all the metadata that its format takes."""
    into = BytesIO()
    settings: dict[str, Any] = {"exif": exif(orientation)}
    if form == "PNG":
        texts = PngInfo()
        texts.add_text("Comment", "Zhang San, DSCN0001")
        texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
        settings["pnginfo"] = texts
    else:
        settings["xmp"] = XMP
    if form == "JPEG":
        settings["comment"] = b"Zhang San, DSCN0001"
    picture().save(into, form, **settings, **options)
    return into.getvalue()


def huge_png(width: int = 60_000, height: int = 60_000) -> bytes:
    """A picture of gigabytes in a few hundred kilobytes: rows of nothing."""
    packer = zlib.compressobj(9)
    row = b"\0" * (1 + width // 8)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def document(writer: PdfWriter) -> bytes:
    into = BytesIO()
    writer.write(into)
    return into.getvalue()


def pdf() -> PdfWriter:
    """Two pages by somebody with a program, the first with a photo as the telephone made it."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    image = StreamObject()
    image.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Width"): NumberObject(64),
            NameObject("/Height"): NumberObject(48),
            NameObject("/ColorSpace"): NameObject("/DeviceRGB"),
            NameObject("/BitsPerComponent"): NumberObject(8),
            NameObject("/Filter"): NameObject("/DCTDecode"),
        }
    )
    image._data = photo()
    content = DecodedStreamObject()
    content.set_data(b"q 200 0 0 200 0 0 cm /Photo Do Q")
    xmp = DecodedStreamObject()
    xmp.set_data(XMP)
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/XObject"): DictionaryObject({NameObject("/Photo"): writer._add_object(image)})}
    )
    page[NameObject("/Contents")] = writer._add_object(content)
    page[NameObject("/Metadata")] = writer._add_object(xmp)
    writer.add_blank_page(200, 200)
    writer.root_object[NameObject("/Metadata")] = writer._add_object(xmp)
    writer.add_metadata({"/Author": "Zhang San", "/Title": "DSCN0001", "/Creator": "ZhangPhone"})
    return writer


def pdf_with_action(action: dict[str, Any], where: str = "/OpenAction") -> bytes:
    """``action`` by its names; ``where``: of the document, or ``page`` for the first page's opening."""
    writer = pdf()
    made = DictionaryObject(
        {
            NameObject(key): NameObject(value) if value.startswith("/") else TextStringObject(value)
            for key, value in action.items()
        }
    )
    if where == "page":
        writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): made})
    else:
        writer.root_object[NameObject(where)] = made
    return document(writer)


def pdf_with_note(note: dict[str, Any]) -> bytes:
    """A note on the first page."""
    writer = pdf()
    made = DictionaryObject(
        {NameObject(key): NameObject(value) for key, value in {"/Type": "/Annot", **note}.items()}
    )
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(made)])
    return document(writer)


def pages_of(content: bytes) -> list[Any]:
    return list(PdfReader(BytesIO(content)).pages)
