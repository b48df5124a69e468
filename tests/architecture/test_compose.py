"""docker-compose.yml: of the specification's form, and the very commands that it names do what they should.

No container is started: its commands run on this machine with the environment that the file gives them, where
names of containers become loopback ports and secrets are the files that the file names.
"""

import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from bihuan.deployment import make_secrets
from bihuan.launcher.ports import free_port
from bihuan.launcher.services import MOST_CONNECTIONS, SERVICES
from shared.testing.databases import TestDatabase
from tests.architecture.source import ROOT

BIN = Path(sys.executable).parent
COMPOSE = ROOT / "docker-compose.yml"
#: Docker gives it as a folder of files; here the files lie where the file says they come from.
SECRETS = "/run/secrets/"
APIS = ["identity", "household", "funds", "warning"]
WORKERS = ["household-worker", "funds-worker", "warning-worker"]
READY_SECONDS = 30
#: A worker that cannot work has ended by then.
WORKED_SECONDS = 8


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return loaded


def test_it_has_the_form_of_the_compose_specification() -> None:
    # The specification's schema is part of the check-jsonschema package.
    done = subprocess.run(
        [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_process_of_the_system_is_in_it(compose: dict[str, Any]) -> None:
    commands = [" ".join(each.get("command", ())) for each in compose["services"].values()]
    for service in SERVICES:
        assert any(f"services.{service.folder}.app:create_app" in command for command in commands)
        worker = any(f"services.{service.folder}.worker" in command for command in commands)
        assert worker == service.has_worker
    assert sum("bihuan migrate" in command for command in commands) == 1


def test_nobody_is_root_and_nothing_is_written_but_what_must_be(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["user"].split(":")[0] not in ("", "0", "root"), name
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert not service.get("privileged"), name


def test_those_who_keep_files_share_the_volume_that_they_name(compose: dict[str, Any]) -> None:
    keepers = {
        name for name, service in compose["services"].items() if "attachments:" in str(service.get("volumes"))
    }
    inner = {service.folder.removesuffix("_api") for service in SERVICES if service.keeps_files}
    assert keepers == inner | {f"{name}-worker" for name in inner}
    for name in keepers:
        url = compose["services"][name]["environment"]["BIHUAN_STORAGE_URL"]
        assert compose["services"][name]["volumes"] == [f"attachments:{url.removeprefix('file://')}"]
        assert f" {url.removeprefix('file://')}" in (ROOT / "Dockerfile").read_text()


def test_the_worker_that_pays_has_the_directory_of_the_bank(compose: dict[str, Any]) -> None:
    workers = {f"{service.folder.removesuffix('_api')}-worker" for service in SERVICES if service.pays}
    told = {
        name: service["environment"]["BIHUAN_BANK_DIRECTORY"]
        for name, service in compose["services"].items()
        if "BIHUAN_BANK_DIRECTORY" in service.get("environment", {})
    }
    assert set(told) == workers
    for name, folder in told.items():
        assert [volume.rpartition(":")[2] for volume in compose["services"][name]["volumes"]] == [folder]
        assert f" {folder}\n" in (ROOT / "Dockerfile").read_text()


def test_only_the_proxy_is_reached_from_outside(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert {name for name, service in services.items() if service["networks"] != ["inside"]} == {"proxy"}
    assert compose["networks"]["inside"]["internal"] is True
    published = {int(port.partition(":")[0]) for port in services["proxy"]["ports"]}
    assert published == {8000 + service.offset for service in SERVICES}
    config = (ROOT / "deploy/proxy/nginx.conf").read_text()
    for service in SERVICES:
        inner = service.folder.removesuffix("_api")
        block = rf"listen {8000 + service.offset} ssl;\s+include /etc/bihuan/server.conf;[^}}]*http://{inner}:8000;"
        assert re.search(block, config), service.folder
    assert len(re.findall(r"\blisten\b", config)) == len(SERVICES)
    assert "location = /metrics { return 404; }" in (ROOT / "deploy/proxy/server.conf").read_text()


def test_what_answers_has_the_bounds_of_the_launcher(compose: dict[str, Any]) -> None:
    for name in (*APIS, "console"):
        environment = compose["services"][name]["environment"]
        assert environment["UVICORN_HTTP"] == "shared.runtime.protocol:BoundedHttp"
        assert environment["UVICORN_LIMIT_CONCURRENCY"] == str(MOST_CONNECTIONS)


def test_what_answers_has_a_health_check(compose: dict[str, Any]) -> None:
    without = {name for name, service in compose["services"].items() if "healthcheck" not in service}
    assert without == {"migrate", *WORKERS}


def test_secrets_come_from_files_and_each_service_has_its_own_alone(compose: dict[str, Any]) -> None:
    given = {name: set(service.get("secrets", ())) for name, service in compose["services"].items()}
    for name in APIS:
        assert f"url-{name}" in given[name]
        foreign = {f"{kind}-{other}" for kind in ("url", "client") for other in APIS if other != name}
        assert not given[name] & foreign
        assert given.get(f"{name}-worker", given[name]) == given[name]
    assert given["console"] == set()
    for name, service in compose["services"].items():
        for variable, value in service.get("environment", {}).items():
            assert "PASSWORD" not in variable or variable.endswith("_FILE"), name
            assert not re.search(r"://[^/]*:[^/]*@", value), f"{name}: {variable}"
            if value.startswith(SECRETS):
                assert value.removeprefix(SECRETS) in given[name], f"{name}: {variable}"


@dataclass
class Containers:
    """The containers' commands on this machine."""

    compose: dict[str, Any]
    home: Path
    ports: Mapping[str, int]

    def environment(self, name: str) -> dict[str, str]:
        env = {"PATH": f"{BIN}:{os.environ['PATH']}", "LANG": "C.UTF-8"}
        for variable, value in self.compose["services"][name].get("environment", {}).items():
            env[variable] = self._here(value)
        if "UVICORN_PORT" in env:
            env |= {"UVICORN_HOST": "127.0.0.1", "UVICORN_PORT": str(self.ports[name])}
        return env

    def _here(self, value: str) -> str:
        if value.startswith(SECRETS):
            file = self.compose["secrets"][value.removeprefix(SECRETS)]["file"]
            return str(self.home / file.removeprefix("./deploy/home/"))
        value = value.replace("/var/lib/bihuan", str(self.home))
        value = re.sub(r"\$\{\w+:-(\w+)\}", r"\1", value)
        return re.sub(r"http://(\w+):8000", lambda found: f"http://127.0.0.1:{self.ports[found[1]]}", value)

    def run(self, name: str, argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [BIN / argv[0], *argv[1:]],
            env=self.environment(name),
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @contextmanager
    def running(self, name: str) -> Iterator[subprocess.Popen[str]]:
        command = self.compose["services"][name]["command"]
        log = self.home / f"{name}.log"
        with (
            log.open("w") as output,
            subprocess.Popen(
                [BIN / command[0], *command[1:]],
                env=self.environment(name),
                cwd=self.home,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
            ) as process,
        ):
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
                    try:
                        process.wait(20)
                    finally:
                        process.kill()


@pytest.fixture(scope="module")
def containers(
    compose: dict[str, Any], database: TestDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Containers:
    """As deploy/home would be, for a database that is a copy of the migrated one."""
    home = tmp_path_factory.mktemp("deploy") / "home"
    address, name = database.owner_url.rpartition("@")[2].split("/")
    # The roles belong to the whole server, which has passwords for them already.
    for path in sorted((database.home / "secrets").iterdir()):
        (home / "secrets").mkdir(parents=True, exist_ok=True)
        (home / "secrets" / path.name).write_text(path.read_text())
    made = make_secrets(home, address)
    for path in made.secrets.glob("url-*"):
        path.write_text(path.read_text().replace("/bihuan\n", f"/{name}\n"))
    (made.secrets / "url-bihuan_owner").write_text(database.owner_url)
    ports = {service: free_port() for service in (*APIS, "console")}
    built = Containers(compose, home, ports)
    migrated = built.run("migrate", compose["services"]["migrate"]["command"])
    assert migrated.returncode == 0, migrated.stderr
    return built


def wait_until_ready(containers: Containers, name: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, (containers.home / f"{name}.log").read_text()
        try:
            if httpx.get(f"http://127.0.0.1:{containers.ports[name]}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError((containers.home / f"{name}.log").read_text())


@pytest.mark.parametrize("name", [*APIS, "console"])
def test_the_command_starts_a_service_that_is_found_healthy(containers: Containers, name: str) -> None:
    test = containers.compose["services"][name]["healthcheck"]["test"]
    assert test[0] == "CMD"
    assert containers.run(name, test[1:]).returncode == 1
    with containers.running(name) as process:
        wait_until_ready(containers, name, process)
        assert containers.run(name, test[1:]).returncode == 0
    assert process.returncode in (0, -signal.SIGTERM)


@pytest.mark.parametrize("name", WORKERS)
def test_the_command_starts_a_worker_that_goes_on_until_it_is_told_to_stop(
    containers: Containers, name: str
) -> None:
    with containers.running(name) as process, pytest.raises(subprocess.TimeoutExpired):
        process.wait(WORKED_SECONDS)
    assert process.returncode == 0, (containers.home / f"{name}.log").read_text()


def test_the_migration_has_given_the_services_their_clients(containers: Containers) -> None:
    with containers.running("identity") as process:
        wait_until_ready(containers, "identity", process)
        for name in ("household", "funds", "warning"):
            env = containers.environment(name)
            secret = Path(env["BIHUAN_SERVICE_CLIENT_SECRET_FILE"]).read_text().strip()
            url = f"{env['BIHUAN_IDENTITY_URL']}/oauth/token"
            asked = {"grant_type": "client_credentials"}
            client = env["BIHUAN_SERVICE_CLIENT_ID"]
            assert httpx.post(url, data=asked, auth=(client, secret)).status_code == 200, name
            assert httpx.post(url, data=asked, auth=(client, secrets.token_hex())).status_code == 401, name
