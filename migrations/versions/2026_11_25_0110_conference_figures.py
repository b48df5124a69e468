"""The figures of a conference's pack can be taken anew until it is concluded."""

from alembic import op

from migrations.helpers import grant

revision = "conference_figures"
down_revision = "wanted_events"
branch_labels = None
depends_on = None


def upgrade() -> None:
    grant("warning.conference", "UPDATE (content)")


def downgrade() -> None:
    op.execute("REVOKE UPDATE (content) ON warning.conference FROM bihuan_warning")
