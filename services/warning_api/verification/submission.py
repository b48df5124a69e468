"""One submission of answers, from its items to their verdicts, in one transaction.

A long list comes in parts: while PostgreSQL writes one, the next is judged and the one after it read.
"""

from collections.abc import AsyncIterator, Iterable
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg

from services.warning_api.feedback import acceptance
from services.warning_api.rechecks.results import compare
from services.warning_api.verification import service
from services.warning_api.verification.keeping import kept
from services.warning_api.verification.parts import Part, joined
from services.warning_api.verification.service import Judged, Terms
from shared.db import Transaction
from shared.runtime.beside import beside


async def verdicts_on(tx: Transaction, terms: Terms, parts: AsyncIterator[Part]) -> list[dict[str, Any]]:
    """Take what can be taken of each item; the verdicts in their order.

    Two requests that hold some tasks and wait for others of each other would never end. So only the first part, which
    holds none, waits for its tasks; where somebody holds one of a later part, all of it is taken back and done as one
    part, which waits for them in the order of their ids.
    """
    seen: list[Part] = []

    async def remembered() -> AsyncIterator[Part]:
        async for part in parts:
            seen.append(part)
            yield part

    try:
        async with tx.attempt():
            return await _in_parts(tx, terms, remembered())
    except asyncpg.LockNotAvailableError:
        seen += [part async for part in parts]
        return await _in_parts(tx, terms, _each([joined(seen)]))


async def _in_parts(tx: Transaction, terms: Terms, parts: AsyncIterator[Part]) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = []
    accepted = acceptance.Accepted()
    waiting: Judged | None = None
    said: set[UUID] = set()
    async for part in parts:
        known = await service.known_of(tx, terms, part, patiently=waiting is None)
        async with beside(partial(service.judged, terms, part, known, said)) as judging:
            await service.take_off_counts(tx, known)
            if waiting is not None:
                results += await _written(tx, waiting, accepted)
        waiting = judging.result()
        said.update(waiting.said)
    if waiting is not None:
        results += await _written(tx, waiting, accepted)
    await acceptance.advance(tx, accepted)
    await compare(tx, list(accepted.versions))
    return results


async def _written(tx: Transaction, judged: Judged, accepted: acceptance.Accepted) -> list[dict[str, Any]]:
    async with kept(tx, judged.visits):
        await acceptance.take(tx, judged.visits.answered, accepted)
    return judged.answered(accepted.versions)


async def _each(parts: Iterable[Part]) -> AsyncIterator[Part]:
    for part in parts:
        yield part
