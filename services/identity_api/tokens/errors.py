"""What the token endpoint refuses: an OAuth error (RFC 6749 §5.2) that is a problem document as well."""

from collections.abc import Mapping

from shared.errors import Refusal
from shared.errors.refusals import TooManyRequests


class TokenRefused(Refusal):
    """``code`` is the OAuth ``error``; ``error_description`` is English, in ASCII as the RFC has it."""

    def __init__(
        self, detail: str = "", detail_en: str = "", *, headers: Mapping[str, str] | None = None
    ) -> None:
        members = {"error": self.code, "error_description": detail_en or self.title_en}
        super().__init__(detail, detail_en, headers=headers, members=members)


class InvalidRequest(TokenRefused):
    code = "invalid_request"
    title, title_en = "令牌请求格式有误", "The token request is malformed"


class InvalidClient(TokenRefused):
    """One answer for a client that is unknown, has ended, or gave another secret."""

    status = 401
    code = "invalid_client"
    title, title_en = "客户端编号或密钥不正确", "Unknown client or wrong secret"


class UnsupportedGrantType(TokenRefused):
    code = "unsupported_grant_type"
    title, title_en = "不支持的 grant_type", "Unsupported grant_type"


class InvalidScope(TokenRefused):
    code = "invalid_scope"
    title, title_en = "请求的权限超出该客户端", "The client does not have the scope asked for"


class TooManyFailures(TooManyRequests):
    title, title_en = "密钥错误次数过多，请稍后再试", "Too many failures: try again later"

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            headers={"Retry-After": str(retry_after)},
            members={"error": "temporarily_unavailable", "error_description": self.title_en},
        )
