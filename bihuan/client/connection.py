"""A client's connection to all services."""

from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlsplit

from .errors import ClientError
from .funds import FundsCalls
from .household import HouseholdCalls
from .identity import IdentityCalls
from .warning import WarningCalls

#: Where the services listen, counted from the console's port (contract.md, BIHUAN_PORT_BASE).
PORT_OFFSETS = {"identity": 10, "warning": 11, "household": 12, "funds": 13}


class Connection(WarningCalls, HouseholdCalls, FundsCalls, IdentityCalls):
    """A client with its id and secret, and the address of each service; `from_credentials` fills them in."""

    @classmethod
    def from_credentials(cls, entry: Mapping[str, Any], console: str | int, **options: Any) -> Self:
        """One entry of `credentials.json`, and the console's address or the port base of this machine."""
        return cls(
            **services_beside(console),
            client_id=entry["client_id"],
            client_secret=entry["client_secret"],
            **options,
        )


def services_beside(console: str | int) -> dict[str, Any]:
    """`{identity_url, …}` of an installation whose services listen beside its console."""
    parts = urlsplit(f"http://127.0.0.1:{console}" if isinstance(console, int) else console)
    try:
        port = parts.port
    except ValueError:
        port = None
    if parts.scheme not in ("http", "https") or not parts.hostname or port is None:
        raise ClientError(f"控制台地址应带端口，如 http://127.0.0.1:8000，而不是 {console}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return {
        f"{service}_url": f"{parts.scheme}://{host}:{port + offset}"
        for service, offset in PORT_OFFSETS.items()
    }
