"""Why somebody wants to see a person's full particulars: the header X-Purpose (contract.md, Everywhere)."""

import re
from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, Header, Request

from shared.errors import Forbidden, Unprocessable

SCOPE = "pii:read"

#: ``code:case-or-task-id``, percent-encoded, so that it may be Chinese.
_PURPOSE = re.compile(r"[^\s:]{1,64}:[^\s]{1,128}")
#: A purpose is written into the audit log, which holds no personal data: no ID number and no mobile telephone's,
#: whatever parts its digits.
_LOOKS_LIKE_A_PERSON = re.compile(r"\d{15}|(?<!\d)1[3-9]\d{9}(?!\d)")
_SEPARATORS = re.compile(r"[\W_]+")
#: Ids of ours have digits by chance.
_OUR_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)


class PurposeRequired(Unprocessable):
    code = "purpose_required"
    title, title_en = (
        "请用请求头说明用途：X-Purpose: 代码:事项编号（如 verify:任务或案件编号，中文须按 URL 编码）",
        "Say why with X-Purpose: code:case-or-task-id",
    )


class PurposeMalformed(Unprocessable):
    code = "purpose_malformed"
    title, title_en = (
        "X-Purpose 应写作 代码:事项编号（任务或案件的编号，不是身份证号或电话）",
        "X-Purpose reads code:case-or-task-id",
    )


class StatedPurpose:
    """The purpose of this call, if one is stated. 403 without the scope, 422 where it cannot be read."""

    def __init__(self, request: Request, x_purpose: Annotated[str | None, Header()] = None) -> None:
        self.value: str | None = None
        if x_purpose is None:
            return
        if SCOPE not in request.state.caller.scopes:
            raise Forbidden(f"需要权限 {SCOPE}", f"needs scope {SCOPE}")
        try:
            purpose = unquote(x_purpose, errors="strict").strip()
        except UnicodeDecodeError as error:
            raise PurposeMalformed() from error
        if (
            not _PURPOSE.fullmatch(purpose)
            or not purpose.isprintable()
            or _LOOKS_LIKE_A_PERSON.search(_SEPARATORS.sub("", _OUR_ID.sub("x", purpose)))
        ):
            raise PurposeMalformed()
        self.value = purpose

    def required(self) -> str:
        """The purpose; ``PurposeRequired`` where there is none."""
        if self.value is None:
            raise PurposeRequired()
        return self.value


Purpose = Annotated[StatedPurpose, Depends()]
