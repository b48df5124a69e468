"""The rows of a filled loop are such as the services would have written, and its callers ask as townships do."""

import threading
from collections import Counter
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from bihuan.bench import filled_loop
from bihuan.bench.filled_loop import COUNTY, CYCLE, TASK_COLUMNS, TOWNSHIPS, WARNING_COLUMNS, large_county
from bihuan.bench.http_load import Caller, under_load, walk_through
from bihuan.bench.rivals.served import served
from services.warning_api.dispatch.service import decode_subject
from services.warning_api.filing.staging import open_personal_data
from shared.sealing import PURPOSES, Keyring, KeyringSealer

KEK = bytes(32)


def sealer() -> KeyringSealer:
    keyring = Keyring("warning_api", KEK)
    rows = [keyring.next_row(COUNTY, purpose, datetime.now(UTC)) for purpose in PURPOSES]
    return KeyringSealer(Keyring("warning_api", KEK, rows))


def test_tasks_lie_evenly_in_all_townships_and_open() -> None:
    keys = sealer()
    ((task_rows, warning_rows),) = filled_loop._chunks(keys, 4 * TOWNSHIPS, CYCLE)
    tasks = [dict(zip(TASK_COLUMNS, row, strict=True)) for row in task_rows]
    warnings = [dict(zip(WARNING_COLUMNS, row, strict=True)) for row in warning_rows]
    assert set(Counter(task["township_code"] for task in tasks).values()) == {4}
    known = {region.code for region in large_county().regions}
    assert {task["region_code"] for task in tasks} <= known
    assert len({task["subject_key"] for task in tasks}) == len(tasks)
    blobs = keys.open_many(
        "verification_task", "sealed", COUNTY, [(task["id"].bytes, task["sealed"]) for task in tasks]
    )
    details = open_personal_data(keys, COUNTY, [(each["id"], each["sealed"]) for each in warnings])
    assert [decode_subject(blob).name for blob in blobs] == [each.name for each in details]
    assert [each["task_id"] for each in warnings] == [task["id"] for task in tasks]
    for task, warning in zip(tasks, warnings, strict=True):
        assert (task["state"] == "closed") == (warning["state"] == "closed")
        assert warning["outcome"] == (task["outcome"] if task["state"] == "closed" else None)


def test_months_before_are_closed() -> None:
    ((task_rows, _),) = filled_loop._chunks(sealer(), 10, "2026-09")
    state = TASK_COLUMNS.index("state")
    assert {row[state] for row in task_rows} == {"closed"}


def test_callers_ask_again_as_soon_as_they_are_answered() -> None:
    with served("bihuan.bench.rivals.empty_answer:create_app", "/empty", {}) as port:
        walk_through(port, [Caller("/empty?")])
        load = under_load(port, [Caller("/empty?")] * 4, 0.1, 0.5)
    assert load.rate == len(load.seconds) / 0.5
    assert load.rate > 20
    assert load.mean <= load.p99 <= max(load.seconds)


def test_a_caller_that_never_asks_the_same_walks_in_another_way_each_time() -> None:
    asked = []

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked.append(self.path)
            more = "cursor" not in self.path and "limit=3" in self.path
            body = b'{"next_cursor":"x"}' if more else b'{"next_cursor":null}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing: the test reads what was asked."""

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        under_load(server.server_port, [Caller("/t?limit=3", other_paths=["/t?limit=2"])], 0, 0.3)
        server.shutdown()
    assert asked[:5] == [
        "/t?limit=3",
        "/t?limit=3&cursor=x",
        "/t?limit=2",
        "/t?limit=3",
        "/t?limit=3&cursor=x",
    ]
