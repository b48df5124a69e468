"""How Python itself is set in a process of a service."""

import gc
import os
import sys
from typing import Final

#: How long a thread that computes (the records of a push) keeps the interpreter from the event loop, which
#: answers everybody else and keeps PostgreSQL busy. By default it is five times that.
SWITCH_SECONDS: Final = 0.001


#: Whoever waits for a list goes before whoever waits for 100,000 records.
NICENESS: Final = 5


def step_back() -> None:
    """For a process that nobody waits for within a second: the event loops of the services go first."""
    os.nice(NICENESS)


def settle_interpreter() -> None:
    """Called when everything is loaded, before the first request or job.

    Garbage is collected less often and never looked for among what is there by now: a push makes short-lived
    objects by the million, none of them in a cycle, and by the defaults a sixth of its time went into looking
    for garbage among the modules.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    sys.setswitchinterval(SWITCH_SECONDS)
