"""Lists of tasks over HTTP: 1,000,000 tasks in 73 townships, 32 townships walking their own lists page by page
(contract.md, Benchmarks).

The service keeps pages that it has put together while nothing in them changes (dispatch/ready_pages.py): the callers
walk their lists once before the clock runs, as townships have that poll all day.
"""

from typing import Final

import httpx

from bihuan.bench.filled_loop import CYCLE, FilledLoop, fill_loop, filled_loop
from bihuan.bench.http_load import Caller, Load, under_load, walk_through
from bihuan.bench.rivals.served import served
from bihuan.bench.system import BenchSystem
from bihuan.client.connection import PORT_OFFSETS, services_beside
from bihuan.county import Credential

TASKS: Final = 1_000_000
CALLERS: Final = 32
PAGE: Final = 200
SECONDS: Final = 6.0

WARM_UP: Final = 1.0

EMPTY: Final = "bihuan.bench.rivals.empty_answer:create_app"
ORM: Final = "bihuan.bench.rivals.orm_tasks:create_app"


def rps_vs_empty(system: BenchSystem, run: int) -> float:
    """Pages of 200 tasks a second ÷ empty FastAPI answers a second, from as many callers; they take turns in going
    first."""
    loop = filled(system)
    if run % 2:
        empty = empty_answers()
        return our_pages(system, loop).rate / empty.rate
    ours = our_pages(system, loop)
    return ours.rate / empty_answers().rate


def p99_vs_mean(system: BenchSystem, run: int) -> float:
    """Of the seconds that these pages take."""
    ours = our_pages(system, filled(system))
    return ours.p99 / ours.mean


def vs_orm(system: BenchSystem, run: int) -> float:
    """Our pages a second ÷ those of an ORM and pydantic endpoint on the same rows."""
    loop = filled(system)
    if run % 2:
        theirs = orm_pages(system, loop)
        return our_pages(system, loop).rate / theirs.rate
    ours = our_pages(system, loop)
    return ours.rate / orm_pages(system, loop).rate


def filled(system: BenchSystem) -> FilledLoop:
    """The county with its tasks, and every caller's list walked once; made for the first run."""
    marker = system.folder / "lists-filled"
    if marker.exists():
        return filled_loop(system, CYCLE)
    loop = fill_loop(system, TASKS)
    walk_through(system.installation.port_base + PORT_OFFSETS["warning"], callers_of(system, loop))
    marker.touch()
    return loop


def our_pages(system: BenchSystem, loop: FilledLoop) -> Load:
    port = system.installation.port_base + PORT_OFFSETS["warning"]
    return under_load(port, callers_of(system, loop), WARM_UP, SECONDS)


def callers_of(system: BenchSystem, loop: FilledLoop) -> list[Caller]:
    """Townships, each of which asks for its own tasks."""
    path = f"/v1/tasks?cycle={loop.cycle}&limit={PAGE}"
    return [Caller(path, token_of(system, township)) for township in loop.townships()[:CALLERS]]


def token_of(system: BenchSystem, credential: Credential) -> str:
    identity = services_beside(system.installation.port_base)["identity_url"]
    client = (credential["client_id"], credential["client_secret"])
    form = {"grant_type": "client_credentials"}
    answer = httpx.post(f"{identity}/oauth/token", data=form, auth=client, trust_env=False)
    answer.raise_for_status()
    return str(answer.json()["access_token"])


def empty_answers() -> Load:
    with served(EMPTY, "/empty", {}) as port:
        return under_load(port, [Caller("/empty?")] * CALLERS, WARM_UP, SECONDS)


def orm_pages(system: BenchSystem, loop: FilledLoop) -> Load:
    environment = {
        "RIVAL_DATABASE_URL": system.owner_url,
        "RIVAL_KEK_FILE": str(system.installation.home.kek_file),
        "BIHUAN_CLOCK_OFFSET": repr(system.installation.clock_offset),
    }
    callers = [
        Caller(f"/v1/tasks?cycle={loop.cycle}&limit={PAGE}&township={township['region_code']}")
        for township in loop.townships()[:CALLERS]
    ]
    with served(ORM, "/readyz", environment) as port:
        return under_load(port, callers, WARM_UP, SECONDS)
