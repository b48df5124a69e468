"""A month whose rows nobody could see when its statistics were taken has them taken again.

A chunk of the comparison is read while the tasks of the one before are being written: ANALYZE finds pages then, and no
rows in them. As long as the pages did not double the planner took the month for empty, and an uploaded list of 10,000
rows took 5 seconds instead of 2.
"""

from alembic import op

revision = "statistics_of_new_months"
down_revision = "cards_and_disclosure"
branch_labels = None
depends_on = None

REFRESH_STATISTICS = """
CREATE OR REPLACE FUNCTION warning.refresh_statistics(month bpchar) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    parent text;
    part regclass;
    pages bigint;
BEGIN
    FOREACH parent IN ARRAY ARRAY['warning', 'verification_task'] LOOP
        part := to_regclass(format('warning.%I', parent || '_' || replace(month, '-', '_')));
        pages := pg_relation_size(part) / current_setting('block_size')::bigint;
        IF pages > (SELECT greatest(CASE WHEN {condition} THEN 2 * c.relpages ELSE 0 END, 50)
                    FROM pg_class c WHERE c.oid = part) THEN
            EXECUTE format('ANALYZE %s', part);
        END IF;
    END LOOP;
END $$"""


def upgrade() -> None:
    op.execute(REFRESH_STATISTICS.format(condition="c.reltuples > 0"))


def downgrade() -> None:
    op.execute(REFRESH_STATISTICS.format(condition="true"))
