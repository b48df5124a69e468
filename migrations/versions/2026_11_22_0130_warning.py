"""Cycles, batches, warnings, verification tasks and feedback."""

from alembic import op

revision = "warning"
down_revision = "household"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE FUNCTION warning.ensure_partitions(today date) RETURNS void LANGUAGE sql AS $$ SELECT $$")


def downgrade() -> None:
    op.execute("DROP FUNCTION warning.ensure_partitions(date)")
