"""The data directory (`BIHUAN_HOME`): keys, generated passwords, process ids, logs, the embedded database."""

import fcntl
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from shared.sealing import new_kek, new_match_keys, read_kek

from .errors import AlreadyRunning


class Home:
    """One installation's directory, made if it is missing. Only its owner may read what is in it."""

    CREDENTIALS: Final = "credentials.json"

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.secrets, self.keys, self.run, self.log):
            folder.mkdir(mode=0o700, exist_ok=True)
            folder.chmod(0o700)

    @property
    def secrets(self) -> Path:
        return self.path / "secrets"

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def log(self) -> Path:
        return self.path / "log"

    @property
    def postgres(self) -> Path:
        """The embedded database; owned by the account that the server runs as."""
        return self.path / "postgres"

    @property
    def attachments(self) -> Path:
        """Photos and documents, sealed, where no other storage is named."""
        return self.path / "attachments"

    @property
    def bank(self) -> Path:
        """What the bank is to fetch and brings, where no other directory is named."""
        return self.path / "bank"

    @property
    def kek_file(self) -> Path:
        return self.keys / "kek"

    @property
    def match_key_file(self) -> Path:
        return self.keys / "match.json"

    @property
    def credentials_file(self) -> Path:
        return self.path / self.CREDENTIALS

    def pid_file(self, name: str) -> Path:
        return self.run / f"{name}.pid"

    def log_file(self, name: str) -> Path:
        return self.log / f"{name}.log"

    def secret_file(self, name: str) -> Path:
        """The file of the secret `name`; made with 32 random bytes as URL-safe text if it is missing."""
        path = self.secrets / name
        if not path.exists():
            write_once(path, secrets.token_urlsafe(32))
        return path

    def secret(self, name: str) -> str:
        return self.secret_file(name).read_text().strip()

    def make_keys(self) -> None:
        """A key-encryption key and a matching key, where there are none (never in production)."""
        if not self.kek_file.exists():
            write_once(self.kek_file, new_kek())
        if not self.match_key_file.exists():
            write_once(self.match_key_file, new_match_keys(read_kek(self.kek_file)))

    def keep_clock(self, offset: float) -> None:
        """Keep the business clock of the system that runs on this home: seconds from real time."""
        written = self._clock_file.with_suffix(".new")
        written.write_text(repr(offset))
        written.replace(self._clock_file)

    def kept_clock(self) -> float | None:
        """The clock that the last system on this home ran by; None where none has run."""
        try:
            return float(self._clock_file.read_text())
        except FileNotFoundError:
            return None

    @property
    def _clock_file(self) -> Path:
        return self.run / "clock-offset"

    def is_running(self) -> bool:
        """Whether a system runs on this home."""
        try:
            with self.running():
                return False
        except AlreadyRunning:
            return True

    @contextmanager
    def running(self) -> Iterator[None]:
        """Hold the home as its one running system; `AlreadyRunning` if another process does.

        The kernel lets go of it when the holder dies, however it dies.
        """
        with self.locked("up", wait=False):
            yield

    @contextmanager
    def locked(self, name: str, *, wait: bool = True) -> Iterator[None]:
        """An exclusive lock between processes on this home."""
        with (self.run / f"{name}.lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                file.seek(0)
                raise AlreadyRunning(
                    f"{self.path} 已在运行（进程 {file.read().strip() or '未知'}），请先停止它"
                ) from error
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield


def write_once(path: Path, text: str) -> None:
    """Write a new file of mode 0600 that nobody ever sees half written; the first of several writers wins."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        Path(temporary).unlink()
