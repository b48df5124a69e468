"""`python -m bihuan.deployment DIRECTORY`: the secrets of an installation in containers, one file each.

Makes a home (keys, generated passwords) whose files docker-compose.yml gives to the containers that need
them, and beside the passwords the database addresses that hold them. What is there already is kept.
"""

import sys
from pathlib import Path
from typing import Final

from bihuan.database import role_password_name
from bihuan.launcher.embedded import DATABASE, OWNER, SUPERUSER
from bihuan.launcher.home import Home, write_once
from bihuan.launcher.services import SERVICES
from migrations.helpers import ROLES

#: Where the containers reach the database: the name of its service in docker-compose.yml.
DATABASE_HOST: Final = "database"


def make_secrets(directory: Path, host: str = DATABASE_HOST) -> Home:
    """The home in ``directory``, with everything that the containers are given."""
    home = Home(directory)
    home.make_keys()
    for name in (SUPERUSER, OWNER, *ROLES.values()):
        home.secret_file(role_password_name(name))
    for service in SERVICES:
        if service.is_client:
            home.secret_file(f"client-{service.folder}")
    for role in (OWNER, *ROLES.values()):
        path = home.secrets / f"url-{role}"
        if not path.exists():
            password = home.secret(role_password_name(role))
            write_once(path, f"postgresql://{role}:{password}@{host}/{DATABASE}\n")
    return home


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m bihuan.deployment DIRECTORY")
    print(make_secrets(Path(sys.argv[1])).path)
