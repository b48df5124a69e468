"""To be filled in by its owner."""

revision = "cards_and_disclosure"
down_revision = "assets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
