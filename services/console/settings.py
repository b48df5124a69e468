"""What the environment says to the console."""

import os
from dataclasses import dataclass

from shared.runtime.settings import MissingSetting

#: The services that the console shows, by the word that names their variables, in the order of the loop.
SERVICES = ("warning", "household", "funds", "identity")


@dataclass(frozen=True, slots=True)
class Address:
    """One service: ``inner`` is where the console asks it, ``public`` is what a reader's browser opens."""

    name: str
    inner: str
    public: str


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """``BIHUAN_<NAME>_URL`` and, where browsers reach a service elsewhere, ``BIHUAN_<NAME>_PUBLIC_URL``."""

    addresses: tuple[Address, ...]

    @classmethod
    def from_environment(cls) -> "ConsoleSettings":
        return cls(tuple(_address(name) for name in SERVICES))


def _address(name: str) -> Address:
    variable = f"BIHUAN_{name.upper()}_URL"
    inner = os.environ.get(variable, "").rstrip("/")
    if not inner:
        raise MissingSetting(f"环境变量 {variable} 未设置 / {variable} is not set")
    public = os.environ.get(f"BIHUAN_{name.upper()}_PUBLIC_URL", "").rstrip("/")
    return Address(name, inner, public or inner)
