import pytest
from stdnum.cn import uscc

from shared.identifiers.credit_code import is_credit_code


@pytest.mark.parametrize(
    "code", ["91110000600037341L", " 91110000600037341l", "９１１１００００６００037341L"]
)
def test_a_credit_code(code: str) -> None:
    assert is_credit_code(code)


def test_a_village_cooperative_begins_with_a_letter() -> None:
    first17 = "N2231226MF1234567"
    assert is_credit_code(first17 + uscc.calc_check_digit(first17))


@pytest.mark.parametrize(
    "code", ["", "91110000600037341A", "9111000060003734", "I1110000600037341L", "张" * 18]
)
def test_no_credit_code(code: str) -> None:
    assert not is_credit_code(code)
