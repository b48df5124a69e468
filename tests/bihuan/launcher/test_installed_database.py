"""Which database is used, in which environment, and what is said of one that is not."""

import asyncio
import socket
from dataclasses import replace

import asyncpg
import pytest

from bihuan.launcher.embedded import EmbeddedPostgres
from bihuan.launcher.errors import DatabaseRefused
from bihuan.launcher.installed_database import bring_up_to_date, reachable_database
from bihuan.launcher.settings import LaunchSettings

DEMO = LaunchSettings.read({"BIHUAN_CLOCK": "2026-11-08T09:00:00+08:00"})
PRODUCTION = replace(DEMO, environment="production")


async def scalar(url, query):
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def test_without_a_running_system_the_embedded_database_is_started_and_stopped_again(home):
    with reachable_database(home, DEMO) as url:
        asyncio.run(bring_up_to_date(url, home, DEMO))
        partition = asyncio.run(scalar(url, "SELECT to_regclass('warning.warning_2026_11')::text"))
        assert partition == "warning.warning_2026_11"
        assert EmbeddedPostgres(home).pid is not None
    assert EmbeddedPostgres(home).pid is None


def test_beside_a_running_system_its_database_is_left_running(home):
    with home.running(), reachable_database(home, DEMO) as url:
        assert asyncio.run(scalar(url, "SELECT 1")) == 1
    assert EmbeddedPostgres(home).pid is not None


def test_a_database_of_production_is_refused_to_a_demo(home):
    with reachable_database(home, PRODUCTION) as url:
        asyncio.run(bring_up_to_date(url, home, PRODUCTION))
        with pytest.raises(DatabaseRefused, match="生产库") as refused:
            asyncio.run(bring_up_to_date(url, home, DEMO))
        assert home.secret("database-bihuan_owner") not in str(refused.value)
        asyncio.run(bring_up_to_date(url, home, PRODUCTION))


def test_a_database_that_does_not_answer_is_named_without_its_password(home):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    url = f"postgresql://owner:secret-word@127.0.0.1:{port}/x"
    with pytest.raises(DatabaseRefused, match=rf"127\.0\.0\.1:{port}/x") as refused:
        asyncio.run(bring_up_to_date(url, home, DEMO))
    assert "secret-word" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_wrong_password_is_one_line(home):
    with reachable_database(home, DEMO) as url:
        wrong = url.replace(home.secret("database-bihuan_owner"), "guessed")
        with pytest.raises(DatabaseRefused, match="无法使用") as refused:
            asyncio.run(bring_up_to_date(wrong, home, DEMO))
    assert "\n" not in str(refused.value)
