"""SQL that tells which steps are open and when they are due, one query a step, all of the same columns.

Parameters: ``:county``, ``:open`` (states in which a township has something to do) and days by parameter name.
"""

_DAY = "cast({} AT TIME ZONE 'Asia/Shanghai' AS date)"

_OF_TASKS = """
SELECT t.cycle, 'task/' || t.id AS subject, {due_on} AS due_on, t.region_code, cast('' AS text) AS org_code,
       t.id AS task_id, cast(NULL AS uuid) AS warning_id, t.due_on AS clock
FROM verification_task t
WHERE t.county_code = :county AND t.accepted_at IS NULL AND {condition}"""

_OF_WARNINGS = """
SELECT w.cycle, 'warning/' || w.id AS subject, {due_on} AS due_on, w.matched_region_code AS region_code,
       {org} AS org_code, w.task_id, w.id AS warning_id, w.answer_due_on AS clock
FROM warning w
WHERE w.county_code = :county AND w.answer_due_on IS NOT NULL AND w.closed_at IS NULL AND w.state = 'fed_back'
  AND {condition}"""

_LISTS = f"""
SELECT t.cycle, 'list/' || t.township_code AS subject,
       {_DAY.format("min(t.dispatched_at)")} + cast(:receipt_days AS integer) AS due_on,
       t.township_code AS region_code, cast('' AS text) AS org_code, cast(NULL AS uuid) AS task_id,
       cast(NULL AS uuid) AS warning_id, cast(NULL AS date) AS clock
FROM verification_task t
WHERE t.county_code = :county AND t.accepted_at IS NULL AND t.state = 'pending' AND t.dispatched_at IS NOT NULL
  AND t.township_code IS NOT NULL
GROUP BY t.cycle, t.township_code"""

_OPEN = "t.state = ANY (cast(:open AS text[]))"

SOURCES = {
    "receipt": _LISTS,
    "verification": _OF_TASKS.format(due_on="t.due_on", condition=f"{_OPEN} AND t.dispatched_at IS NOT NULL"),
    "extension": _OF_TASKS.format(
        due_on="t.extension_due_on", condition=f"{_OPEN} AND t.extension = 'requested'"
    ),
    "assignment": _OF_TASKS.format(
        due_on="t.due_on", condition=f"{_OPEN} AND t.dispatched_at IS NULL AND t.township_code IS NULL"
    ),
    "acceptance": _OF_TASKS.format(
        due_on=f"{_DAY.format('t.verified_at')} + cast(:acceptance_days AS integer)",
        condition="t.state = 'verified'",
    ),
    "answer": _OF_WARNINGS.format(
        due_on="w.answer_due_on", org="w.org_code", condition="w.outcome <> 'needs_department'"
    ),
    "needs_department": _OF_WARNINGS.format(
        due_on="w.answer_due_on",
        org="w.needs_org",
        condition="w.outcome = 'needs_department' AND w.declined_on IS NULL",
    ),
    "redirection": _OF_WARNINGS.format(
        due_on="w.declined_on + cast(:redirection_days AS integer)",
        org="cast('' AS text)",
        condition="w.declined_on IS NOT NULL",
    ),
}

#: Steps whose due day is the one that stands in the index, so that what is due later is not read at all.
INDEXED = frozenset({"verification", "assignment", "answer", "needs_department"})

#: What tells one step from another, besides the cycle: by the key of the row that it is about.
SAME_SUBJECT = {
    step: "s.subject = o.subject"
    if step == "receipt"
    else "s.warning_id = o.warning_id"
    if "FROM warning w" in source
    else "s.task_id = o.task_id"
    for step, source in SOURCES.items()
}
