"""Which transaction changed a task, whom it is assigned to, and who has pulled which list.

Pollers ask by the database's own snapshots: ``updated_at`` is the instant at which a transaction began, so that what
commits later than it reads would be missed.
"""

from alembic import op

from migrations.helpers import distribute, grant, secure

revision = "task_lists"
down_revision = "region_changes"
branch_labels = None
depends_on = None

LIST_PULL = """
CREATE TABLE warning.list_pull (
    county_code char(6) COLLATE "C" NOT NULL,
    cycle char(7) COLLATE "C" NOT NULL,
    region_code varchar(12) COLLATE "C" NOT NULL,
    id uuid NOT NULL,
    snapshot text NOT NULL,
    pulled_by text NOT NULL,
    pulled_at timestamptz NOT NULL,
    CONSTRAINT pk_list_pull PRIMARY KEY (county_code, cycle, region_code, id))"""

# Also for a township it reads by the index alone what others have changed: the township stands in it.
CHANGED = """
CREATE INDEX ix_verification_task_changed ON warning.verification_task
    (county_code, changed_in, id, township_code)"""

CHANGED_BEFORE = """
CREATE INDEX ix_verification_task_changed ON warning.verification_task
    (county_code, township_code, updated_at, id)"""


def upgrade() -> None:
    # The default does not change within a transaction, so that no row is written for it.
    op.execute(
        "ALTER TABLE warning.verification_task"
        " ADD COLUMN changed_in xid8 NOT NULL DEFAULT pg_current_xact_id(),"
        " ADD COLUMN content_changed_in xid8 NOT NULL DEFAULT pg_current_xact_id(),"
        " ADD COLUMN assignee text"
    )
    grant("warning.verification_task", "UPDATE (changed_in, content_changed_in, assignee)")
    op.execute("DROP INDEX warning.ix_verification_task_changed")
    op.execute(CHANGED)
    op.execute(LIST_PULL)
    distribute("warning.list_pull")
    grant("warning.list_pull", "SELECT, INSERT")
    secure("warning.list_pull")


def downgrade() -> None:
    op.execute("DROP TABLE warning.list_pull")
    op.execute(
        "ALTER TABLE warning.verification_task"
        " DROP COLUMN changed_in, DROP COLUMN content_changed_in, DROP COLUMN assignee"
    )
    op.execute(CHANGED_BEFORE)
