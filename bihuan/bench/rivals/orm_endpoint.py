"""The usual way: for each record a query for the person and an ORM object for the warning."""

import time
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import registry

from bihuan.bench.rivals.plain_service import PERSON, WARNING, make_sealer, read_records, row_of
from shared.db.identifiers import new_id


class Person:
    """A person of the registry."""


class Warned:
    """A warning."""


_mapped = registry()
_mapped.map_imperatively(Person, PERSON)
_mapped.map_imperatively(Warned, WARNING)


async def orm_endpoint_seconds(owner_url: str, path: Path, cycle: str) -> float:
    """Seconds from the file to the commit of its warnings, each matched with the registry by its own query."""
    engine = create_async_engine(owner_url.replace("postgresql://", "postgresql+asyncpg://", 1))
    sealer = make_sealer()
    batch_id = new_id()
    try:
        async with async_sessionmaker(engine)() as session:
            await session.execute(select(1))
            started = time.perf_counter()
            for number, record in enumerate(read_records(path), 1):
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
            return time.perf_counter() - started
    finally:
        await engine.dispose()
