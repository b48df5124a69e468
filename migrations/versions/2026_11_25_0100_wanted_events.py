"""A subscription may say which events of its types it wants.

household_api takes visits that confirm a risk or register somebody. The others, nine out of ten, were sent to it one by
one, and it let them go.
"""

from alembic import op

revision = "wanted_events"
down_revision = "statistics_of_new_months"
branch_labels = None
depends_on = None

SCHEMAS = ("warning", "household", "funds")

VISITS_THAT_CHANGE_THE_REGISTRY = '$.outcome == "risk_confirmed" || $.register_as != null'


def upgrade() -> None:
    for schema in SCHEMAS:
        op.execute(f"ALTER TABLE {schema}.subscription ADD COLUMN wanted text")
    op.execute(
        f"UPDATE warning.subscription SET wanted = '{VISITS_THAT_CHANGE_THE_REGISTRY}'"
        " WHERE service = 'household_api' AND types = ARRAY['bihuan.task.verified']"
    )


def downgrade() -> None:
    for schema in SCHEMAS:
        op.execute(f"ALTER TABLE {schema}.subscription DROP COLUMN wanted")
