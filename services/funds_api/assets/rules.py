"""What an asset is, how it goes on, and what is found wrong with it. No I/O."""

from collections.abc import Mapping
from typing import Final, Literal

Kind = Literal["public_benefit", "operating", "household_owned"]
OwnerKind = Literal["village_collective", "unit", "household"]
KeeperKind = Literal["unit", "person"]
State = Literal["in_use", "disposed"]
Decision = Literal["consolidate", "upgrade", "revitalise", "adjust"]
IncomeKind = Literal["rent", "contract_fee", "dividend", "sales", "other"]
DisposalKind = Literal["scrap", "sell", "transfer", "loss"]
DisposalState = Literal["requested", "approved", "refused"]
Finding = Literal["not_reviewed", "idle", "without_keeper", "value_exceeds_spent"]

#: How a disposal goes on; code, documentation and console read this table.
DISPOSAL_TRANSITIONS: Final[Mapping[DisposalState, tuple[DisposalState, ...]]] = {
    "requested": ("approved", "refused"),
    "approved": (),
    "refused": (),
}

#: States of a project whose result can be registered: the first asset moves an accepted project on.
REGISTRABLE: Final = frozenset({"accepted", "asset"})

FINDINGS: Final[Mapping[Finding, str]] = {
    "not_reviewed": "当年尚未作出巩固、提升、盘活或调整的研判",
    "idle": "经营性资产连续无收益，可能闲置",
    "without_keeper": "没有落实管护人或管护单位",
    "value_exceeds_spent": "项目各项资产的原值之和超过项目已支付与质保金之和，请核对",
}


#: A field, and what is wrong with it: code and message.
Problem = tuple[str, str, str]


def owner_problems(
    kind: Kind, owner: OwnerKind, *, name: bool, credit_code: bool, household: bool
) -> list[Problem]:
    """A household owns what has gone to it, by its id; everything else belongs to a named body with a credit code."""
    found: list[Problem] = []
    if (kind == "household_owned") != (owner == "household"):
        message = "到户类资产的所有者为 household，公益性、经营性资产的为 village_collective 或 unit"
        found.append(("kind", "owner_does_not_fit", message))
    given = {"name": name, "credit_code": credit_code, "household_id": household}
    needed = {"household_id"} if owner == "household" else {"name", "credit_code"}
    for field, is_given in given.items():
        if field in needed and not is_given:
            found.append((field, "missing", "缺少必填项"))
        if is_given and field not in needed:
            found.append((field, "not_expected", "该类所有者不填此项：农户只填 household_id，不填姓名"))
    return found
