"""Data keys, the keyring and the key files."""

import json
import os
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from shared.sealing import (
    KeyFileUnusable,
    Keyring,
    KeyUnwrapRefused,
    MatchKeys,
    UnknownKey,
    new_kek,
    new_match_keys,
    new_wrapped_key,
    read_kek,
    rewrap,
    unwrap,
)
from shared.sealing.blind_index import IndexKey

NOW = datetime(2026, 11, 8, tzinfo=UTC)
KEK = os.urandom(32)


def row(**changes):
    values = {"service": "warning_api", "county_code": "231226", "purpose": "seal", "key_id": 1, **changes}
    return new_wrapped_key(KEK, created_at=NOW, **values)


@pytest.mark.parametrize(
    ("purpose", "algorithm", "size"),
    [("seal", "sm4-gcm", 16), ("seal", "aes-256-gcm", 32), ("index", "hmac-sm3", 32)],
)
def test_a_data_key_has_the_size_of_its_algorithm_and_is_not_stored_bare(purpose, algorithm, size):
    seal = {"seal_algorithm": algorithm} if purpose == "seal" else {}
    made = row(purpose=purpose, **seal)
    key = unwrap(KEK, "warning_api", made)
    assert (made.algorithm, len(key)) == (algorithm, size)
    assert key not in made.wrapped
    assert key != unwrap(KEK, "warning_api", row(purpose=purpose, **seal))


def test_a_wrong_kek_stops_the_keyring_with_a_clear_error():
    with pytest.raises(KeyUnwrapRefused, match=r"231226 / seal / 1.*密钥加密密钥不是当初所用"):
        Keyring("warning_api", os.urandom(32), [row()])


@pytest.mark.parametrize(
    "change",
    [
        {"county_code": "411322"},
        {"purpose": "index"},
        {"key_id": 2},
        {"algorithm": "aes-256-gcm"},
        {"wrapped": b""},
    ],
)
def test_a_wrapped_key_moved_to_another_row_does_not_open(change):
    with pytest.raises(KeyUnwrapRefused):
        unwrap(KEK, "warning_api", replace(row(), **change))


def test_a_wrapped_key_of_another_service_does_not_open():
    with pytest.raises(KeyUnwrapRefused):
        unwrap(KEK, "household_api", row())


def test_a_new_kek_keeps_the_data_keys():
    old, kek = row(), os.urandom(32)
    new = rewrap(KEK, kek, "warning_api", old)
    assert unwrap(kek, "warning_api", new) == unwrap(KEK, "warning_api", old)
    with pytest.raises(KeyUnwrapRefused):
        unwrap(KEK, "warning_api", new)


def test_the_newest_key_that_is_not_retired_is_current():
    first, second = row(), row(key_id=2)
    ring = Keyring("warning_api", KEK, [second, first])
    assert ring.current("231226", "seal").key_id == 2
    ring.add(replace(second, retired_at=NOW))
    assert ring.current("231226", "seal").key_id == 1
    assert ring.version("231226", "seal", 2).retired
    ring.add(replace(first, retired_at=NOW))
    assert not ring.has("231226", "seal")
    with pytest.raises(UnknownKey):
        ring.current("231226", "seal")
    ring.add(ring.next_row("231226", "seal", NOW))
    assert ring.key_ids("231226", "seal") == [1, 2, 3]


def test_a_data_key_does_not_show_its_secret():
    key = Keyring("warning_api", KEK, [row()]).current("231226", "seal")
    assert repr(key.secret) not in repr(key)


def test_the_kek_file_is_read_as_written(tmp_path):
    path = tmp_path / "kek"
    path.write_text(new_kek())
    assert len(read_kek(path)) == 32


@pytest.mark.parametrize("text", ["", "不是密钥", "***", b64encode(bytes(16)).decode()])
def test_an_unusable_kek_file_is_named(tmp_path, text):
    path = tmp_path / "kek"
    path.write_text(text)
    with pytest.raises(KeyFileUnusable, match=str(path)):
        read_kek(path)
    with pytest.raises(KeyFileUnusable, match="absent"):
        read_kek(tmp_path / "absent")


def test_both_readers_of_a_match_key_file_compute_the_same_index(tmp_path):
    path = tmp_path / "match.json"
    path.write_text(new_match_keys(KEK))
    value = [b"231226199001010018"]
    first = MatchKeys.read(path, KEK)
    assert first.mac_many(value) == MatchKeys.read(path, KEK).mac_many(value)
    path.write_text(new_match_keys(KEK, path.read_text()))
    rotated = MatchKeys.read(path, KEK)
    assert (rotated.current_key_id, rotated.key_ids) == (2, [1, 2])
    assert rotated.mac_many(value) != first.mac_many(value)
    assert rotated.mac_many(value, key_id=1) == first.mac_many(value)
    with pytest.raises(UnknownKey):
        rotated.mac_many(value, key_id=3)
    with pytest.raises(KeyUnwrapRefused):
        MatchKeys.read(path, os.urandom(32))


def test_a_match_key_under_another_number_does_not_open(tmp_path):
    path = tmp_path / "match.json"
    path.write_text(json.dumps({"2": json.loads(new_match_keys(KEK))["1"]}))
    with pytest.raises(KeyUnwrapRefused):
        MatchKeys.read(path, KEK)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"a": "b"}', '{"1": 5}', '{"1": "*"}'])
def test_an_unusable_match_key_file_is_refused(tmp_path, text):
    path = tmp_path / "match.json"
    path.write_text(text)
    with pytest.raises(KeyFileUnusable):
        MatchKeys.read(path, KEK)


def test_hmac_sm3_gives_the_value_of_another_implementation():
    """Computed with `hashlib` alone, after RFC 2104."""
    hashlib = pytest.importorskip("hashlib")
    if "sm3" not in hashlib.algorithms_available:
        pytest.skip("this Python's OpenSSL has no SM3")
    key, value = bytes(range(32)), b"231226199001010018"
    block = key.ljust(64, b"\0")
    inner = hashlib.new("sm3", bytes(byte ^ 0x36 for byte in block) + value).digest()
    expected = hashlib.new("sm3", bytes(byte ^ 0x5C for byte in block) + inner).digest()
    assert IndexKey(key).mac_many([value]) == [expected]
