"""What every UPDATE of a verification task says besides what it is for, so that nobody who polls misses it."""


def changed(now: str, task: str = "verification_task", *, content: bool = False) -> str:
    """SQL for SET: the parts of ``verification_task`` that tell of a change.

    ``now`` is the parameter with the call's instant, ``task`` the table's name in the statement. With ``content`` the
    township must take note of it: a sheet that was pulled before is refused for this task.
    """
    parts = [
        f"updated_at = {now}",
        f"version = {task}.version + 1",
        "changed_in = pg_current_xact_id()",
    ]
    if content:
        parts += [f"content_version = {task}.version + 1", "content_changed_in = pg_current_xact_id()"]
    return ", ".join(parts)
