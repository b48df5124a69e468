"""The client library: a connection with a client's credentials, and a method for each thing one does.

with Connection.from_credentials(entry, "http://127.0.0.1:8000") as department:
    batch = department.push("2026年11月.xlsx", batch_no="2026-11-01")
    for reject in department.rejects(batch["id"]):
        print(reject["line"], reject["errors"])
"""

from .connection import Connection
from .errors import ClientError, Refused, UnknownTable, Unreachable
from .retry import Patience
from .tables import Compression

__all__ = ["ClientError", "Compression", "Connection", "Patience", "Refused", "UnknownTable", "Unreachable"]
