"""What the environment says to one service process."""

import os
from dataclasses import dataclass
from pathlib import Path


class MissingSetting(Exception):
    """An environment variable that the process cannot run without."""


@dataclass(frozen=True)
class ServiceSettings:
    """The environment of a service or worker, as the launcher or docker-compose.yml sets it.

    ``storage_url``: where files are kept (shared.storage), empty for a service that keeps none.
    """

    service: str
    environment: str
    database_url: str
    listen_url: str
    kek_file: Path
    match_key_file: Path
    identity_url: str
    issuer: str
    warning_url: str
    household_url: str
    funds_url: str
    client_id: str
    client_secret_file: Path
    seal_algorithm: str
    pool_size: int
    storage_url: str = ""

    @property
    def schema(self) -> str:
        """``warning_api`` keeps its tables in the PostgreSQL schema ``warning``."""
        return self.service.removesuffix("_api")

    @classmethod
    def from_environment(cls, service: str) -> "ServiceSettings":
        def need(name: str) -> str:
            value = os.environ.get(name, "")
            if not value:
                raise MissingSetting(f"环境变量 {name} 未设置 / {name} is not set")
            return value

        database_url = (
            os.environ.get("BIHUAN_SERVICE_DATABASE_URL", "")
            or Path(need("BIHUAN_SERVICE_DATABASE_URL_FILE")).read_text().strip()
        )
        identity_url = need("BIHUAN_IDENTITY_URL")
        return cls(
            service=service,
            environment=os.environ.get("BIHUAN_ENV", "demo"),
            database_url=database_url,
            listen_url=os.environ.get("BIHUAN_LISTEN_URL", "") or database_url,
            kek_file=Path(need("BIHUAN_KEK_FILE")),
            match_key_file=Path(need("BIHUAN_MATCH_KEY_FILE")),
            identity_url=identity_url,
            issuer=os.environ.get("BIHUAN_ISSUER", "") or identity_url,
            warning_url=os.environ.get("BIHUAN_WARNING_URL", ""),
            household_url=os.environ.get("BIHUAN_HOUSEHOLD_URL", ""),
            funds_url=os.environ.get("BIHUAN_FUNDS_URL", ""),
            client_id=os.environ.get("BIHUAN_SERVICE_CLIENT_ID", ""),
            client_secret_file=Path(os.environ.get("BIHUAN_SERVICE_CLIENT_SECRET_FILE", "")),
            seal_algorithm=os.environ.get("BIHUAN_SEAL_ALGORITHM", "sm4-gcm"),
            pool_size=int(os.environ.get("BIHUAN_POOL_SIZE", "10")),
            storage_url=os.environ.get("BIHUAN_STORAGE_URL", ""),
        )
