"""Sources, allocations, projects and payments."""

from alembic import op

revision = "funds"
down_revision = "warning"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
