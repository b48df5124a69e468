"""`client create`: a program's or an office's client, made by the security administrator."""

from pathlib import Path
from typing import Annotated

import typer

from bihuan.cli.connection import CredentialsOption, NameOption, UrlOption, connect
from bihuan.cli.options import PortBaseOption
from bihuan.cli.terminal import messages
from bihuan.county import Credential, write_credentials
from bihuan.launcher.credentials import read_credentials

app = typer.Typer(help="客户端 / clients")


@app.callback()
def clients() -> None:
    """客户端 / clients."""


@app.command("create")
def create_command(
    new_name: Annotated[str, typer.Argument(metavar="NAME", help="新客户端的名称 / its name")],
    role: Annotated[str, typer.Option("--role", help="department、county、township、finance …")],
    org: Annotated[str, typer.Option("--org", help="机构代码，如 GA / organisation code")],
    region: Annotated[str, typer.Option("--region", help="区划代码 / region code")],
    to: Annotated[
        Path, typer.Option("--to", metavar="OUT.json", dir_okay=False, help="凭据写入（追加到）此文件")
    ],
    scope: Annotated[
        list[str] | None, typer.Option("--scope", help="只给这些权限，可多次 / only these scopes")
    ] = None,
    name: NameOption = "secadmin",
    url: UrlOption = None,
    port_base: PortBaseOption = None,
    credentials: CredentialsOption = None,
) -> None:
    """新建客户端，密钥只显示一次，写入文件 / create a client; its secret is written to a file once.

    [bold]例 / examples[/bold]

        bihuan client create GA --role department --org GA --region 231226 --to 公安.json
    """
    known = read_credentials(to) if to.exists() else []
    wanted = {"name": new_name, "role": role, "org_code": org, "region_code": region}
    with connect(name, url, port_base, credentials) as secadmin:
        made = secadmin.create_client({**wanted, **({"scopes": scope} if scope else {})})
    entry = Credential(
        name=made["name"],
        client_id=made["client_id"],
        client_secret=made["client_secret"],
        role=made["role"],
        org_code=made["org_code"],
        region_code=made["region_code"],
        scopes=made["scopes"],
    )
    write_credentials(to, [*known, entry])
    messages().print(f"已新建 {entry['client_id']}，凭据在 {to} / created")
