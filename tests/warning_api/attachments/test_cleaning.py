"""What is left of photos and PDF, and what is refused of those that were made to harm."""

import gzip
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest
from PIL import Image
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NullObject,
    NumberObject,
    TextStringObject,
)

from services.warning_api.attachments.cleaning import Cleaned, CleaningLimits, clean
from services.warning_api.attachments.errors import REFUSALS, AttachmentRefused
from tests.factories.files import (
    TRACES,
    document,
    huge_png,
    pages_of,
    pdf,
    pdf_with_action,
    pdf_with_note,
    photo,
    picture,
)

LIME, RED = (0, 255, 0), (255, 0, 0)

HEIC = (Path(__file__).parent / "photo.heic").read_bytes()


async def cleaned(content: bytes, kind: str, **limits: float) -> Cleaned:
    with TemporaryFile() as file:
        file.write(content)
        file.flush()
        return await clean(file, kind, CleaningLimits(**limits))  # type: ignore[arg-type]


async def refused(content: bytes, kind: str, **limits: float) -> str:
    with pytest.raises(AttachmentRefused) as found:
        await cleaned(content, kind, **limits)
    assert found.value.title == REFUSALS[found.value.code][0]
    return found.value.code


def near(found: object, wanted: tuple[int, int, int]) -> bool:
    assert isinstance(found, tuple)
    return all(abs(one - other) < 40 for one, other in zip(found, wanted, strict=True))


@pytest.mark.parametrize(("form", "kind"), [("JPEG", "jpeg"), ("PNG", "png"), ("WEBP", "webp")])
async def test_a_photo_keeps_its_picture_and_loses_what_it_tells(form: str, kind: str) -> None:
    sent = photo(form)
    assert sum(trace in sent for trace in TRACES) >= 3
    found = await cleaned(sent, kind)
    assert [trace for trace in TRACES if trace in found.content] == []
    assert found.content_type == f"image/{kind}"
    assert (found.width, found.height) == (64, 48)
    image = Image.open(BytesIO(found.content))
    assert image.format == form
    assert dict(image.getexif()) == {}
    assert near(image.convert("RGB").getpixel((5, 5)), LIME)
    assert near(image.convert("RGB").getpixel((60, 5)), RED)


async def test_a_photo_of_a_telephone_in_heic_becomes_a_jpeg_without_its_place() -> None:
    assert b"ZhangPhone" not in HEIC
    assert b"Phone" in HEIC
    found = await cleaned(HEIC, "heic")
    assert found.content_type == "image/jpeg"
    assert b"Phone" not in found.content
    assert b"Exif" not in found.content
    image = Image.open(BytesIO(found.content))
    assert (image.format, image.size) == ("JPEG", (64, 48))


async def test_a_photo_that_was_taken_upright_is_shown_upright() -> None:
    found = await cleaned(photo(orientation=6), "jpeg")
    image = Image.open(BytesIO(found.content))
    assert image.size == (48, 64)
    assert near(image.convert("RGB").getpixel((5, 5)), LIME)
    assert near(image.convert("RGB").getpixel((5, 60)), RED)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "CMYK"])
async def test_pictures_in_every_mode_are_taken(mode: str) -> None:
    kind, form = ("jpeg", "JPEG") if mode == "CMYK" else ("png", "PNG")
    into = BytesIO()
    picture().convert(mode).save(into, form)
    found = await cleaned(into.getvalue(), kind)
    assert Image.open(BytesIO(found.content)).size == (64, 48)


async def test_what_hangs_behind_a_picture_does_not_come_along() -> None:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("payload.txt", "MZ payload")
    found = await cleaned(photo() + archive.getvalue() + b"<script>alert(1)</script>", "jpeg")
    assert b"<script>" not in found.content
    assert not zipfile.is_zipfile(BytesIO(found.content))


async def test_a_page_hidden_in_the_comment_of_a_picture_does_not_come_along() -> None:
    found = await cleaned(commented(b"<html><script>alert(1)</script></html>"), "jpeg")
    assert b"<script>" not in found.content


def commented(comment: bytes) -> bytes:
    into = BytesIO()
    picture().save(into, "JPEG", comment=comment)
    assert comment in into.getvalue()
    return into.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"MZ\x90\x00\x03" + b"\0" * 500, "jpeg"),
        (b"<html><script>alert(1)</script></html>" + photo(), "jpeg"),
        (b"GIF89a" + b"\0" * 100, "png"),
        (photo("PNG"), "jpeg"),
        (photo("JPEG"), "pdf"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "webp"),
        (b"\n%PDF-1.7 not at the beginning", "pdf"),
        (b"PK\x03\x04" + b"\0" * 100, "pdf"),
        (gzip.compress(photo()), "jpeg"),
        (b"\0\0\0\x18ftypmp42" + b"\0" * 100, "heic"),
        (b"", "jpeg"),
    ],
    ids=["exe", "html", "gif", "png", "jpeg", "svg", "pdf-later", "zip", "gzip", "mp4", "empty"],
)
async def test_a_file_that_is_something_else_is_refused(content: bytes, kind: str) -> None:
    assert await refused(content, kind) == "attachment_not_what_it_says"


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "heic", "pdf"])
async def test_a_file_that_was_cut_off_is_refused(kind: str) -> None:
    whole = {
        "jpeg": photo(),
        "png": photo("PNG"),
        "webp": photo("WEBP"),
        "heic": HEIC,
        "pdf": document(pdf()),
    }[kind]
    assert await refused(whole[: len(whole) * 2 // 3], kind) == "attachment_unreadable"


async def test_a_pdf_whose_last_change_was_cut_off_is_refused() -> None:
    """What it was before is not what was sent."""
    begun = document(pdf()) + b"9 0 obj\n<</Type/Page>>\nendobj\n" * 100
    assert await refused(begun, "pdf") == "attachment_unreadable"


async def test_a_file_with_noise_in_its_middle_is_refused() -> None:
    whole = bytearray(photo("PNG"))
    pixels = whole.index(b"IDAT") + 8
    whole[pixels : pixels + 20] = bytes(20)
    assert await refused(bytes(whole), "png") == "attachment_unreadable"


async def test_a_picture_of_gigabytes_is_refused_before_it_is_unfolded() -> None:
    bomb = huge_png()
    assert len(bomb) < 600_000
    assert await refused(bomb, "png", cpu_seconds=2) == "attachment_too_many_pixels"


async def test_a_process_at_its_limits_takes_nobody_with_it() -> None:
    large = huge_png(6_000, 6_000)
    assert (await cleaned(large, "png")).width == 6_000
    assert await refused(large, "png", memory=160 * 1024 * 1024) == "attachment_unreadable"
    assert await refused(photo(), "jpeg", wait_seconds=0.001) == "attachment_unreadable"
    assert await refused(photo("PNG"), "png", most_bytes=100) == "attachment_unreadable"


async def test_a_pdf_keeps_its_pages_and_loses_what_it_tells() -> None:
    sent = document(pdf())
    assert sum(trace in sent for trace in TRACES) >= 5
    found = await cleaned(sent, "pdf")
    assert [trace for trace in TRACES if trace in found.content] == []
    assert (found.content_type, found.pages) == ("application/pdf", 2)
    first, second = pages_of(found.content)
    assert first["/Contents"].get_data() == b"q 200 0 0 200 0 0 cm /Photo Do Q"
    shown = first.images[0].image
    assert near(shown.convert("RGB").getpixel((5, 5)), LIME)
    assert second.mediabox.width == 200


def packed(by: str) -> bytes:
    """The document with its photo as other programs keep it."""
    writer = pdf()
    page: Any = writer.pages[0]
    image = page["/Resources"]["/XObject"]["/Photo"]
    jpeg = NameObject("/DCTDecode")
    if by == "packed once more":
        image._data = zlib.compress(image._data)
        image[NameObject("/Filter")] = ArrayObject([NameObject("/FlateDecode"), jpeg])
        nothing = DictionaryObject({NameObject("/Predictor"): NumberObject(1)})
        image[NameObject("/DecodeParms")] = ArrayObject([nothing, NullObject()])
    elif by == "named elsewhere":
        image[NameObject("/Filter")] = ArrayObject([writer._add_object(jpeg)])
    elif by == "filled up":
        image._data = image._data[:2] + b"\xff\xff" + image._data[2:]
    else:
        plain = BytesIO()
        picture().save(plain, "JPEG", progressive=True)
        image._data = plain.getvalue() + image._data
    return document(writer)


@pytest.mark.parametrize(
    "by", ["packed once more", "named elsewhere", "filled up", "with a second one behind it"]
)
async def test_a_photo_in_a_pdf_loses_what_it_tells_however_it_is_kept(by: str) -> None:
    found = await cleaned(packed(by), "pdf")
    page = pages_of(found.content)[0]
    image = page["/Resources"]["/XObject"]["/Photo"]
    filters = image["/Filter"]
    assert [one.get_object() for one in (filters if isinstance(filters, list) else [filters])] == [
        "/DCTDecode"
    ]
    assert [trace for trace in TRACES if trace in found.content] == []
    shown = page.images[0].image
    assert near(shown.convert("RGB").getpixel((5, 5)), LIME)
    assert near(shown.convert("RGB").getpixel((60, 5)), RED)


async def test_a_jpeg_2000_in_a_pdf_loses_its_notes() -> None:
    boxes = {b"jP  ": b"\r\n\x87\n", b"uuid": photo(), b"xml ": b"xpacket 47.2358", b"jp2c": b"the picture"}
    sent = b"".join((8 + len(box)).to_bytes(4) + name + box for name, box in boxes.items())
    writer = pdf()
    page: Any = writer.pages[0]
    image = page["/Resources"]["/XObject"]["/Photo"]
    image._data, image[NameObject("/Filter")] = sent, NameObject("/JPXDecode")
    found = await cleaned(document(writer), "pdf")
    assert [trace for trace in TRACES if trace in found.content] == []
    kept = pages_of(found.content)[0]["/Resources"]["/XObject"]["/Photo"]._data
    assert kept == sent[:12] + sent[-19:]


@pytest.mark.parametrize("where", ["/OpenAction", "page"])
@pytest.mark.parametrize(
    "action",
    [
        {"/S": "/JavaScript", "/JS": "app.alert(1)"},
        {"/S": "/Launch", "/F": "cmd.exe"},
        {"/S": "/SubmitForm", "/F": "http://127.0.0.1/"},
        {"/S": "/ImportData", "/F": "x.fdf"},
    ],
    ids=["script", "launch", "submit", "import"],
)
async def test_a_pdf_that_does_something_is_refused(where: str, action: dict[str, str]) -> None:
    assert await refused(pdf_with_action(action, where), "pdf") == "attachment_pdf_active"


async def test_a_script_whose_name_is_written_otherwise_is_found() -> None:
    sent = pdf_with_action({"/S": "/JavaScript", "/JS": "app.alert(1)"})
    assert b"/JavaScript" in sent
    hidden = sent.replace(b"/JavaScript", b"/Java#53cript").replace(b"/JS", b"/#4AS")
    assert await refused(hidden, "pdf") == "attachment_pdf_active"


async def test_a_script_for_the_whole_document_is_found() -> None:
    writer = pdf()
    script = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("1")}
    )
    named = DictionaryObject({NameObject("/Names"): ArrayObject([TextStringObject("a"), script])})
    writer.root_object[NameObject("/Names")] = DictionaryObject({NameObject("/JavaScript"): named})
    assert await refused(document(writer), "pdf") == "attachment_pdf_active"


async def test_a_pdf_that_holds_other_files_is_refused() -> None:
    writer = pdf()
    writer.add_attachment("payload.exe", b"MZ")
    assert await refused(document(writer), "pdf") == "attachment_pdf_embeds"


@pytest.mark.parametrize("subtype", ["/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"])
async def test_a_note_that_holds_a_file_is_refused(subtype: str) -> None:
    assert await refused(pdf_with_note({"/Subtype": subtype}), "pdf") == "attachment_pdf_embeds"


async def test_a_link_and_a_stamp_stay() -> None:
    found = await cleaned(pdf_with_note({"/Subtype": "/Stamp"}), "pdf")
    assert pages_of(found.content)[0]["/Annots"][0].get_object()["/Subtype"] == "/Stamp"


@pytest.mark.parametrize("password", ["", "secret"])
async def test_a_locked_pdf_is_refused(password: str) -> None:
    writer = pdf()
    writer.encrypt(password, owner_password="owner", algorithm="AES-128")
    assert await refused(document(writer), "pdf") == "attachment_pdf_encrypted"


async def test_a_pdf_without_pages_is_refused() -> None:
    empty = pdf()
    for _ in range(2):
        empty.remove_page(0)
    assert await refused(document(empty), "pdf") == "attachment_unreadable"


async def test_a_pdf_that_goes_in_circles_ends() -> None:
    circle = b"""%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Count 1/Kids[2 0 R]>> endobj
trailer <</Root 1 0 R>>
startxref
0
%%EOF"""
    assert await refused(circle, "pdf", wait_seconds=20) == "attachment_unreadable"
