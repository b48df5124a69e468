"""A database for one test file: a copy of the migrated one."""

import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import asyncpg

from shared.auth import Reach
from shared.db.transaction import SETTINGS, settings_of


@dataclass(frozen=True)
class TestDatabase:
    """``owner_url`` sees everything; ``service_url`` is what a service logs in with."""

    __test__: ClassVar[bool] = False

    owner_url: str
    template_url: str
    home: Path
    kek_file: Path
    match_key_file: Path

    @classmethod
    async def copy_of(
        cls, template_url: str, home: Path, kek_file: Path, match_key_file: Path
    ) -> "TestDatabase":
        template = template_url.rpartition("/")[2]
        name = f"test_{secrets.token_hex(6)}"
        maintenance = await asyncpg.connect(_named(template_url, "postgres"))
        try:
            await maintenance.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        finally:
            await maintenance.close()
        return cls(_named(template_url, name), template_url, home, kek_file, match_key_file)

    def service_url(self, schema: str) -> str:
        password = (self.home / "secrets" / f"database-bihuan_{schema}").read_text().strip()
        return re.sub(r"//[^@/]*@", f"//bihuan_{schema}:{password}@", self.owner_url, count=1)

    async def connect(self) -> asyncpg.Connection:
        """As the owner, who sees every row."""
        return await asyncpg.connect(self.owner_url)

    async def drop(self) -> None:
        name = self.owner_url.rpartition("/")[2]
        maintenance = await asyncpg.connect(_named(self.template_url, "postgres"))
        try:
            await _drop(maintenance, name)
        finally:
            await maintenance.close()


async def _drop(maintenance: asyncpg.Connection, name: str) -> None:
    """Ends whoever is connected; autovacuum, whom only a superuser may end, leaves when asked without force."""
    try:
        await maintenance.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    except asyncpg.InsufficientPrivilegeError:
        await maintenance.execute(f'DROP DATABASE "{name}"')


def _named(url: str, database: str) -> str:
    return f"{url.rpartition('/')[0]}/{database}"


def settings_text(reach: Reach) -> str:
    """The settings of a transaction with this reach as one statement, for a connection of the driver's own."""
    statement = SETTINGS
    for place, value in reversed(list(enumerate(settings_of(reach), 1))):
        statement = statement.replace(f"${place},", f"'{value}',")
    return statement
