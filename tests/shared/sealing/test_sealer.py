"""Sealed values open in their own place only; indexes are HMAC-SM3 under a key per service and county."""

import os
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC
from hypothesis import given
from hypothesis import strategies as st

from shared.sealing import OVERHEAD_BYTES, Keyring, KeyringSealer, OpenRefused, SealingError, UnknownKey

NOW = datetime(2026, 11, 8, tzinfo=UTC)
COUNTY = "231226"
ROW = bytes(range(16))
ALGORITHMS = ("sm4-gcm", "aes-256-gcm")


def keyring(algorithm="sm4-gcm", service="warning_api", counties=(COUNTY,), kek=None):
    ring = Keyring(service, kek or os.urandom(32))
    for county in counties:
        ring.add(ring.next_row(county, "seal", NOW, algorithm))
        ring.add(ring.next_row(county, "index", NOW))
    return ring


@pytest.fixture(params=ALGORITHMS)
def ring(request):
    return keyring(request.param, counties=(COUNTY, "411322"))


RINGS = {algorithm: keyring(algorithm) for algorithm in ALGORITHMS}


@given(
    algorithm=st.sampled_from(ALGORITHMS),
    rows=st.lists(st.tuples(st.binary(min_size=16, max_size=16), st.binary(max_size=300)), max_size=20),
)
def test_what_is_sealed_opens_again(algorithm, rows):
    sealer = KeyringSealer(RINGS[algorithm])
    sealed = sealer.seal_many("warning", "id_number", COUNTY, rows)
    assert [len(blob) - OVERHEAD_BYTES for blob in sealed] == [len(value) for _, value in rows]
    placed = [(row_id, blob) for (row_id, _), blob in zip(rows, sealed, strict=True)]
    assert sealer.open_many("warning", "id_number", COUNTY, placed) == [value for _, value in rows]


def test_equal_values_are_sealed_under_nonces_of_their_own(ring):
    sealed = KeyringSealer(ring).seal_many("warning", "name", COUNTY, [(ROW, b"same")] * 500)
    assert len({blob[5:17] for blob in sealed}) == 500


@pytest.mark.parametrize(
    ("table", "column", "county", "row_id"),
    [
        ("person", "id_number", COUNTY, ROW),
        ("warning", "phone", COUNTY, ROW),
        ("warning", "id_number", "411322", ROW),
        ("warning", "id_number", COUNTY, ROW[::-1]),
        ("warningi", "d_number", COUNTY, ROW),
        ("warning", "id_number", COUNTY, ROW[:15]),
    ],
)
def test_a_moved_ciphertext_does_not_open(ring, table, column, county, row_id):
    sealer = KeyringSealer(ring)
    (blob,) = sealer.seal_many("warning", "id_number", COUNTY, [(ROW, b"231226199001010018")])
    with pytest.raises(OpenRefused) as refused:
        sealer.open_many(table, column, county, [(row_id, blob)])
    assert "231226199001010018" not in str(refused.value)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_place_alone_keeps_a_ciphertext_from_moving(algorithm):
    """Also where two counties, services or key ids had the same key by mistake."""
    ring = keyring(algorithm)
    (blob,) = KeyringSealer(ring).seal_many("warning", "name", COUNTY, [(ROW, b"x")])
    ring._keys[("411322", "seal")] = ring._keys[(COUNTY, "seal")]
    with pytest.raises(OpenRefused):
        KeyringSealer(ring).open_many("warning", "name", "411322", [(ROW, blob)])
    other = Keyring("household_api", bytes(32))
    other._keys = ring._keys
    with pytest.raises(OpenRefused):
        KeyringSealer(other).open_many("warning", "name", COUNTY, [(ROW, blob)])
    versions = ring._keys[(COUNTY, "seal")]
    versions[2] = replace(versions[1], key_id=2)
    with pytest.raises(OpenRefused):
        KeyringSealer(ring).open_many("warning", "name", COUNTY, [(ROW, blob[:4] + b"\x02" + blob[5:])])


def test_another_service_or_another_key_does_not_open(ring):
    (blob,) = KeyringSealer(ring).seal_many("warning", "name", COUNTY, [(ROW, "张三".encode())])
    for other in (keyring(service="household_api"), keyring(ring.current(COUNTY, "seal").algorithm)):
        with pytest.raises(OpenRefused):
            KeyringSealer(other).open_many("warning", "name", COUNTY, [(ROW, blob)])


def test_every_altered_byte_and_every_cut_is_noticed(ring):
    sealer = KeyringSealer(ring)
    (blob,) = sealer.seal_many("warning", "name", COUNTY, [(ROW, "张三".encode())])
    for at in range(len(blob)):
        flipped = blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :]
        for spoiled in (flipped, blob[:at]):
            with pytest.raises(SealingError):
                sealer.open_many("warning", "name", COUNTY, [(ROW, spoiled)])
    with pytest.raises(OpenRefused):
        sealer.open_many("warning", "name", COUNTY, [(ROW, blob + b"\0")])


def test_one_bad_value_releases_none(ring):
    sealer = KeyringSealer(ring)
    good, bad = sealer.seal_many("warning", "name", COUNTY, [(ROW, b"a"), (ROW, b"b")])
    with pytest.raises(OpenRefused):
        sealer.open_many("warning", "name", COUNTY, [(ROW, good), (ROW, bad[:-1])])


def test_after_a_rotation_old_values_open_and_new_ones_use_the_new_key():
    ring = keyring("sm4-gcm")
    sealer = KeyringSealer(ring)
    (old,) = sealer.seal_many("warning", "name", COUNTY, [(ROW, b"old")])
    ring.add(ring.next_row(COUNTY, "seal", NOW, "aes-256-gcm"))
    (new,) = sealer.seal_many("warning", "name", COUNTY, [(ROW, b"new")])
    assert (old[:5], new[:5]) == (b"\x01\0\0\0\x01", b"\x02\0\0\0\x02")
    mixed = [(ROW, old), (ROW, new), (ROW, old)]
    assert sealer.open_many("warning", "name", COUNTY, mixed) == [b"old", b"new", b"old"]


def test_a_row_id_is_sixteen_bytes(ring):
    with pytest.raises(ValueError, match="16 bytes"):
        KeyringSealer(ring).seal_many("warning", "name", COUNTY, [(b"short", b"x")])


def test_a_county_without_keys_is_named(ring):
    with pytest.raises(UnknownKey, match="110101"):
        KeyringSealer(ring).seal_many("warning", "name", "110101", [])
    with pytest.raises(UnknownKey, match="110101"):
        KeyringSealer(ring).mac_many("110101", [])


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_the_index_is_hmac_sm3(values):
    ring = RINGS["sm4-gcm"]
    expected = []
    for value in values:
        mac = HMAC(ring.current(COUNTY, "index").secret, SM3())
        mac.update(value)
        expected.append(mac.finalize())
    assert KeyringSealer(ring).mac_many(COUNTY, values) == expected


def test_the_index_differs_by_county_service_and_key_version():
    kek = os.urandom(32)
    ring = keyring(kek=kek, counties=(COUNTY, "411322"))
    other = keyring(kek=kek, service="household_api")
    sealer = KeyringSealer(ring)
    value = [b"231226199001010018"]
    before = sealer.mac_many(COUNTY, value)
    ring.add(ring.next_row(COUNTY, "index", NOW))
    indexes = [
        before,
        sealer.mac_many(COUNTY, value),
        sealer.mac_many("411322", value),
        KeyringSealer(other).mac_many(COUNTY, value),
    ]
    assert len({index[0] for index in indexes}) == 4
    assert sealer.index_key_ids(COUNTY) == [1, 2]
    assert sealer.mac_many(COUNTY, value, key_id=1) == before
