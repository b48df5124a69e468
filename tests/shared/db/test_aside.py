"""What a transaction waits for in its middle does not wait for those who wait."""

import asyncio
from contextlib import AsyncExitStack

from services.warning_api.app import create_app
from shared.testing.databases import TestDatabase
from shared.testing.services import start_service
from tests.factories.clock import INSIDE_THE_WINDOW


async def test_all_who_hold_a_connection_get_the_countys_first_keys(database: TestDatabase) -> None:
    running = start_service("warning_api", database, create_app, INSIDE_THE_WINDOW)
    context = running.context
    async with AsyncExitStack() as held:
        transactions = [
            await held.enter_async_context(context.begin("231226")) for _ in range(context.settings.pool_size)
        ]
        for tx in transactions:
            await tx.execute("SELECT 1")
        async with asyncio.timeout(5):
            sealers = await asyncio.gather(*(tx.sealer() for tx in transactions))
    (key,) = {sealer.mac_many("231226", [b"x"])[0] for sealer in sealers}
    assert len(key) == 32
    await context.close()
