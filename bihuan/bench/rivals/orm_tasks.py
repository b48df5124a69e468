"""The usual way to a page of tasks: ORM objects with their clues loaded by a second query, a pydantic model for the
answer.

A FastAPI application behind uvicorn as our own service is, on the same database, with the same rows, values opened by
the same keys and the same fields in the answer. It knows no tokens and no row-level security. Nothing in it is slower
than such code is.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import Depends, FastAPI, Request
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import foreign, registry, relationship, selectinload

from bihuan.bench.filled_loop import COUNTY
from services.warning_api.dispatch.rules import is_overdue
from services.warning_api.dispatch.schemas import Task, TaskClue, TaskSubjectOut
from services.warning_api.dispatch.service import decode_subject
from services.warning_api.filing.staging import PersonalData
from services.warning_api.models import METADATA
from shared.clock import BusinessClock, offset_from_environment
from shared.identifiers.id_number import mask_id_number
from shared.pagination import Page
from shared.sealing import Keyring, KeyringSealer, WrappedKey, read_kek

TASK = METADATA.tables["warning.verification_task"]
WARNING = METADATA.tables["warning.warning"]
REGION = METADATA.tables["warning.region"]
DATA_KEY = METADATA.tables["warning.data_key"]

_details = msgspec.json.Decoder(PersonalData).decode


class Warned:
    """A row of ``warning``."""


class TaskRow:
    """A row of ``verification_task``, with ``clues``."""


def _map() -> None:
    mapper = registry()
    mapper.map_imperatively(Warned, WARNING)
    joined = and_(
        TASK.c.county_code == foreign(WARNING.c.county_code),
        TASK.c.cycle == foreign(WARNING.c.cycle),
        TASK.c.id == foreign(WARNING.c.task_id),
    )
    mapper.map_imperatively(
        TaskRow,
        TASK,
        properties={"clues": relationship(Warned, primaryjoin=joined, viewonly=True, order_by=WARNING.c.id)},
    )


def create_app() -> FastAPI:
    """Reads ``RIVAL_DATABASE_URL`` (of the owner), ``RIVAL_KEK_FILE``."""
    _map()
    url = os.environ["RIVAL_DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://", 1)
    engine = create_async_engine(url, pool_size=10, max_overflow=0)
    make_session = async_sessionmaker(engine, expire_on_commit=False)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with make_session() as session:
            keys = await session.execute(select(DATA_KEY).where(DATA_KEY.c.county_code == COUNTY))
            rows = [WrappedKey(**row) for row in keys.mappings()]
            names = await session.execute(select(REGION.c.code, REGION.c.name))
            app.state.names = {row.code: row.name for row in names}
        keyring = Keyring("warning_api", read_kek(Path(os.environ["RIVAL_KEK_FILE"])), rows)
        app.state.sealer = KeyringSealer(keyring)
        app.state.clock = offset_from_environment()
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan, openapi_url=None)

    async def session() -> AsyncIterator[AsyncSession]:
        async with make_session() as opened, opened.begin():
            yield opened

    @app.get("/readyz")
    async def ready() -> dict[str, str]:
        return {"status": "ready"}

    @app.get("/v1/tasks", response_model=Page[Task])
    async def tasks(
        request: Request,
        session: Annotated[AsyncSession, Depends(session)],
        cycle: str,
        township: str,
        limit: int = 100,
        cursor: UUID | None = None,
    ) -> Any:
        query: Any = (
            select(TaskRow)
            .where(TASK.c.county_code == COUNTY, TASK.c.cycle == cycle, TASK.c.township_code == township)
            .where(TASK.c.dispatched_at.is_not(None))
            .order_by(TASK.c.id)
            .limit(limit + 1)
            .options(selectinload(TaskRow.clues))  # type: ignore[attr-defined]
        )
        if cursor is not None:
            query = query.where(TASK.c.id > cursor)
        found: Any = (await session.scalars(query)).all()
        shown = [_shown(row, request.app.state) for row in found[:limit]]
        more = len(found) > limit
        return Page[Task](items=shown, next_cursor=str(shown[-1].id) if more else None)

    return app


def _shown(row: Any, state: Any) -> Task:
    sealer: KeyringSealer = state.sealer
    clock: BusinessClock = state.clock
    (text,) = sealer.open_many("verification_task", "sealed", COUNTY, [(row.id.bytes, row.sealed)])
    subject = decode_subject(text)
    opened = sealer.open_many(
        "warning", "sealed", COUNTY, [(clue.id.bytes, clue.sealed) for clue in row.clues]
    )
    names: dict[str, str] = state.names
    fields = {name: getattr(row, name) for name in Task.model_fields if hasattr(row, name)}
    return Task(
        **fields
        | {
            "subject": TaskSubjectOut(
                name=subject.name,
                id_number=mask_id_number(subject.id_number) if subject.id_number else None,
                address=names[row.region_code[:9]] + names[row.region_code],
            ),
            "clues": [
                TaskClue(
                    warning_id=clue.id,
                    org_code=clue.org_code,
                    indicator=clue.indicator,
                    indicator_name=clue.indicator,
                    occurred_on=clue.occurred_on,
                    amount=None if clue.amount is None else str(clue.amount),
                    detail=_details(detail).detail,
                    below_threshold=clue.below_threshold,
                    outcome=clue.outcome,
                    corrected=None,
                    withdrawn=clue.withdrawn_at is not None,
                )
                for clue, detail in zip(row.clues, opened, strict=True)
            ],
            "overdue": is_overdue(row.state, row.due_on, clock.today()),
        }
    )
