"""How fast a large batch to households is checked, booked and written out for the bank (contract.md, Benchmarks)."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import asyncpg
from stdnum import luhn

from bihuan.bench.system import BenchSystem
from bihuan.client.errors import Refused

PROCESSES: Final = (
    "identity_api",
    "household_api",
    "household_api-worker",
    "funds_api",
    "funds_api-worker",
)
HOUSEHOLDS: Final = 10_000
ITEMS: Final = 100_000
#: Each household is paid for so many months.
PERIODS: Final = ITEMS // HOUSEHOLDS
MAKER: Final = "finance"
CHECKER: Final = "finance-checker"
OFFICER: Final = "county"
COUNTY: Final = "231226"
POLL_SECONDS: Final = 0.05
ENOUGH: Final = "9000000000.00"

#: What a run leaves: batches and their items. Money that was held stays held; there is enough.
EMPTY: Final = (
    "TRUNCATE funds.bank_statement_line, funds.bank_statement, funds.bank_instruction, funds.disbursement_share,"
    " funds.disbursement_item"
)


def disburse_vs_copy(system: BenchSystem, run: int) -> float:
    """Items a second from the request until the bank's file is there, of those a second of one COPY of the ready
    items into the same table with the same indexes.

    In between: every household asked for at household_api over HTTP, accounts checked, payees sealed, money held and
    booked, another officer's approval.
    """
    batch = _batch(system)

    def ours() -> float:
        _start_anew(system)
        return _disburse(system, batch)

    if run % 2:
        copied = _copy(system)
        return copied / ours()
    seconds = ours()
    return _copy(system) / seconds


def _disburse(system: BenchSystem, batch: dict[str, Any]) -> float:
    maker, checker = system.caller(MAKER), system.caller(CHECKER)
    for caller in (maker, checker):
        next(iter(caller.sources(limit=1)), None)  # Tokens are fetched before the clock runs.
    started = time.perf_counter()
    made = maker.add_disbursement(batch)
    checker.approve_disbursement(made["id"])
    while made["state"] != "sent":
        time.sleep(POLL_SECONDS)
        made = maker.disbursement(made["id"])
    seconds = time.perf_counter() - started
    files = list((system.installation.home.bank / COUNTY / "outbox").iterdir())
    if sum(len(file.read_bytes().splitlines()) - 1 for file in files) != ITEMS:
        raise RuntimeError("the bank's file does not hold every item")
    for file in files:
        file.unlink()
    return seconds


def _batch(system: BenchSystem) -> dict[str, Any]:
    """The same for all runs: every household of the registry, its head being paid for each month."""
    known: dict[str, Any] = vars(system).setdefault("disbursement_batch", {})
    if not known:
        project = _project(system)
        households = [
            each for each in system.caller(OFFICER).households(limit=500) if each["head"] is not None
        ]
        living = _with_living_heads(system, project, households)
        items = [
            _item(number, each, month)
            for month in range(1, PERIODS + 3)
            for number, each in enumerate(living)
        ][:ITEMS]
        known |= _declared(project, items)
    return known


def _with_living_heads(
    system: BenchSystem, project: str, households: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Some heads of the sample have died: a batch that is refused tells which."""
    items = [_item(number, each, 0) for number, each in enumerate(households)]
    try:
        system.caller(MAKER).add_disbursement(_declared(project, items))
    except Refused as refused:
        wrong = {int(error["pointer"].split("/")[2]) for error in refused.problem["errors"]}
        return [each for number, each in enumerate(households) if number not in wrong]
    return list(households)


def _declared(project: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"project_id": project, "count": len(items), "total": f"{len(items) * 100}.00", "items": items}


def _item(number: int, household: dict[str, Any], month: int) -> dict[str, Any]:
    return {
        "household_id": household["id"],
        "payee": household["head"]["name"],
        "account": _card(number),
        "amount": "100.00",
        "purpose": "产业奖补",
        "period": f"2026-{month:02d}",
    }


def _card(number: int) -> str:
    first = f"622202{number:012d}"
    return first + luhn.calc_check_digit(first)


def _project(system: BenchSystem) -> str:
    """One that has enough, and has started."""
    finance = system.caller(MAKER)
    source = finance.add_source(
        {"level": "central", "year": 2026, "amount": ENOUGH, "document_no": "财农〔2026〕1号"}
    )
    allocation = finance.add_allocation(
        {"source_id": source["id"], "region_code": COUNTY, "amount": ENOUGH, "purpose": "industry"}
    )
    project = finance.add_project(
        {
            "name": "产业奖补到户",
            "region_code": COUNTY,
            "category": "industry",
            "year": 2026,
            "allocations": [{"allocation_id": allocation["id"], "amount": ENOUGH}],
        }
    )
    finance.transition_project(project["id"], "started")
    return str(project["id"])


def _start_anew(system: BenchSystem) -> None:
    asyncio.run(_execute(system.owner_url, EMPTY))
    asyncio.run(system.checkpoint())


def _copy(system: BenchSystem) -> float:
    """Seconds of the COPY of the items that a run has made, or of those that it makes now."""
    ready = system.folder / "ready-items"
    if not ready.exists():
        _start_anew(system)
        _disburse(system, _batch(system))
        asyncio.run(_take(system.owner_url, ready))
    _start_anew(system)
    return asyncio.run(_copy_seconds(system.owner_url, ready))


async def _take(url: str, path: Path) -> None:
    owner = await asyncpg.connect(url)
    try:
        await owner.copy_from_table("disbursement_item", schema_name="funds", output=path)
    finally:
        await owner.close()


async def _copy_seconds(url: str, path: Path) -> float:
    owner = await asyncpg.connect(url)
    try:
        started = time.perf_counter()
        await owner.copy_to_table("disbursement_item", schema_name="funds", source=path)
        return time.perf_counter() - started
    finally:
        await owner.close()


async def _execute(url: str, statement: str) -> None:
    owner = await asyncpg.connect(url)
    try:
        await owner.execute(statement)
    finally:
        await owner.close()
