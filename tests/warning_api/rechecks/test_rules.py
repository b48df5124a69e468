"""Samples: their size, their strata, that they can be drawn again; who may not visit again."""

import hashlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning_api.rechecks.rules import (
    STRATA,
    digest_of,
    drawn,
    named_stratum,
    repeated_visitors,
    size_of,
    stratum_of,
)

TASK = {
    "township": "231226100",
    "village": None,
    "department": "YB",
    "indicator": 'YB|01"',
    "outcome": "no_risk",
    "household_type": "lifted",
}


@pytest.mark.parametrize(
    ("share", "held", "size"),
    [("0.05", 100, 5), ("0.05", 101, 6), ("0.05", 1, 1), ("1", 7, 7), ("0.333333", 3, 1), ("0.1", 0, 0)],
)
def test_a_share_is_rounded_up(share: str, held: int, size: int) -> None:
    assert size_of(Decimal(share), held) == size


@given(
    st.dictionaries(st.text(max_size=5), st.sets(st.uuids().map(str), max_size=40), max_size=6),
    st.decimals(Decimal("0.000001"), 1, places=6),
    st.text("0123456789abcdef", min_size=1, max_size=16),
)
def test_every_stratum_gives_its_share_and_the_same_again(
    strata: dict[str, set[str]], share: Decimal, seed: str
) -> None:
    found = drawn(strata, seed, share)
    for stratum, members in strata.items():
        assert set(found[stratum]) <= members
        assert len(found[stratum]) == len(set(found[stratum])) == size_of(share, len(members))
        first = sorted(members, key=lambda id_: hashlib.sha256(f"{seed}|{id_}".encode()).hexdigest())
        assert found[stratum] == first[: len(found[stratum])]
    backwards = {name: sorted(members, reverse=True) for name, members in reversed(strata.items())}
    assert drawn(backwards, seed, share) == found


def test_another_seed_draws_others() -> None:
    members = {"": [f"{number:032x}" for number in range(200)]}
    samples = {tuple(drawn(members, seed, Decimal("0.1"))[""]) for seed in "abcdef"}
    assert len(samples) == 6


def test_strata_are_told_by_name_whatever_their_values() -> None:
    stratum = stratum_of(TASK, STRATA)
    assert named_stratum(stratum, STRATA) == {name: value or "" for name, value in TASK.items()}
    assert named_stratum(stratum_of(TASK, []), []) == {}


def test_the_digest_is_what_sort_and_sha256sum_give() -> None:
    assert digest_of(["b", "a"]) == hashlib.sha256(b"a\nb\n").digest()
    assert digest_of({"a": 1, "b": 2}) == digest_of(["b", "a"])


@pytest.mark.parametrize(
    ("verifiers", "first", "repeated"),
    [
        (["王五"], ["王五"], ["王五"]),
        (["王 五", "赵六"], ["王五"], ["王 五"]),
        (["王伍"], ["王五"], []),
        (["買買提·艾力"], ["買買提•艾力"], ["買買提·艾力"]),
        (["張三"], ["张三", "李四"], ["張三"]),
        (["王五（镇农业办）"], ["王五"], ["王五（镇农业办）"]),
        (["王五"], ["王五 (村书记)", "李四"], ["王五"]),
        (["赵六、王五"], ["王五"], ["赵六、王五"]),
        (["王五"], ["李四，王五"], ["王五"]),
        (["赵六（王五代）"], ["王五"], []),
        (["（）"], ["【】"], []),
        (["赵六"], [], []),
    ],
)
def test_who_was_there_is_known_however_the_name_is_written(
    verifiers: list[str], first: list[str], repeated: list[str]
) -> None:
    assert repeated_visitors(verifiers, first) == repeated
