"""Who calls, with which scopes, for which regions."""

from shared.auth.caller import Actor, Caller, Grant, Reach
from shared.auth.scopes import ROLE_SCOPES, SERVICE_SCOPES

__all__ = ["ROLE_SCOPES", "SERVICE_SCOPES", "Actor", "Caller", "Grant", "Reach"]
