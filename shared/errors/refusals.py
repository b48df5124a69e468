"""What a service refuses. A domain subclasses these in its own ``errors.py``."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one place of a request; ``pointer`` is a JSON pointer into the body."""

    pointer: str
    code: str
    message: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


class Refusal(Exception):
    """A request that is not carried out.

    ``code`` is stable English for programs; ``title`` and ``detail`` are Chinese, ``title_en`` and
    ``detail_en`` are shown to those who ask for English. ``members`` are extra fields of the problem
    document. Never put personal data into any of them.
    """

    status: ClassVar[int] = 400
    code: str = "refused"
    title: str = "请求被拒绝"
    title_en: str = "The request was refused"

    def __init__(
        self,
        detail: str = "",
        detail_en: str = "",
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.detail_en = detail_en
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.members = dict(members or {})


class Malformed(Refusal):
    status = 400
    code = "malformed"
    title, title_en = "请求内容无法解析", "The request cannot be read"


class Unauthenticated(Refusal):
    status = 401
    code = "invalid_token"
    title, title_en = "缺少有效的访问令牌", "A valid access token is needed"


class Forbidden(Refusal):
    status = 403
    code = "insufficient_scope"
    title, title_en = "没有此操作的权限", "The token's scopes do not allow this"


class NotFound(Refusal):
    """Also what lies outside the caller's grants: its existence is not told."""

    status = 404
    code = "not_found"
    title, title_en = "未找到", "Not found"


class BodyStalled(Refusal):
    """The sender stopped in the middle."""

    status = 408
    code = "body_stalled"
    title, title_en = "上传中断：长时间未收到数据，请重新上传", "The upload stalled: send it again"


class Conflict(Refusal):
    status = 409
    code = "conflict"
    title, title_en = "与当前状态冲突", "Conflicts with the current state"


class PreconditionFailed(Refusal):
    status = 412
    code = "stale_version"
    title, title_en = "内容已被他人修改，请重新读取后再提交", "Changed by someone else: read it again"


class TooLarge(Refusal):
    status = 413
    code = "too_large"
    title, title_en = "请求内容过大", "The request is too large"


class UnsupportedMediaType(Refusal):
    status = 415
    code = "unsupported_media_type"
    title, title_en = "不支持的内容类型", "Unsupported content type"


class Unprocessable(Refusal):
    status = 422
    code = "invalid_request"
    title, title_en = "请求内容有误", "The request has errors"


class CountyRequired(Unprocessable):
    code = "county_required"
    title, title_en = "请用 county= 指明县（市、区）", "Name the county with county="


class PreconditionRequired(Refusal):
    status = 428
    code = "if_match_required"
    title, title_en = "请先读取，再带 If-Match 提交", "Read first, then send If-Match"


class TooManyRequests(Refusal):
    status = 429
    code = "rate_limited"
    title, title_en = "请求过于频繁，请稍后再试", "Too many requests: try again later"


class Unavailable(Refusal):
    status = 503
    code = "unavailable"
    title, title_en = "服务暂不可用，请稍后再试", "Not available now: try again later"
