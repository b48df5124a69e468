"""What a payment of income is for."""

from uuid import UUID

import pytest

from services.funds_api.photovoltaic.rules import NEEDS, Use, paid_for, payment_problems, post_name

PLAN, FAMILY, OTHER = (UUID(int=number) for number in (1, 2, 3))


def test_a_post_is_one_however_it_is_written() -> None:
    assert post_name("保洁员 １号") == post_name(" 保洁员1号") == "保洁员1号"


@pytest.mark.parametrize("use", NEEDS)
def test_each_use_takes_what_it_needs_and_no_more(use: Use) -> None:
    everything = {"household_id": FAMILY, "post": "保洁员", "month": "2026-10", "document_no": "1"}
    nothing = dict.fromkeys(everything)
    missing = {field for field, code, _ in payment_problems(use, nothing) if code == "missing"}
    assert missing == NEEDS[use]
    enough = {field: value if field in NEEDS[use] else None for field, value in everything.items()}
    assert payment_problems(use, enough) == []
    too_much = {field for field, code, _ in payment_problems(use, everything) if code == "not_expected"}
    assert too_much == set(everything) - NEEDS[use] - {"document_no"}


def test_a_post_is_the_same_in_every_plan_and_for_whoever_holds_it() -> None:
    first = paid_for("public_post", PLAN, FAMILY, "保洁员", "2026-10", None)
    assert first == paid_for("public_post", OTHER, OTHER, "保洁员", "2026-10", "2")
    assert first != paid_for("public_post", PLAN, FAMILY, "保洁员", "2026-11", None)
    assert paid_for("reward", PLAN, FAMILY, None, None, "1") != paid_for(
        "reward", PLAN, OTHER, None, None, "1"
    )
    assert paid_for("small_works", PLAN, None, None, None, "1") != paid_for(
        "small_works", OTHER, None, None, None, "1"
    )
