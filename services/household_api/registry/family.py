"""Relations within a household: one head, and nobody their own ancestor. Decisions without I/O.

Relations are to the head (GB/T 4761). Two statements form a circle where one makes a person the ancestor of
another and the other makes them a descendant; a birth can contradict a statement as well.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar
from uuid import UUID

from services.household_api.registry.rules import HEAD, RowError

_CHILDREN: Final = (
    "子", "独生子", "长子", "次子", "三子", "四子", "五子", "女", "独生女", "长女", "次女", "三女", "四女", "五女",
    "子女",
)  # fmt: skip
_PARENTS: Final = ("父母", "父亲", "母亲")
_GRANDCHILDREN: Final = ("孙子女", "孙子", "孙女", "外孙子", "外孙女")
_GRANDPARENTS: Final = ("祖父母", "祖父", "祖母", "外祖父", "外祖母")
_BY_MARRIAGE: Final = {
    **dict.fromkeys(("儿媳", "女婿", "养子或继子", "养女或继女"), 1),
    **dict.fromkeys(("公公", "婆婆", "岳父", "岳母", "继父或养父", "继母或养母"), -1),
}

#: Generations below the head, of the head's own blood: there the births must follow.
DESCENT: Final[Mapping[str, int]] = {
    **dict.fromkeys(_CHILDREN, 1),
    **dict.fromkeys(_PARENTS, -1),
    **dict.fromkeys(_GRANDCHILDREN, 2),
    **dict.fromkeys(_GRANDPARENTS, -2),
}
#: The same for all relations that have a generation.
GENERATION: Final[Mapping[str, int]] = {
    HEAD: 0,
    **dict.fromkeys(("配偶", "夫", "妻"), 0),
    **DESCENT,
    **_BY_MARRIAGE,
}


#: A person's id, or the place in a list of somebody who has none yet.
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Relative:
    """A living member: the relation to the head, and the birth where it is known."""

    relationship: str
    born: date | None


def heads_of(family: Mapping[Any, Relative]) -> int:
    return sum(person.relationship == HEAD for person in family.values())


def head_error(family: Mapping[Any, Relative]) -> RowError | None:
    """What is wrong with the head of those who live together."""
    heads = heads_of(family)
    if heads == 1:
        return None
    if heads:
        return RowError(
            "relationship", "two_heads", "一户只能有一名健在的户主，请只保留一名，其余写明与户主关系"
        )
    return RowError(
        "relationship", "head_missing", "户内没有户主，请指定一名户主，并写明其余各人与户主的关系"
    )


def birth_errors(family: Mapping[Key, Relative]) -> dict[Key, RowError]:
    """Children born before the head, parents born after: one of relation and birth is wrong."""
    born = next((person.born for person in family.values() if person.relationship == HEAD), None)
    if born is None:
        return {}
    return {
        key: RowError(
            "relationship",
            "relation_contradicts_birth",
            "与户主的亲子或祖孙关系与两人的出生日期先后矛盾，请核对关系；继、养或姻亲关系请如实写明",
        )
        for key, person in family.items()
        if person.born is not None
        and (generation := DESCENT.get(person.relationship))
        and (person.born > born) != (generation > 0)
    }


def correction_errors(
    former: Mapping[UUID, Relative], now: Mapping[UUID, Relative]
) -> tuple[RowError | None, dict[UUID, RowError]]:
    """What a correction of those who live together makes wrong: of the head, and of each person.

    What stood so before is not the correction's to refuse. A relation that was entered the wrong way round may be
    turned where both births are known and say so; otherwise the turned one is a circle.
    """
    wrong_head = head_error(now) if now and former else None
    if wrong_head and abs(heads_of(now) - 1) <= abs(heads_of(former) - 1):
        wrong_head = None
    births = birth_errors(now)
    errors = {key: error for key, error in births.items() if birth_errors(former).get(key) is None}
    head_is_known = any(each.relationship == HEAD and each.born for each in now.values())
    turned = circles(
        {key: each.relationship for key, each in former.items()},
        {key: each.relationship for key, each in now.items()},
    )
    for key, error in turned.items():
        told_by_births = head_is_known and now[key].born and now[key].relationship in DESCENT
        if not told_by_births or key in births:
            errors.setdefault(key, error)
    return wrong_head, errors


def circles(former: Mapping[UUID, str], now: Mapping[UUID, str]) -> dict[UUID, RowError]:
    """Who would be both ancestor and descendant of the new head. Both: relations to the head of their time."""
    head = next((key for key, relationship in now.items() if relationship == HEAD), None)
    before = GENERATION.get(former.get(head, "")) if head else None
    if before is None:
        return {}
    found = {}
    for key, relationship in now.items():
        was, will_be = GENERATION.get(former.get(key, "")), GENERATION.get(relationship)
        if was is not None and will_be is not None and (was - before) * will_be < 0:
            found[key] = RowError(
                "relationship",
                "relation_circle",
                "登记的关系中此人与新户主的长幼辈分正好相反，形成循环；请改正这里的关系，原登记有误的请先更正",
            )
    return found
