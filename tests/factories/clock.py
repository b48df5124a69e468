"""Instants that tests play at."""

from datetime import datetime

INSIDE_THE_WINDOW = datetime.fromisoformat("2026-11-08T09:00:00+08:00")
AFTER_THE_WINDOW = datetime.fromisoformat("2026-11-20T09:00:00+08:00")
