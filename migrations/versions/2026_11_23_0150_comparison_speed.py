"""The counts of a batch stand in its row: by match result, and how many of its warnings are closed."""

from alembic import op

from migrations.helpers import grant

revision = "comparison_speed"
down_revision = "imports_by_layout"
branch_labels = None
depends_on = None

#: The state of a batch and its counts follow all its warnings, also those that the caller does not see. The
#: batches are locked first, so that of two who close the last warnings the second sees the first.
ADVANCE_BATCHES = """
CREATE OR REPLACE FUNCTION warning.advance_batches(county bpchar, month bpchar, batches uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM 1 FROM warning.batch b WHERE b.county_code = county AND b.cycle = month AND b.id = ANY (batches)
    ORDER BY b.id FOR UPDATE;
    UPDATE warning.batch b SET version = b.version + 1, matches = s.matches, closed = s.closed, state = CASE
        WHEN s.uncompared > 0 THEN 'filed'
        WHEN s.open = 0 THEN 'closed'
        WHEN s.waiting > 0 OR (s.sent = 0 AND b.state IN ('filed', 'compared')) THEN 'compared'
        ELSE 'dispatched' END
    FROM (SELECT i.id, coalesce(sum(c.closed), 0) AS closed, coalesce(sum(c.open), 0) AS open,
                 coalesce(sum(c.uncompared), 0) AS uncompared, coalesce(sum(c.waiting), 0) AS waiting,
                 coalesce(sum(c.sent), 0) AS sent,
                 coalesce(jsonb_object_agg(c.match, c.warnings) FILTER (WHERE c.match IS NOT NULL), '{}')
                     AS matches
          FROM unnest(batches) AS i (id)
          LEFT JOIN (
              SELECT w.batch_id, w.match, count(*) AS warnings,
                     count(*) FILTER (WHERE w.state = 'closed') AS closed,
                     count(*) FILTER (WHERE w.state <> 'closed') AS open,
                     count(*) FILTER (WHERE w.state = 'filed' AND w.match IS NULL) AS uncompared,
                     count(*) FILTER (WHERE w.state = 'compared' AND length(w.matched_region_code) > 6)
                         AS waiting,
                     count(*) FILTER (WHERE w.state IN ('dispatched', 'fed_back')) AS sent
              FROM warning.warning w
              WHERE w.county_code = county AND w.cycle = month AND w.batch_id = ANY (batches)
              GROUP BY w.batch_id, w.match) c ON c.batch_id = i.id
          GROUP BY i.id) s
    WHERE b.county_code = county AND b.cycle = month AND b.id = s.id;
END $$"""

#: As it was before.
ADVANCE_BATCHES_BEFORE = """
CREATE OR REPLACE FUNCTION warning.advance_batches(county bpchar, month bpchar, batches uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM 1 FROM warning.batch b WHERE b.county_code = county AND b.cycle = month AND b.id = ANY (batches)
    ORDER BY b.id FOR UPDATE;
    UPDATE warning.batch b SET version = b.version + 1, state = CASE
        WHEN s.uncompared > 0 THEN 'filed'
        WHEN s.open = 0 THEN 'closed'
        WHEN s.waiting > 0 OR (s.sent = 0 AND b.state IN ('filed', 'compared')) THEN 'compared'
        ELSE 'dispatched' END
    FROM (SELECT i.id, count(w.id) AS open,
                 count(w.id) FILTER (WHERE w.state = 'filed' AND w.match IS NULL) AS uncompared,
                 count(w.id) FILTER (WHERE w.state = 'compared' AND length(w.matched_region_code) > 6)
                     AS waiting,
                 count(w.id) FILTER (WHERE w.state IN ('dispatched', 'fed_back')) AS sent
          FROM unnest(batches) AS i (id)
          LEFT JOIN warning.warning w ON w.county_code = county AND w.cycle = month AND w.batch_id = i.id
               AND w.state <> 'closed'
          GROUP BY i.id) s
    WHERE b.county_code = county AND b.cycle = month AND b.id = s.id;
END $$"""

COUNT_ALL = """
SELECT warning.advance_batches(county_code, cycle, array_agg(id)) FROM warning.batch GROUP BY county_code, cycle"""


def upgrade() -> None:
    op.execute(
        "ALTER TABLE warning.batch ADD COLUMN matches jsonb NOT NULL DEFAULT '{}',"
        " ADD COLUMN closed integer NOT NULL DEFAULT 0"
    )
    op.execute(
        "ALTER TABLE warning.batch ALTER COLUMN matches DROP DEFAULT, ALTER COLUMN closed DROP DEFAULT"
    )
    grant("warning.batch", "UPDATE (matches, closed)")
    op.execute(ADVANCE_BATCHES)
    op.execute(COUNT_ALL)


def downgrade() -> None:
    op.execute(ADVANCE_BATCHES_BEFORE)
    op.execute("ALTER TABLE warning.batch DROP COLUMN matches, DROP COLUMN closed")
