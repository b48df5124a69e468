"""A token, and what is published about tokens."""

from typing import Any

from shared.runtime.schema import Schema


class Token(Schema):
    """RFC 6749 §5.1."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105
    expires_in: int
    scope: str


class PublishedKeys(Schema):
    """A JWK Set (RFC 7517)."""

    keys: list[dict[str, Any]]


class Discovery(Schema):
    """OpenID Connect Discovery 1.0, of what there is here."""

    issuer: str
    token_endpoint: str
    jwks_uri: str
    grant_types_supported: list[str]
    response_types_supported: list[str]
    subject_types_supported: list[str]
    id_token_signing_alg_values_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    scopes_supported: list[str]
