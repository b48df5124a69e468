"""The embedded PostgreSQL: passwords for everybody, data that stays, and starts after every kind of end."""

import multiprocessing
import os
import pwd
import signal
import socket
import subprocess
import sys

import asyncpg
import psutil
import pytest

from bihuan.launcher.embedded import OWNER, SUPERUSER, EmbeddedPostgres
from bihuan.launcher.home import Home


@pytest.fixture(scope="module")
def shared_home(make_home):
    return make_home()


@pytest.fixture
def postgres(shared_home):
    server = EmbeddedPostgres(shared_home)
    server.start()
    return server


async def run(url, sql):
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def login(server, role, password, database="bihuan"):
    return f"postgresql://{role}:{password}@127.0.0.1:{server.port}/{database}"


async def test_the_owner_can_make_roles_and_is_no_superuser(postgres):
    row = await run(
        postgres.url,
        "SELECT ARRAY[rolcreaterole, rolsuper, rolbypassrls] FROM pg_roles WHERE rolname = current_user",
    )
    assert row == [True, False, False]
    assert await run(postgres.url, "SELECT current_database() || '/' || current_user") == f"bihuan/{OWNER}"
    await run(postgres.url, "CREATE ROLE bihuan_probe LOGIN PASSWORD 'x'")
    await run(postgres.url, "DROP ROLE bihuan_probe")


async def test_nobody_connects_without_the_right_password(postgres, shared_home):
    await run(postgres.url, "CREATE ROLE bihuan_warning LOGIN PASSWORD 'its-own'")
    await run(postgres.url, "CREATE ROLE bihuan_funds LOGIN PASSWORD 'another'")
    assert await run(login(postgres, "bihuan_warning", "its-own"), "SELECT current_user") == "bihuan_warning"
    for role in ("bihuan_funds", OWNER, SUPERUSER):
        for password in ("its-own", "", "postgres"):
            with pytest.raises(
                (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError)
            ):
                await run(login(postgres, role, password), "SELECT 1")
    superuser = login(postgres, SUPERUSER, shared_home.secret(f"database-{SUPERUSER}"), "postgres")
    methods = await run(
        superuser, "SELECT array_agg(DISTINCT type || ' ' || auth_method) FROM pg_hba_file_rules"
    )
    assert methods == ["host scram-sha-256"]
    assert await run(superuser, "SELECT bool_and(rolpassword LIKE 'SCRAM%') FROM pg_authid WHERE rolcanlogin")


async def test_it_listens_on_loopback_only_and_writes_through(postgres):
    assert await run(postgres.url, "SHOW fsync") == "on"
    assert await run(postgres.url, "SHOW max_connections") == "200"
    sockets = psutil.Process(postgres.pid).net_connections("all")
    assert {each.laddr for each in sockets if each.status == "LISTEN"} == {("127.0.0.1", postgres.port)}
    assert not [each for each in sockets if each.family == socket.AF_UNIX and each.laddr]


async def test_a_restart_keeps_data_port_and_password(postgres, shared_home):
    await run(postgres.url, "CREATE TABLE kept AS SELECT 7 AS n")
    url, pid = postgres.url, postgres.pid
    postgres.stop()
    assert postgres.pid is None
    postgres.stop()
    assert EmbeddedPostgres(shared_home).start() == url
    assert await run(url, "SELECT n FROM kept") == 7
    assert postgres.pid != pid


async def test_another_process_attaches(postgres, shared_home):
    pid = postgres.pid
    assert EmbeddedPostgres(Home(shared_home.path)).start() == postgres.url
    assert postgres.pid == pid


async def test_it_starts_again_after_the_postmaster_was_killed(postgres):
    await run(postgres.url, "CREATE TABLE crashed AS SELECT 8 AS n")
    busy = await asyncpg.connect(postgres.url)
    await busy.execute("SET client_min_messages = error")
    os.kill(postgres.pid, signal.SIGKILL)
    postgres.start()
    assert await run(postgres.url, "SELECT n FROM crashed") == 8
    busy.terminate()


async def test_a_pid_file_with_the_number_of_another_program_is_no_obstacle(postgres, shared_home):
    postgres.stop()
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        (shared_home.postgres / "postmaster.pid").write_text(f"{other.pid}\n{shared_home.postgres}\n1\n")
        assert postgres.pid is None
        postgres.start()
        assert await run(postgres.url, "SELECT 1") == 1
    finally:
        other.communicate(b"\n")


async def test_access_rules_that_were_loosened_are_restored(postgres, shared_home):
    postgres.stop()
    (shared_home.postgres / "pg_hba.conf").write_text("host all all 127.0.0.1/32 trust\n")
    postgres.start()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await run(login(postgres, OWNER, "anything"), "SELECT 1")


async def test_it_survives_the_kill_of_the_process_that_started_it(home):
    code = (
        "import os, signal, sys; from pathlib import Path;"
        "from bihuan.launcher.embedded import EmbeddedPostgres; from bihuan.launcher.home import Home;"
        "EmbeddedPostgres(Home(Path(sys.argv[1]))).start(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    env = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    ended = subprocess.run([sys.executable, "-c", code, str(home.path)], env=env, check=False)
    assert ended.returncode == -signal.SIGKILL
    server = EmbeddedPostgres(home)
    pid = server.pid
    assert pid is not None
    assert await run(server.start(), "SELECT 1") == 1
    assert server.pid == pid


async def test_two_homes_stand_side_by_side(postgres, home):
    other = EmbeddedPostgres(home)
    other.start()
    assert other.port != postgres.port
    assert await run(other.url, "SELECT 1") + await run(postgres.url, "SELECT 1") == 2
    with pytest.raises(asyncpg.InvalidPasswordError):
        await run(login(other, OWNER, shared_secret(postgres)), "SELECT 1")


def shared_secret(server):
    return server.url.split(":")[2].split("@")[0]


@pytest.mark.skipif(os.geteuid() != 0, reason="every other test here runs as an ordinary user already")
def test_it_runs_as_an_ordinary_user_and_later_for_root_as_that_user(home):
    nobody = pwd.getpwnam("nobody")

    context = multiprocessing.get_context("fork")
    told = context.Queue()

    def become_nobody_and_start():
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
        server = EmbeddedPostgres(Home(home.path))
        server.start()
        told.put(psutil.Process(server.pid).uids().real)
        server.stop()

    for path in (home.path.parent, home.path, *home.path.iterdir()):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
        path.chmod(0o700)
    child = context.Process(target=become_nobody_and_start)
    child.start()
    assert told.get(timeout=60) == nobody.pw_uid
    child.join()
    assert EmbeddedPostgres(home).start()
    assert psutil.Process(EmbeddedPostgres(home).pid).uids().real == nobody.pw_uid
