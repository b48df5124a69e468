"""Which installation a command talks to, and as whom."""

import os
from pathlib import Path
from typing import Annotated

import typer

from bihuan.client import Connection
from bihuan.county import Credential
from bihuan.launcher.credentials import find_credential
from bihuan.launcher.home import Home
from bihuan.launcher.services import console_url
from bihuan.launcher.settings import LaunchSettings

UrlOption = Annotated[
    str | None,
    typer.Option("--url", help="控制台地址，各服务在其旁 / the console's address", show_default=False),
]
CredentialsOption = Annotated[
    Path | None,
    typer.Option(
        "--credentials", help="凭据文件 / credentials [BIHUAN_HOME/credentials.json]", show_default=False
    ),
]
NameOption = Annotated[
    str, typer.Option("--name", help="以哪个客户端：名称或编号 / as which client, by name or id")
]


def credential(name: str, file: Path | None) -> Credential:
    """The client `name` of the credentials file, by default that of the home."""
    return find_credential(file or LaunchSettings.read(os.environ).home_path / Home.CREDENTIALS, name)


def connect(name: str, url: str | None, port_base: int | None, credentials: Path | None) -> Connection:
    """The connection of the client `name`; close it, or use it in a `with`."""
    settings = LaunchSettings.read(os.environ, port_base=port_base)
    return Connection.from_credentials(credential(name, credentials), url or console_url(settings.port_base))
