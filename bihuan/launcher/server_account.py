"""The account that the embedded PostgreSQL runs as. PostgreSQL refuses to run as root."""

import os
import pwd
import shutil
import stat
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

OWN_ACCOUNT: Final = "pgserver"
FALLBACK_ACCOUNT: Final = "nobody"


@dataclass(frozen=True, slots=True)
class ServerAccount:
    """Whom the server runs as; None means as ourselves."""

    uid: int | None = None
    gid: int | None = None

    @classmethod
    def for_data(cls, data: Path) -> "ServerAccount":
        """As an ordinary user: ourselves. As root: the owner of the existing data, else a system account."""
        if os.geteuid() != 0:
            return cls()
        owner = data.stat().st_uid if data.exists() else 0
        entry = pwd.getpwuid(owner) if owner else _system_account()
        return cls(entry.pw_uid, entry.pw_gid)

    def run(self, argv: list[str], **options: Any) -> "subprocess.CompletedProcess[str]":
        """Run a command as this account, with nothing of our own environment but the language of messages.

        Output goes to files, not pipes: a server that stays behind would hold a pipe open for ever.
        """
        if self.uid is not None:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return subprocess.run(
            argv,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
            cwd="/",
            start_new_session=True,  # Ctrl-C in the terminal is for the launcher, which keeps the order.
            **options,
        )

    def give(self, path: Path) -> None:
        """Make the account the owner of `path`."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def let_pass(self, path: Path) -> None:
        """Let the account walk (not list or read) through the folders above `path`."""
        if self.uid is not None:
            for folder in path.parents:
                mode = folder.stat().st_mode
                if not mode & stat.S_IXOTH:
                    folder.chmod(mode | stat.S_IXOTH)

    def let_execute(self, installation: Path) -> None:
        """Let the account run what is installed, where a strict umask or a private folder forbids it."""
        if self.uid is None:
            return
        with suppress(PermissionError):
            probe = [str(installation / "bin" / "postgres"), "--version"]
            if self.run(probe, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
                return
        self.let_pass(installation)
        for path in (installation, *installation.rglob("*")):
            mode = path.stat().st_mode
            path.chmod(mode | (mode & (stat.S_IRUSR | stat.S_IXUSR)) >> 6)


def _system_account() -> pwd.struct_passwd:
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    useradd = shutil.which("useradd")
    if OWN_ACCOUNT not in names and useradd:
        made = subprocess.run(
            [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", OWN_ACCOUNT],
            check=False,
            capture_output=True,
        )
        if made.returncode == 0:
            return pwd.getpwnam(OWN_ACCOUNT)
    return names.get(OWN_ACCOUNT) or pwd.getpwnam(FALLBACK_ACCOUNT)
