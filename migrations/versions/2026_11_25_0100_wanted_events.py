"""A subscription may say which events of its types it wants.

household_api takes visits that confirm a risk or register somebody. The others, nine out of ten, were sent to it one by
one, and it let them go. And the index of what waits gives the head of each line by itself.
"""

from alembic import op

revision = "wanted_events"
down_revision = "statistics_of_new_months"
branch_labels = None
depends_on = None

SCHEMAS = ("warning", "household", "funds")

VISITS_THAT_CHANGE_THE_REGISTRY = '$.outcome == "risk_confirmed" || $.register_as != null'

HEAD = "county_code, subscription_id, subject, sequence"


def _index_heads(schema: str, columns: str) -> None:
    op.execute(f"DROP INDEX {schema}.ix_event_delivery_head")
    op.execute(
        f"CREATE INDEX ix_event_delivery_head ON {schema}.event_delivery ({columns}) WHERE delivered_at IS NULL"
    )


def upgrade() -> None:
    for schema in SCHEMAS:
        op.execute(f"ALTER TABLE {schema}.subscription ADD COLUMN wanted text")
        _index_heads(schema, f"{HEAD}, event_id")
    op.execute(
        f"UPDATE warning.subscription SET wanted = '{VISITS_THAT_CHANGE_THE_REGISTRY}'"
        " WHERE service = 'household_api' AND types = ARRAY['bihuan.task.verified']"
    )


def downgrade() -> None:
    for schema in SCHEMAS:
        op.execute(f"ALTER TABLE {schema}.subscription DROP COLUMN wanted")
        _index_heads(schema, HEAD)
