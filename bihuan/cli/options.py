"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="数据目录 / data directory [BIHUAN_HOME, ./var]", show_default=False),
]
PortBaseOption = Annotated[
    int | None,
    typer.Option("--port-base", help="端口起始值 / first port [BIHUAN_PORT_BASE, 8000]", show_default=False),
]
