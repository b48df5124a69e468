"""The usual way: an endpoint that takes a list of pydantic models, and for each record asks for the person and adds
an ORM object for the warning.

It is a FastAPI application in a process of its own behind uvicorn, as our own service is, and is asked over HTTP on
the loopback interface. It knows no tokens, no row-level security, no journal and no events; its connection stands
before the clock runs. Nothing in it is slower than such code is.
"""

import asyncio
import multiprocessing
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import httpx
import uvicorn
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import registry

from bihuan.bench.pushed_records import record_after
from bihuan.bench.rivals.plain_service import (
    PERSON,
    WARNING,
    PushedRecord,
    keys_of_the_rivals,
    row_of,
    sealer_with,
)
from bihuan.launcher.ports import HOST, free_port
from shared.db.identifiers import new_id
from shared.sealing import WrappedKey

#: For the process to start; and for one answer.
PATIENCE_SECONDS: Final = 60.0


class Person:
    """A person of the registry."""


class Warned:
    """A warning."""


_mapped = registry()
_mapped.map_imperatively(Person, PERSON)
_mapped.map_imperatively(Warned, WARNING)


def orm_application(owner_url: str, cycle: str, keys: Sequence[WrappedKey]) -> FastAPI:
    """``POST /v1/batches`` with a list of records; ``GET /readyz`` once the database answers."""
    engine = create_async_engine(owner_url.replace("postgresql://", "postgresql+asyncpg://", 1))
    sessions = async_sessionmaker(engine)
    sealer = sealer_with(keys)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    async def session_of_request() -> AsyncIterator[AsyncSession]:
        async with sessions() as session:
            yield session

    app = FastAPI(lifespan=lifespan)
    Session = Annotated[AsyncSession, Depends(session_of_request)]

    @app.get("/readyz")
    async def readyz(session: Session) -> dict[str, str]:
        await session.execute(select(1))
        return {"status": "ready"}

    @app.post("/v1/batches", status_code=201)
    async def push_batch(records: list[PushedRecord], session: Session) -> dict[str, int]:
        batch_id = new_id()
        for number, record in enumerate(records, 1):
            warning: Any = Warned()
            for column, value in row_of(record, sealer, batch_id, cycle, number).items():
                setattr(warning, column, value)
            query: Any = select(Person).where(
                PERSON.c.county_code == warning.county_code, PERSON.c.id_index == warning.id_index
            )
            person: Any = await session.scalar(query)
            if person is not None:
                warning.person_id = person.person_id
                warning.household_id = person.household_id
                warning.household_type = person.household_type
                warning.match = person.household_type
                warning.state = "compared"
            session.add(warning)
        await session.commit()
        return {"accepted": len(records)}

    return app


def serve(owner_url: str, cycle: str, keys: Sequence[WrappedKey], port: int) -> None:
    """Answer until the process is ended."""
    uvicorn.run(orm_application(owner_url, cycle, keys), host=HOST, port=port, log_level="warning")


@contextmanager
def orm_service(owner_url: str, cycle: str) -> Iterator[httpx.Client]:
    """A client of the running service, which is gone after the block."""
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(
        target=serve, args=(owner_url, cycle, keys_of_the_rivals(), port), daemon=True
    )
    process.start()
    try:
        with httpx.Client(
            base_url=f"http://{HOST}:{port}", timeout=PATIENCE_SECONDS, trust_env=False
        ) as client:
            _wait_ready(client)
            yield client
    finally:
        process.terminate()
        process.join()


def _wait_ready(client: httpx.Client) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not _is_ready(client):
        if time.monotonic() > until:
            raise TimeoutError("the endpoint to compare with did not start")
        time.sleep(0.1)


def _is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").is_success
    except httpx.TransportError:
        return False


def _answered_in(owner_url: str, path: Path, cycle: str) -> float:
    lines = path.read_bytes().splitlines()
    body = b"[" + b",".join(lines) + b"]"
    with orm_service(owner_url, cycle) as client:
        # As ours, it has filed a record before.
        client.post("/v1/batches", json=[record_after(len(lines))]).raise_for_status()
        started = time.perf_counter()
        answer = client.post("/v1/batches", content=body, headers={"Content-Type": "application/json"})
        seconds = time.perf_counter() - started
    answer.raise_for_status()
    if answer.json()["accepted"] != len(lines):
        raise RuntimeError(f"{answer.json()} of {len(lines)} records")
    return seconds


async def orm_endpoint_seconds(owner_url: str, path: Path, cycle: str) -> float:
    """Seconds from the first byte of the records to the answer 201, each record matched by its own query."""
    return await asyncio.to_thread(_answered_in, owner_url, path, cycle)
