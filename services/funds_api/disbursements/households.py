"""What is wrong with those who are to be paid (policy.md, Funds)."""

from collections.abc import Mapping, Sequence

from services.funds_api.disbursements.preparation import Chunk
from services.funds_api.disbursements.rules import Errors, is_eligible
from shared.contracts.household_checks import CheckedHousehold


def judge(
    chunks: Sequence[Chunk],
    households: Sequence[CheckedHousehold],
    eligible: Mapping[str, Sequence[str]],
    errors: Errors,
) -> None:
    """What is wrong goes into ``errors``. It blocks: an item takes half a microsecond."""
    place = 0
    for chunk in chunks:
        for asked, purpose in zip(chunk.asked, chunk.purposes, strict=True):
            household = households[asked]
            if not household.found:
                errors.at(place, "household_id", "household_not_found", "登记簿中没有该户，或该户当时已终止")
            elif not household.payee_lives_there:
                errors.at(place, "payee", "payee_differs", "收款人不是该户健在的成员，请核对姓名")
            elif not is_eligible(purpose, household.household_type, household.monitoring_type, eligible):
                kinds = "、".join(eligible[purpose])
                errors.at(place, "household_id", "household_not_eligible", f"该用途只发给：{kinds}")
            place += 1
