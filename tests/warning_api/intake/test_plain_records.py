"""A chunk of records at once is told what each record alone is."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning_api.intake import plain_records
from services.warning_api.intake.plain_records import PlainRecords
from services.warning_api.intake.validation import Reason, RecordCheck, ValidRecord
from tests.factories.warnings import VILLAGE, id_number, record
from tests.warning_api.intake.test_validation import ANYTHING, CHECK, OTHER_RULES

#: Of each field: as the contract shows it, and what comes near.
WRITTEN: dict[str, list[Any]] = {
    "source_record_id": ["1", " 1 ", "", " ", "x" * 100, "x" * 101, 7, "\u3000号"],
    "id_number": [id_number(1), id_number(1)[:-1] + "0", id_number(2, "20270101"), id_number(1) + "71", "", " ", 0, []],
    "name": ["张三", " 张三", "阿依·古丽", "", " ", "张" * 60, "张" * 61, "Li", "张 三", 3],
    "region_code": [VILLAGE, f"{VILLAGE} ", "231226100000", "232332100201", "110101001001", "231226999999", "", " ", 0],
    "indicator": ["YB01", " YB01", "住院自付费用较高", "ZJ01", "", 1, ["YB01"]],
    "occurred_on": ["2026-11-02", "2026-11-08", "2026-11-09", "2026.11.2", "20261102", "2026-11-31", "", 20261102],
    "amount": ["15100.00", "0", "15,100", "-1", "1.005", "１５", "9" * 15 + ".99", "9" * 16, "", " ", 0, 1.5, False],
    "phone": ["13800000000", " 13800000000", "0455-4321234", "没有电话", "", " ", 0, "1" * 3000, []],
    "detail": ["住院", " 住院 ", "", " ", "长" * 2000, "长" * 2001, 0, {"a": 1}],
}  # fmt: skip

records = st.fixed_dictionaries(
    {},
    optional={
        field: st.sampled_from(values[:1]) | st.sampled_from(values) | st.none() | ANYTHING
        for field, values in WRITTEN.items()
    },
)


def same_money(checked: ValidRecord | list[Reason]) -> ValidRecord | list[Reason]:
    """With an amount that is compared as a number."""
    if isinstance(checked, list) or checked.amount is None:
        return checked
    return msgspec.structs.replace(checked, amount=Decimal(checked.amount))


@pytest.mark.parametrize("check", [CHECK, OTHER_RULES])
@given(chunks=st.lists(st.lists(records, max_size=6), max_size=2))
def test_a_chunk_is_told_what_each_record_alone_is(
    check: RecordCheck, chunks: list[list[dict[str, Any]]]
) -> None:
    together = PlainRecords(check)
    for chunk in chunks:
        found = [same_money(one) for one in together.check(chunk)]
        assert found == [same_money(check.check(values)) for values in chunk]


@pytest.mark.parametrize("field", WRITTEN)
@pytest.mark.parametrize("check", [CHECK, OTHER_RULES])
def test_each_spelling_in_a_plain_record(check: RecordCheck, field: str) -> None:
    chunk = [{**record("1"), "phone": "13800000000", field: value} for value in WRITTEN[field]]
    found = [same_money(one) for one in PlainRecords(check).check(chunk)]
    assert found == [same_money(check.check(values)) for values in chunk]
    assert isinstance(found[0], ValidRecord)


def test_plain_records_are_not_checked_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    together = PlainRecords(CHECK)
    together.check([record("1")])
    monkeypatch.setattr(CHECK, "check", lambda values: pytest.fail(f"checked alone: {values}"))
    chunk = [record(str(n), id_number=id_number(n), phone="13800000000") for n in range(1, 4)]
    without = [record("4", id_number=None), record("5", region_code=None, amount="", detail="")]
    found = together.check([*chunk, *without])
    assert [one.source_record_id for one in found if isinstance(one, ValidRecord)] == list("12345")


def test_days_are_forgotten_before_they_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_records, "MOST_DAYS", 2)
    together = PlainRecords(CHECK)
    for day in range(1, 8):
        assert isinstance(together.check([record("1", occurred_on=f"2026-11-0{day}")])[0], ValidRecord)
    assert len(together._days) <= 2
