"""How long the progress of a county's funds takes to be told: 5,000 projects with 500,000 payments (contract.md,
Benchmarks)."""

import asyncio
from statistics import fmean
from typing import Final

import httpx

from bihuan.bench.filled_funds import YEAR, fill_funds
from bihuan.bench.http_load import Caller, under_load
from bihuan.bench.lists import EMPTY, token_of
from bihuan.bench.rivals.served import served
from bihuan.bench.system import BenchSystem
from bihuan.client.connection import PORT_OFFSETS
from bihuan.launcher.credentials import find_credential

PROCESSES: Final = ("identity_api", "funds_api")
#: All units and sources of the county in one answer.
PATH: Final = f"/v1/progress?year={YEAR}&limit=500"
#: What else the machine does comes and goes: neither side has all of it.
TURNS: Final = 4
SECONDS: Final = 1.0
WARM_UP: Final = 0.3
RECOUNT_SECONDS: Final = 300.0


def progress_vs_empty(system: BenchSystem, run: int) -> float:
    """Seconds of one answer with every unit and source ÷ seconds of an empty FastAPI answer, each asked for again and
    again by one caller; they take turns, and in going first."""
    _filled(system)
    callers = [(_port(system), Caller(PATH, _token(system)))]
    with served(EMPTY, "/empty", {}) as empty:
        callers.insert(run % 2, (empty, Caller("/empty?")))
        seconds: dict[int, list[float]] = {port: [] for port, _ in callers}
        for _ in range(TURNS):
            for port, caller in callers:
                seconds[port] += under_load(port, [caller], WARM_UP, SECONDS).seconds
        return fmean(seconds[_port(system)]) / fmean(seconds[empty])


def _filled(system: BenchSystem) -> None:
    """Made for the first run, which also sees that the ledger balances and that the answer is the whole one."""
    marker = system.folder / "funds-filled"
    if marker.exists():
        return
    asyncio.run(fill_funds(system))
    with httpx.Client(
        base_url=f"http://127.0.0.1:{_port(system)}",
        headers={"Authorization": f"Bearer {_token(system)}"},
        timeout=RECOUNT_SECONDS,
        trust_env=False,
    ) as finance:
        if finance.post("/v1/ledger-recounts").raise_for_status().json()["differences"]:
            raise RuntimeError("the ledger of the filled county does not balance")
        told = finance.get(PATH).raise_for_status().json()
    if not told["items"] or told["next_cursor"] is not None:
        raise RuntimeError("the county's progress is not in one answer")
    marker.touch()


def _port(system: BenchSystem) -> int:
    return system.installation.port_base + PORT_OFFSETS["funds"]


def _token(system: BenchSystem) -> str:
    return token_of(system, find_credential(system.installation.home.credentials_file, "finance"))
