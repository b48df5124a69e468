"""Only warnings that have a task are looked for by it: filing one costs an entry less."""

from alembic import op

revision = "warnings_with_tasks"
down_revision = "wanted_events"
branch_labels = None
depends_on = None

INDEX = "CREATE INDEX ix_warning_task ON warning.warning (county_code, cycle, task_id)"


def upgrade() -> None:
    op.execute("DROP INDEX warning.ix_warning_task")
    op.execute(f"{INDEX} WHERE task_id IS NOT NULL")


def downgrade() -> None:
    op.execute("DROP INDEX warning.ix_warning_task")
    op.execute(INDEX)
