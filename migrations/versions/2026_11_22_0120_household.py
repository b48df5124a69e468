"""The household registry, imports and monitoring cases."""

from alembic import op

revision = "household"
down_revision = "identity"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
