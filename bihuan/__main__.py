"""``python -m bihuan``: the command line."""

from bihuan.cli.main import run

run()
