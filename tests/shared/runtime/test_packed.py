"""Text that is kept compressed can be read by anybody, with whatever stands behind it."""

import json

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.packed import LONGEST_TAIL, Packed, packed_response, takes

TEXTS = st.one_of(
    st.binary(min_size=1, max_size=300), st.binary(min_size=1, max_size=40).map(lambda part: part * 9_000)
)


def unpacked(frame: bytes) -> bytes:
    """As a client reads it that knows nothing of how it was made: one frame, nothing behind it."""
    reader = zstandard.ZstdDecompressor().decompressobj()
    text = reader.decompress(frame)
    assert reader.eof
    assert reader.unused_data == b""
    return text


@given(TEXTS, st.binary(max_size=2_000))
def test_the_frame_is_the_text_and_its_tail(text: bytes, tail: bytes) -> None:
    packed = Packed.of(text)
    assert unpacked(packed.frame(tail)) == text + tail
    assert packed.text(tail) == text + tail


def test_the_longest_tail_fits_and_a_longer_one_is_refused() -> None:
    packed = Packed.of(b"[")
    assert unpacked(packed.frame(bytes(LONGEST_TAIL))) == b"[" + bytes(LONGEST_TAIL)
    with pytest.raises(ValueError, match="longer than a block"):
        packed.frame(bytes(LONGEST_TAIL + 1))


@pytest.mark.parametrize(
    ("named", "taken"),
    [
        ("zstd", True),
        ("gzip, deflate, br, ZSTD", True),
        ("gzip;q=1.0, zstd; q=0.5", True),
        ("zstd;q=0, gzip", False),
        ("zstd;q=x", False),
        ("gzip", False),
        ("*", False),
        ("", False),
        (None, False),
    ],
)
def test_only_who_names_zstd_gets_it(named: str | None, taken: bool) -> None:
    assert takes(named) is taken
    answer = packed_response(Packed.of(b'{"items":[]'), named, b',"next_cursor":null}')
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers.get("content-encoding") == ("zstd" if taken else None)
    body = bytes(answer.body)
    assert json.loads(unpacked(body) if taken else body) == {"items": [], "next_cursor": None}
