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
    with pytest.raises(InvalidPhone) as refused:
        normalise_phone(raw)
    assert refused.value.code == "phone_malformed"


@pytest.mark.parametrize("raw", ["*******1234", "138＊＊＊＊1234"])
def test_a_masked_number_is_told_from_a_wrong_one(raw: str) -> None:
    with pytest.raises(InvalidPhone) as refused:
        normalise_phone(raw)
    assert refused.value.code == "phone_masked"
    assert "完整" in refused.value.message


def test_mask() -> None:
    assert mask_phone("13800001234") == "*******1234"
    assert mask_phone("34") == "34"
