"""Counts of the loop: totals by cell, what waits by its due date, and the entries that are added to them."""

from collections.abc import Iterable

from alembic import op

from migrations.helpers import ROLES, distribute, grant, secure

revision = "loop_counts"
down_revision = "inspection"
branch_labels = None
depends_on = None

ROLE = ROLES["warning"]

COUNTS = (
    "filed",
    "compared",
    "dispatched",
    "received",
    "verified",
    "on_time",
    "fed_back",
    "closed",
    "withdrawn",
    "risk_confirmed",
    "needs_department",
    "no_risk",
    "already_covered",
    "not_found",
    "moved",
    "deceased",
)
OUTCOMES = COUNTS[COUNTS.index("risk_confirmed") :]

#: Days from dispatch to verification at which the next step begins; the first begins at 0.
BOUNDS = (
    *(quarter / 4 for quarter in range(1, 13)),
    *(half / 2 for half in range(7, 21)),
    *range(11, 21),
)
TOOK = tuple(f"took_{step}" for step in range(len(BOUNDS) + 1))

KEYS = ("counted", "level", "region_code", "org_code", "indicator", "household_type")
CELL = """
    county_code char(6) COLLATE "C" NOT NULL,
    cycle char(7) COLLATE "C" NOT NULL,
    {own}
    counted text NOT NULL,
    level text NOT NULL,
    region_code varchar(12) COLLATE "C" NOT NULL,
    org_code text NOT NULL,
    indicator text NOT NULL,
    household_type text NOT NULL"""


def columns(names: Iterable[str]) -> str:
    return ", ".join(f"{name} integer NOT NULL" for name in names)


def listed(names: Iterable[str], form: str = "{0}") -> str:
    return ", ".join(form.format(name) for name in names)


KEY = f"county_code, cycle, {listed(KEYS)}"

TABLES = {
    "loop_count": f"""
        CREATE TABLE warning.loop_count ({CELL.format(own="")},
            {columns(COUNTS)}, {columns(TOOK)},
            CONSTRAINT pk_loop_count PRIMARY KEY ({KEY}))""",
    "loop_due": f"""
        CREATE TABLE warning.loop_due ({CELL.format(own="")},
            waits_for text NOT NULL, due_on date NOT NULL, waiting integer NOT NULL,
            CONSTRAINT pk_loop_due PRIMARY KEY ({KEY}, waits_for, due_on))""",
    "loop_delta": f"""
        CREATE TABLE warning.loop_delta ({CELL.format(own="entry uuid NOT NULL, place integer NOT NULL,")},
            waits_for text, due_on date, step integer,
            {columns(COUNTS)}, waiting integer NOT NULL, took integer NOT NULL,
            CONSTRAINT pk_loop_delta PRIMARY KEY (county_code, cycle, entry, place))""",
}

OPEN = "('pending', 'received', 'returned')"
STEP = (
    "width_bucket(extract(epoch FROM t.verified_at - t.dispatched_at)::float8 / 86400,"
    f" '{{{listed(str(bound) for bound in BOUNDS)}}}'::float8[])"
)
ON_TIME = "coalesce((t.verified_at AT TIME ZONE 'Asia/Shanghai')::date <= t.due_on, false)"


def outcomes(column: str) -> str:
    return listed(OUTCOMES, f"({column} IS NOT DISTINCT FROM '{{0}}')::int AS {{0}}")


#: What each warning, and each task, counts for, by itself.
WARNINGS = f"""
    SELECT 'warning' AS counted, w.matched_region_code AS village, w.org_code, w.indicator,
        coalesce(w.household_type, 'unregistered') AS household_type,
        CASE WHEN w.state = 'fed_back' AND w.answer_due_on IS NOT NULL THEN 'department'
             WHEN w.state <> 'closed' AND t.state IN {OPEN} THEN 'township' END AS waits_for,
        CASE WHEN w.state = 'fed_back' THEN w.answer_due_on
             WHEN w.state <> 'closed' AND t.state IN {OPEN} THEN t.due_on END AS due_on,
        {STEP} AS step,
        1 AS filed, (w.match IS NOT NULL)::int AS compared, (t.dispatched_at IS NOT NULL)::int AS dispatched,
        (t.received_at IS NOT NULL)::int AS received, (t.verified_at IS NOT NULL)::int AS verified,
        {ON_TIME}::int AS on_time, (w.decided_on IS NOT NULL)::int AS fed_back, (w.state = 'closed')::int AS closed,
        (w.withdrawn_at IS NOT NULL)::int AS withdrawn, {outcomes("w.outcome")}
    FROM warning.warning w LEFT JOIN warning.verification_task t
        ON t.county_code = w.county_code AND t.cycle = w.cycle AND t.id = w.task_id
    WHERE w.county_code = county AND w.cycle = month"""
TASKS = f"""
    SELECT 'task', t.region_code, '', '', coalesce(t.household_type, 'unregistered'),
        CASE WHEN t.state IN {OPEN} THEN 'township' END, CASE WHEN t.state IN {OPEN} THEN t.due_on END,
        {STEP},
        1, 1, (t.dispatched_at IS NOT NULL)::int, (t.received_at IS NOT NULL)::int, (t.verified_at IS NOT NULL)::int,
        {ON_TIME}::int, (t.accepted_at IS NOT NULL)::int, (t.state = 'closed')::int,
        (t.state = 'closed' AND t.outcome IS NULL)::int, {outcomes("t.outcome")}
    FROM warning.verification_task t
    WHERE t.county_code = county AND t.cycle = month"""

#: By township with all that can be asked for, and by village. What is alike is added up first.
BY_CELL = f"""
    SELECT c.counted, k.level, k.region_code, c.org_code, k.indicator, k.household_type, c.waits_for, c.due_on,
        c.step, {listed(COUNTS, "sum(c.{0})::integer AS {0}")},
        (CASE WHEN c.due_on IS NULL THEN 0 ELSE sum(c.filed) END)::integer AS waiting,
        (CASE WHEN c.step IS NULL THEN 0 ELSE sum(c.filed) END)::integer AS took
    FROM (
        SELECT e.counted, e.village, e.org_code, e.indicator, e.household_type, e.waits_for, e.due_on, e.step,
            {listed(COUNTS, "sum(e.{0}) AS {0}")}
        FROM ({{each}}) e
        GROUP BY e.counted, e.village, e.org_code, e.indicator, e.household_type, e.waits_for, e.due_on, e.step) c
    CROSS JOIN LATERAL (VALUES
        ('township', (CASE WHEN length(c.village) >= 9 THEN left(c.village, 9) ELSE county::text END) COLLATE "C",
         c.indicator, c.household_type),
        ('village', c.village::text COLLATE "C", '', '')) AS k (level, region_code, indicator, household_type)
    GROUP BY c.counted, k.level, k.region_code, c.org_code, k.indicator, k.household_type, c.waits_for, c.due_on,
        c.step"""

INTO_DELTA = f"""
    INSERT INTO warning.loop_delta (county_code, cycle, entry, place, {listed(KEYS)}, waits_for, due_on, step,
        {listed(COUNTS)}, waiting, took)
    SELECT county, month, new_entry, (row_number() OVER ())::integer, {listed(KEYS, "d.{0}")}, d.waits_for, d.due_on,
        d.step, """

#: The rows are named: the planner would read the whole month for ten thousand of them, and for those of a task too.
BY_INDEX = (
    "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off"
    " SET max_parallel_workers_per_gather = 0"
)

#: Takes off (sign -1), or adds, what these tasks and warnings count for. Before they are taken off they are held,
#: tasks first, and with the tasks all their warnings but those named in ``but``; who was counted is answered.
#: The owner's: a department does not see the other departments' warnings of a task.
COUNT_LOOP = f"""
CREATE FUNCTION warning.count_loop(county bpchar, month bpchar, new_entry uuid, sign integer, tasks uuid[],
    warnings uuid[], but uuid[], OUT counted_tasks uuid[], OUT counted_warnings uuid[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog {BY_INDEX} AS $$
BEGIN
    counted_tasks := tasks;
    counted_warnings := warnings;
    IF sign < 0 THEN
        counted_tasks := ARRAY(SELECT t.id FROM warning.verification_task t
            WHERE t.county_code = county AND t.cycle = month AND t.id = ANY (tasks)
            ORDER BY t.id FOR UPDATE);
        counted_warnings := ARRAY(SELECT w.id FROM warning.warning w
            WHERE w.county_code = county AND w.cycle = month
              AND (w.id = ANY (warnings) OR w.task_id = ANY (tasks)) AND w.id <> ALL (but)
            ORDER BY w.id FOR UPDATE);
    END IF;
    {INTO_DELTA} {listed(COUNTS, "sign * d.{0}")}, sign * d.waiting, sign * d.took
    FROM ({
    BY_CELL.format(
        each=f"{WARNINGS} AND w.id = ANY (counted_warnings) UNION ALL {TASKS} AND t.id = ANY (counted_tasks)"
    )
}) d;
END $$"""

#: Entries that somebody has worked out from what is at hand: the counts that filing and comparison know.
AT_HAND = ("filed", "compared", "dispatched", "received", "closed")
ADD_LOOP_COUNTS = f"""
CREATE FUNCTION warning.add_loop_counts(county bpchar, month bpchar, new_entry uuid, {listed(KEYS, "{0}s text[]")},
    due_ons date[], {listed(AT_HAND, "{0}s integer[]")}, waitings integer[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    {INTO_DELTA} {listed(name if name in AT_HAND else "0" for name in COUNTS)}, d.waiting, 0
    FROM (SELECT {listed(KEYS, "u.{0}")}, CASE WHEN u.due_on IS NOT NULL THEN 'township' END AS waits_for, u.due_on,
              NULL::integer AS step, {listed(AT_HAND, "u.{0}")}, u.waiting
          FROM unnest({listed(KEYS, "{0}s")}, due_ons, {listed(AT_HAND, "{0}s")}, waitings)
               AS u ({listed(KEYS)}, due_on, {listed(AT_HAND)}, waiting)) d
$$"""

#: Adds the entries to the totals and takes them away. Killed, nothing has happened; twice, the second finds nothing.
FOLD_LOOP_COUNTS = f"""
CREATE FUNCTION warning.fold_loop_counts(county bpchar) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    months bpchar[];
    folded integer;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('warning.fold_loop_counts'), hashtext(county::text));
    WITH taken AS (DELETE FROM warning.loop_delta d WHERE d.county_code = county RETURNING d.*),
    added AS (
        INSERT INTO warning.loop_count ({KEY}, {listed(COUNTS)}, {listed(TOOK)})
        SELECT {KEY}, {listed(COUNTS, "sum({0})")},
            {listed(map(str, range(len(TOOK))), "coalesce(sum(took) FILTER (WHERE step = {0}), 0)")}
        FROM taken GROUP BY {KEY} ORDER BY {KEY}
        ON CONFLICT ({KEY}) DO UPDATE SET {listed((*COUNTS, *TOOK), "{0} = loop_count.{0} + excluded.{0}")}),
    waiting AS (
        INSERT INTO warning.loop_due ({KEY}, waits_for, due_on, waiting)
        SELECT {KEY}, waits_for, due_on, sum(waiting)
        FROM taken WHERE due_on IS NOT NULL
        GROUP BY {KEY}, waits_for, due_on HAVING sum(waiting) <> 0 ORDER BY {KEY}, waits_for, due_on
        ON CONFLICT ({KEY}, waits_for, due_on) DO UPDATE SET waiting = loop_due.waiting + excluded.waiting)
    SELECT array_agg(DISTINCT cycle), count(*) INTO months, folded FROM taken;
    DELETE FROM warning.loop_due d WHERE d.county_code = county AND d.cycle = ANY (months) AND d.waiting = 0;
    DELETE FROM warning.loop_count c WHERE c.county_code = county AND c.cycle = ANY (months) AND c.filed = 0;
    RETURN folded;
END $$"""


def parts(source: str, sign: str = "", where: str = "true") -> str:
    """The rows of ``source``, which have the columns of ``loop_delta``, one for each thing that is kept apart."""
    keys, zeros = listed(KEYS), listed("0" for _ in COUNTS)
    return f"""
        SELECT {keys}, NULL::text AS waits_for, NULL::date AS due_on, NULL::integer AS step,
            {listed(COUNTS, sign + "{0}")}, 0 AS waiting, 0 AS took FROM {source} WHERE {where}
        UNION ALL
        SELECT {keys}, waits_for, due_on, NULL, {zeros}, {sign}waiting, 0 FROM {source}
        WHERE due_on IS NOT NULL AND {where}
        UNION ALL
        SELECT {keys}, NULL, NULL, step, {zeros}, 0, {sign}took FROM {source} WHERE step IS NOT NULL AND {where}"""


OF_MONTH = "county_code = county AND cycle = month"

#: Enters what is missing between the counts and a recount of the month; how many entries that took. It is one
#: statement, and who writes a warning adds its entries in the same transaction, so that it holds at any moment.
RECOUNT_LOOP = f"""
CREATE FUNCTION warning.recount_loop(county bpchar, month bpchar, new_entry uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    missing integer;
BEGIN
    WITH recounted AS ({BY_CELL.format(each=f"{WARNINGS} UNION ALL {TASKS}")}),
    compared AS ({parts("recounted")} UNION ALL {parts("warning.loop_delta", "-", OF_MONTH)}
        UNION ALL
        SELECT {listed(KEYS)}, NULL, NULL, NULL, {listed(COUNTS, "-{0}")}, 0, 0
        FROM warning.loop_count WHERE {OF_MONTH}
        UNION ALL
        SELECT {listed(KEYS, "c.{0}")}, NULL, NULL, s.step::integer - 1, {listed("0" for _ in COUNTS)}, 0, -s.took
        FROM warning.loop_count c CROSS JOIN LATERAL unnest(ARRAY[{listed(TOOK, "c.{0}")}])
            WITH ORDINALITY AS s (took, step)
        WHERE c.county_code = county AND c.cycle = month AND s.took <> 0
        UNION ALL
        SELECT {listed(KEYS)}, waits_for, due_on, NULL, {listed("0" for _ in COUNTS)}, -waiting, 0
        FROM warning.loop_due WHERE {OF_MONTH})
    {INTO_DELTA} {listed(COUNTS, "d.{0}")}, d.waiting, d.took
    FROM (SELECT {listed(KEYS)}, waits_for, due_on, step, {listed((*COUNTS, "waiting", "took"), "sum({0}) AS {0}")}
          FROM compared GROUP BY {listed(KEYS)}, waits_for, due_on, step) d
    WHERE {" OR ".join(f"d.{name} <> 0" for name in (*COUNTS, "waiting", "took"))};
    GET DIAGNOSTICS missing = ROW_COUNT;
    RETURN missing;
END $$"""

FUNCTIONS = {
    "count_loop(bpchar, bpchar, uuid, integer, uuid[], uuid[], uuid[])": COUNT_LOOP,
    f"add_loop_counts(bpchar, bpchar, uuid, {listed('text[]' for _ in KEYS)}, date[],"
    f" {listed('integer[]' for _ in AT_HAND)}, integer[])": ADD_LOOP_COUNTS,
    "fold_loop_counts(bpchar)": FOLD_LOOP_COUNTS,
    "recount_loop(bpchar, bpchar, uuid)": RECOUNT_LOOP,
}

COUNT_ALL = """
SELECT warning.recount_loop(county_code, cycle, gen_random_uuid()) FROM (
    SELECT county_code, cycle FROM warning.warning UNION SELECT county_code, cycle FROM warning.verification_task) m"""
FOLD_ALL = """
SELECT warning.fold_loop_counts(county_code) FROM (SELECT DISTINCT county_code FROM warning.loop_delta) c"""


def upgrade() -> None:
    for table, ddl in TABLES.items():
        op.execute(ddl)
        distribute(f"warning.{table}")
        grant(f"warning.{table}", "SELECT")
        secure(f"warning.{table}", "region_code", ["org_code"])
    for function, ddl in FUNCTIONS.items():
        op.execute(ddl)
        op.execute(f"REVOKE ALL ON FUNCTION warning.{function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION warning.{function} TO {ROLE}")
    op.execute(COUNT_ALL)
    op.execute(FOLD_ALL)


def downgrade() -> None:
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION warning.{function}")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE warning.{table}")
