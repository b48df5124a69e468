"""To be filled in by its owner."""

revision = "assets"
down_revision = "disbursements"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
