"""Samples: reproducible by hand, in proportion, never more than there is."""

import hashlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning_api.sampling import apportion, draw, new_seed, place, size_of

STRATA = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=4), st.integers(0, 40), min_size=1, max_size=8
)


def members(sizes: dict[str, int]) -> dict[str, list[str]]:
    return {stratum: [f"{stratum}-{number}" for number in range(held)] for stratum, held in sizes.items()}


@given(STRATA, st.integers(0, 400))
def test_each_stratum_gives_its_quota_to_within_one(sizes: dict[str, int], size: int) -> None:
    given_ = apportion(sizes, size)
    total = sum(sizes.values())
    size = min(size, total)
    assert sum(given_.values()) == size
    for stratum, held in sizes.items():
        assert given_[stratum] <= held
        if total:
            assert abs(given_[stratum] - size * held / total) < 1


@given(STRATA, st.text(max_size=8), st.integers(0, 100), st.randoms(use_true_random=False))
def test_a_sample_is_drawn_again_whatever_order_its_members_come_in(
    sizes: dict[str, int], seed: str, size: int, order: object
) -> None:
    strata = members(sizes)
    first = draw(strata, seed, size=size)
    shuffled = {stratum: list(held) for stratum, held in reversed(list(strata.items()))}
    for held in shuffled.values():
        order.shuffle(held)  # type: ignore[attr-defined]
    again = draw(shuffled, seed, size=size)
    assert again == first
    for stratum, chosen in first.items():
        assert set(chosen) <= set(strata[stratum])
        assert len(set(chosen)) == len(chosen)


@given(STRATA, st.text(max_size=8), st.integers(0, 100))
def test_a_larger_sample_keeps_who_comes_first(sizes: dict[str, int], seed: str, size: int) -> None:
    strata = members(sizes)
    for stratum, chosen in draw(strata, seed, size=size).items():
        whole = draw({stratum: strata[stratum]}, seed, share=Decimal(1))[stratum]
        assert whole[: len(chosen)] == chosen


def test_the_order_is_that_of_the_digest_of_seed_and_id() -> None:
    ids = [f"id-{number}" for number in range(50)]
    by_hand = sorted(ids, key=lambda id_: hashlib.sha256(f"2026Q4|{id_}".encode()).hexdigest())
    assert draw({"a": ids}, "2026Q4", size=7) == {"a": by_hand[:7]}
    # echo -n '2026Q4|id-0' | sha256sum
    assert place("2026Q4", "id-0").startswith("a5baf21b")


def test_equal_remainders_go_to_the_larger_stratum_then_by_name() -> None:
    assert apportion({"b": 1, "a": 1, "c": 2}, 2) == {"a": 1, "b": 0, "c": 1}
    assert apportion({"small": 1, "large": 3}, 2) == {"small": 0, "large": 2}


@pytest.mark.parametrize(
    ("share", "total", "size"),
    [("0.1", 0, 0), ("0", 50, 0), ("0.1", 3, 1), ("0.1", 14, 1), ("0.1", 15, 2), ("0.5", 5, 3), ("1", 7, 7)],
)
def test_a_share_is_rounded_and_never_nobody(share: str, total: int, size: int) -> None:
    assert size_of(Decimal(share), total) == size


def test_exactly_one_of_size_and_share() -> None:
    with pytest.raises(ValueError, match="either"):
        draw({"a": ["1"]}, "s")
    with pytest.raises(ValueError, match="either"):
        draw({"a": ["1"]}, "s", size=1, share=Decimal(1))


def test_nobody_is_sent_the_same_seed_twice() -> None:
    assert len({new_seed() for _ in range(100)}) == 100
