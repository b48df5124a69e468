"""What became of codes that merged, were split, renamed or given anew."""

from alembic import op

from migrations.helpers import distribute, grant

revision = "region_changes"
down_revision = "comparison_speed"
branch_labels = None
depends_on = None

REGION_CHANGE = """
CREATE TABLE household.region_change (
    county_code char(6) COLLATE "C" NOT NULL,
    region_code varchar(12) COLLATE "C" NOT NULL,
    effective_on date NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    former_name text NOT NULL,
    successors text[] NOT NULL,
    moved jsonb NOT NULL,
    applied_by text NOT NULL,
    applied_at timestamptz NOT NULL,
    CONSTRAINT pk_region_change PRIMARY KEY (county_code, region_code, effective_on))"""


def upgrade() -> None:
    op.execute(REGION_CHANGE)
    distribute("household.region_change")
    grant("household.region_change", "SELECT, INSERT")


def downgrade() -> None:
    op.execute("DROP TABLE household.region_change")
