"""A purpose is written down; what would be personal data in it is refused."""

from types import SimpleNamespace
from urllib.parse import quote

import pytest
from fastapi import Request

from shared.runtime.purpose import SCOPE, PurposeMalformed, PurposeRequired, StatedPurpose


def stated(purpose: str) -> str | None:
    caller = SimpleNamespace(scopes={SCOPE})
    return StatedPurpose(Request({"type": "http", "state": {"caller": caller}}), quote(purpose)).value


@pytest.mark.parametrize(
    "purpose",
    [
        "核查:019ab3f0-1234-7567-8901-123456789012",
        "recheck:task-2026-11-0042",
        "case:231226199003",
        "case:019ab3f0-1234-7567-8901-123456789012/2",
    ],
)
def test_a_task_or_a_case(purpose: str) -> None:
    assert stated(purpose) == purpose


@pytest.mark.parametrize(
    "purpose",
    [
        "核查:231226199003071238",
        "核查:231226-19900307-1238",
        "核查:231226.1990.0307.123X",
        "核查:231226_1990_0307_1238",
        "核查:２３１２２６／１９９００３０７／１２３８",
        "231226:199003071238",
        "核查:019ab3f0-1234-7567-8901-123456789012/231226-19900307-1238",
        "survey:13900000001",
        "survey:139-0000-0001",
        "核查",
        "核查:",
        "a b:c",
    ],
)
def test_a_persons_number_whatever_parts_its_digits(purpose: str) -> None:
    with pytest.raises(PurposeMalformed):
        stated(purpose)


def test_where_there_is_none_its_form_is_told() -> None:
    request = Request({"type": "http", "state": {"caller": SimpleNamespace(scopes={SCOPE})}})
    with pytest.raises(PurposeRequired, match="X-Purpose: 代码:事项编号"):
        StatedPurpose(request).required()
