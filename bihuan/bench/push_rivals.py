"""How much faster a push is filed than by the ordinary ways of writing such an endpoint."""

import asyncio
from collections.abc import Callable, Coroutine
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any, Final

from bihuan.bench.figures import Measure
from bihuan.bench.push_load import push_seconds
from bihuan.bench.pushed_records import pushed_file, record_after
from bihuan.bench.rivals.plain_service import make_registry
from bihuan.bench.system import BenchSystem
from bihuan.launcher.settings import DEMO_CLOCK

CYCLE: Final = DEMO_CLOCK[:7]

Rival = Callable[[str, Path, str], Coroutine[Any, Any, float]]


def speed_over(rival: Rival, records: int, pushes: int = 1) -> Measure:
    """Seconds of the rival ÷ seconds of a push until its answer, of the same records into the same empty table; the
    median of so many ``pushes``, where one lasts no longer than what disturbs it.

    The rival answers when it has matched as well: its way knows no comparison after the answer. Ours is in
    ``push.visible_vs_copy_and_match``.
    """

    numbers = count()
    another = record_after(records)

    def measure(system: BenchSystem, run: int) -> float:
        path = pushed_file(system.folder, records)

        def push() -> float:
            system.start_anew()
            push_seconds(system, records)  # Nobody pushes to a service in its first second.
            return median(one_push() for _ in range(pushes))

        def one_push() -> float:
            system.start_anew()
            # Emptied tables have every connection forget its plans, as nothing does between two pushes of a month. The
            # ORM endpoint is sent that record before, too.
            system.caller().push([another], f"first-{next(numbers)}")
            return push_seconds(system, records)

        def other() -> float:
            system.start_anew()
            return asyncio.run(rival(system.owner_url, path, CYCLE))

        if run == 0:
            asyncio.run(make_registry(system.owner_url, path))
        if run % 2:
            taken = other()
            return taken / push()
        pushed = push()
        return other() / pushed

    return measure
