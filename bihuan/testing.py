"""`python -m bihuan.testing [--long] [PYTEST ARGUMENTS]`: the project's tests, from whichever folder."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

PROJECT: Final = Path(__file__).resolve().parent.parent
KEPT: Final = "BIHUAN_TEST_"


def main(arguments: Sequence[str]) -> int:
    """Run pytest in the project's root and give back its exit code; its closing line is the last that is said.

    Without `--long`, tests marked `long` are left out. What the environment says of an installation is not
    for tests: they make their own.
    """
    for name in [name for name in os.environ if name.startswith("BIHUAN_") and not name.startswith(KEPT)]:
        del os.environ[name]
    os.chdir(PROJECT)
    given = list(arguments)
    if "--long" in given:
        given.remove("--long")
    else:
        given = ["-m", "not long", *given]
    return int(pytest.main(given))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
