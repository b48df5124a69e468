"""Everybody who takes part in the demonstration, each with the credentials of its own."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from bihuan.client import Connection
from bihuan.launcher.credentials import read_credentials
from bihuan.sample.county import COUNTY_CODE, townships
from shared.identifiers.regions import normalise_region_code

#: As many as act at the same time.
AT_ONCE: Final = 4
#: The longest page a list gives.
PAGE: Final = 500

Key = TypeVar("Key")
Did = TypeVar("Did")


@dataclass(frozen=True, slots=True)
class Township:
    """A unit of the county by its nine digits, and who acts for it: itself, or the township that serves it."""

    code: str
    name: str
    client: Connection


@dataclass(frozen=True, slots=True)
class Callers:
    """Departments by code, townships by nine digits, the two officers of the county, the finance bureau."""

    departments: dict[str, Connection]
    townships: dict[str, Township]
    county: Connection
    finance: Connection


@contextmanager
def open_callers(credentials_file: Path, port_base: int) -> Iterator[Callers]:
    """A connection for each client of the sample county."""
    with ExitStack() as open_connections:
        entries = [
            entry
            for entry in read_credentials(credentials_file)
            if entry["region_code"].startswith(COUNTY_CODE)
        ]
        connections = {
            entry["client_id"]: open_connections.enter_context(Connection.from_credentials(entry, port_base))
            for entry in entries
        }
        by_name = {entry["name"]: connections[entry["client_id"]] for entry in entries}
        by_region = {
            entry["region_code"]: connections[entry["client_id"]]
            for entry in entries
            if entry["role"] == "township"
        }
        yield Callers(
            departments={
                entry["org_code"]: connections[entry["client_id"]]
                for entry in entries
                if entry["role"] == "department"
            },
            townships={unit.code: unit for unit in _units(by_region)},
            county=by_name["county"],
            finance=by_name["finance"],
        )


def _units(clients: dict[str, Connection]) -> Iterator[Township]:
    for region in townships():
        code = normalise_region_code(region.code)
        acting = normalise_region_code(region.served_by) if region.served_by else code
        yield Township(code, region.name, clients[acting])


def each(act: Callable[[Key], Did], keys: Iterable[Key]) -> list[Did]:
    """What `act` did for every key, in their order, several at a time. The first failure is raised."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(act, keys))
