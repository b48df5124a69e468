"""Clients, grants and signing keys."""

from alembic import op

revision = "identity"
down_revision = "foundation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
