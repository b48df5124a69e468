"""Types and names of files."""

import pytest

from services.warning_api.attachments.rules import LONGEST_NAME, kept_name, kind_of


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("image/jpeg", "jpeg"),
        ("IMAGE/JPG; charset=binary", "jpeg"),
        ("image/heif", "heic"),
        ("application/pdf", "pdf"),
        ("image/svg+xml", None),
        ("", None),
    ],
)
def test_kinds_by_content_type(content_type: str, kind: str | None) -> None:
    assert kind_of(content_type) == kind


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("张三家.JPG", "张三家.jpg"),
        ("IMG_1.heic", "IMG_1.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\fake\\危房.png.exe", "危房.png.jpg"),
        ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie: x.jpg"),
        ("\u202egpj.exe", "gpj.jpg"),
        ("入户 2026.11.08 张三家", "入户 2026.11.08 张三家.jpg"),
        ("...", "附件.jpg"),
        ("", "附件.jpg"),
        ("长" * 500, "长" * LONGEST_NAME + ".jpg"),
    ],
)
def test_names_are_made_fit_to_be_shown(given: str, kept: str) -> None:
    assert kept_name(given, "image/jpeg") == kept
