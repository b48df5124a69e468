import pytest

from shared.identifiers.phone import InvalidPhone, mask_phone, normalise_phone


@pytest.mark.parametrize(
    ("raw", "phone"),
    [
        ("138 0000 1234", "13800001234"),
        ("+86 138-0000-1234", "13800001234"),
        ("008613800001234", "13800001234"),
        ("8613800001234", "13800001234"),
        (13800001234, "13800001234"),
        (13800001234.0, "13800001234"),
        ("１３８００００１２３４", "13800001234"),
        ("(0455)4612345", "04554612345"),
        ("0455—4612345", "04554612345"),
        ("86123456", "86123456"),
    ],
)
def test_ways_of_writing_it(raw: object, phone: str) -> None:
    assert normalise_phone(raw) == phone


@pytest.mark.parametrize("raw", ["", "无", "1234", "13800001234/13900001234", "1.38E+10", None])
def test_no_phone(raw: object) -> None:
    with pytest.raises(InvalidPhone):
        normalise_phone(raw)


def test_mask() -> None:
    assert mask_phone("13800001234") == "*******1234"
    assert mask_phone("34") == "34"
