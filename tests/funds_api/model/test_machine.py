"""Random sequences of all operations: the service gives the balances and refusals of a plain model."""

import asyncio

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from shared.testing.databases import TestDatabase
from tests.funds_api.model.machine import FundsMachine, World
from tests.funds_api.recount import assert_balances_are_the_entries


async def play(
    finance: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    database: TestDatabase,
    examples: int,
    steps: int,
) -> None:
    FundsMachine.world = World(asyncio.get_running_loop(), finance, checker, database)
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    await asyncio.to_thread(run_state_machine_as_test, FundsMachine, settings=how)
    await assert_balances_are_the_entries(database)


async def test_any_sequence_gives_the_balances_and_refusals_of_the_model(
    finance: httpx.AsyncClient, checker: httpx.AsyncClient, database: TestDatabase
) -> None:
    await play(finance, checker, database, examples=10, steps=25)


@pytest.mark.long
async def test_many_long_sequences_do(
    finance: httpx.AsyncClient, checker: httpx.AsyncClient, database: TestDatabase
) -> None:
    await play(finance, checker, database, examples=150, steps=60)
