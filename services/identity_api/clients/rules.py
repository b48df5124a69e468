"""Which grants and scopes a client may have. No I/O.

policy.md, Authorisation by region: what lies outside the grants does not exist for the caller. The
scopes of a token count for all its grants, so they must not carry a role's rights from one region to another.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from services.identity_api.clients.errors import GrantNotAllowed
from shared.auth import ROLE_SCOPES, Grant, Reach
from shared.auth.caller import REGION_SLOTS
from shared.errors import FieldError
from shared.identifiers.regions import county_of, level

#: Administration is a client's only role: of 三员, none sees households.
ADMINISTRATION = "secadmin"

TOWNSHIP_LEVELS = {"township", "village"}

#: What may stand in a token and in row-level security's settings.
ORGANISATION = re.compile(r"[0-9A-Za-z]{1,32}")


def check_grants(grants: Sequence[Grant], reach: Reach) -> None:
    """Raises ``GrantNotAllowed`` with every error: unknown role, region out of reach, roles that do not mix."""
    errors = [error for index, grant in enumerate(grants) for error in _errors_of(index, grant, reach)]
    roles = {grant.role for grant in grants}
    if len(roles) > 1 and ADMINISTRATION in roles:
        errors.append(FieldError("/grants", "roles_apart", "安全管理员不得兼有其他角色，请另建客户端"))
    elif len(roles) > 1 and len({grant.region for grant in grants}) > 1:
        errors.append(FieldError("/grants", "roles_apart", "不同区域的不同角色请分别建立客户端"))
    if len({grant.org for grant in grants if grant.role == "department"}) > 1:
        errors.append(FieldError("/grants", "one_department", "一个客户端只能属于一个部门"))
    in_one_county = Counter(county_of(region) for region in {grant.region for grant in grants})
    if max(in_one_county.values()) > REGION_SLOTS:
        errors.append(FieldError("/grants", "too_many_regions", f"同一县内最多授权 {REGION_SLOTS} 个区域"))
    if errors:
        raise GrantNotAllowed("请更正所列各项后重试", "Correct what is listed", errors=errors)


def _errors_of(index: int, grant: Grant, reach: Reach) -> Iterable[FieldError]:
    place = f"/grants/{index}"
    if grant.role not in ROLE_SCOPES:
        yield FieldError(
            f"{place}/role", "unknown_role", f"没有角色 {grant.role}，可用：{'、'.join(ROLE_SCOPES)}"
        )
    if not ORGANISATION.fullmatch(grant.org):
        yield FieldError(f"{place}/org", "invalid_org", "机构代码应为 1 至 32 个字母或数字")
    if not reach.covers(grant.region):
        yield FieldError(f"{place}/region", "region_out_of_reach", "该区域不在您的授权范围内")
    if grant.role == "township" and level(grant.region) not in TOWNSHIP_LEVELS:
        yield FieldError(f"{place}/region", "region_level", "乡镇角色的区域应为乡镇或村")


def scopes_for(roles: Iterable[str], asked: Sequence[str] | None) -> list[str]:
    """The scopes ``asked``, or all of the roles'. Raises ``GrantNotAllowed`` for what no role of these has."""
    of_roles = list(dict.fromkeys(scope for role in roles for scope in ROLE_SCOPES[role]))
    if asked is None:
        return of_roles
    errors = [
        FieldError(f"/scopes/{index}", "scope_not_of_role", f"所授角色没有权限 {scope}")
        for index, scope in enumerate(asked)
        if scope not in of_roles
    ]
    if errors:
        raise GrantNotAllowed("请更正所列各项后重试", "Correct what is listed", errors=errors)
    return list(dict.fromkeys(asked))
