"""`python -m bihuan.openapi` writes the description of every API to `docs/openapi/`."""

import json
from importlib import import_module
from pathlib import Path

from bihuan.launcher.services import SERVICES

SNAPSHOTS = Path(__file__).resolve().parent.parent / "docs" / "openapi"


def snapshot_file(folder: str) -> Path:
    """Where the description of the service in ``services/<folder>`` is kept."""
    return SNAPSHOTS / f"{folder.removesuffix('_api')}.json"


def described(folder: str) -> str:
    """The OpenAPI document of a service, as text that changes only with the API."""
    app = import_module(f"services.{folder}.app").create_app()
    return json.dumps(app.openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> None:
    SNAPSHOTS.mkdir(parents=True, exist_ok=True)
    for service in SERVICES:
        if service.role is not None:
            path = snapshot_file(service.folder)
            path.write_text(described(service.folder))
            print(path)


if __name__ == "__main__":
    main()
