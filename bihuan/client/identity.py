"""Clients, for the security administrator (identity_api)."""

from collections.abc import Iterator, Mapping
from typing import Any

from .transport import Json, Transport


class IdentityCalls(Transport):
    """A secret is in the answer that makes it, and nowhere else."""

    def clients(self) -> Iterator[Json]:
        return self.iterate("/v1/clients")

    def create_client(self, client: Mapping[str, Any]) -> Json:
        """`{name, role, org_code, region_code}` or `{name, grants[{role, org, region}]}`, and `scopes`."""
        return self.post("/v1/clients", client)

    def rotate_client(self, client_id: str) -> Json:
        """Give a client another secret; the old one is refused from now on."""
        return self.post(f"/v1/clients/{client_id}/rotate")

    def delete_client(self, client_id: str) -> None:
        self.send("DELETE", f"/v1/clients/{client_id}")
