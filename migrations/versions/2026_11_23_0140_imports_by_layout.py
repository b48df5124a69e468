"""Layouts of imported files, the review of large imports, fresh statistics after an import."""

from alembic import op

from migrations.helpers import distribute, grant, secure, secure_within_county

revision = "imports_by_layout"
down_revision = "quality"
branch_labels = None
depends_on = None

ROLE = "bihuan_household"

#: The registry's further fields and the household's facts, in the form of the staging table.
STAGED = {
    "social_assistance": "text",
    "housing_grade": "text",
    "drinking_water": "text",
    "contact_official": "text",
    "contact_unit": "text",
    "self_paid_medical": "numeric(18,2)",
    "sex": "text",
    "marital_status": "text",
    "ethnic_group": "text",
    "student_status": "text",
    "labour_skill": "text",
    "insured": "boolean",
    "died_on": "date",
    "facts": "jsonb",
}

#: Column -> type and what it is for the imports that stand there.
REVIEWED = {
    "layout": ("text NOT NULL", "'standard'"),
    "layout_version": ("integer NOT NULL", "0"),
    "as_of": ("date", None),
    "added": ("integer NOT NULL", "0"),
    "reviewed": ("jsonb", None),
    "refusal": ("bytea", None),
}

IMPORT_LAYOUT = """
CREATE TABLE household.import_layout (
    county_code char(6) COLLATE "C" NOT NULL,
    name text NOT NULL,
    version integer NOT NULL,
    columns jsonb NOT NULL,
    words jsonb NOT NULL,
    dates text NOT NULL,
    national boolean NOT NULL,
    set_by text NOT NULL,
    set_at timestamptz NOT NULL,
    CONSTRAINT pk_import_layout PRIMARY KEY (county_code, name, version))"""

IMPORT_CHANGE = """
CREATE TABLE household.import_change (
    county_code char(6) COLLATE "C" NOT NULL,
    import_id uuid NOT NULL,
    line integer NOT NULL,
    region_code varchar(12) COLLATE "C" NOT NULL,
    household_id uuid NOT NULL,
    person_id uuid,
    change text NOT NULL,
    CONSTRAINT pk_import_change PRIMARY KEY (county_code, import_id, line))"""

#: A registry that has just been imported is empty to the planner until autovacuum comes by: matching would walk all
#: of it for every subject. Only the owner may ANALYZE on PostgreSQL 14.
REFRESH_STATISTICS = """
CREATE FUNCTION household.refresh_statistics() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    part regclass;
    pages bigint;
BEGIN
    FOREACH part IN ARRAY ARRAY['household.household', 'household.person']::regclass[] LOOP
        pages := pg_relation_size(part) / current_setting('block_size')::bigint;
        IF pages > (SELECT greatest(1.2 * c.relpages, 50) FROM pg_class c WHERE c.oid = part) THEN
            -- What is searched and joined by: a sample of what is sealed tells nothing and costs most.
            EXECUTE format('ANALYZE %s (%s)', part, (
                SELECT string_agg(DISTINCT quote_ident(a.attname), ', ') FROM pg_index i
                JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
                WHERE i.indrelid = part));
        END IF;
    END LOOP;
END $$"""


def upgrade() -> None:
    added = ", ".join(f"ADD COLUMN {name} {kind}" for name, kind in STAGED.items())
    op.execute(f"ALTER TABLE household.import_row {added}")
    told = (
        f"ADD COLUMN {name} {kind}" + (f" DEFAULT {value}" if value else "")
        for name, (kind, value) in REVIEWED.items()
    )
    op.execute(f"ALTER TABLE household.registry_import {', '.join(told)}")
    # The default is for the rows that stand there; from then on the application says it.
    dropped = (f"ALTER COLUMN {name} DROP DEFAULT" for name, (_, value) in REVIEWED.items() if value)
    op.execute(f"ALTER TABLE household.registry_import {', '.join(dropped)}")
    grant("household.registry_import", "UPDATE (added, reviewed, refusal)")
    op.execute(IMPORT_LAYOUT)
    distribute("household.import_layout")
    secure_within_county("household.import_layout", ())
    grant("household.import_layout", "SELECT, INSERT")
    op.execute(IMPORT_CHANGE)
    distribute("household.import_change")
    secure("household.import_change")
    grant("household.import_change", "SELECT, INSERT, DELETE")
    op.execute(REFRESH_STATISTICS)
    op.execute("REVOKE ALL ON FUNCTION household.refresh_statistics() FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION household.refresh_statistics() TO {ROLE}")


def downgrade() -> None:
    op.execute("DROP FUNCTION household.refresh_statistics()")
    op.execute("DROP TABLE household.import_change")
    op.execute("DROP TABLE household.import_layout")
    op.execute(
        f"ALTER TABLE household.registry_import {', '.join(f'DROP COLUMN {name}' for name in REVIEWED)}"
    )
    op.execute(f"ALTER TABLE household.import_row {', '.join(f'DROP COLUMN {name}' for name in STAGED)}")
