"""Assets after completion, photovoltaic stations and how their income is shared out, benefit linkage.

What a station has received, planned and paid stands in its balance, whose CHECK refuses to let more be planned.
"""

from alembic import op

from migrations.helpers import distribute, grant, secure

revision = "assets"
down_revision = "disbursements"
branch_labels = None
depends_on = None

DDL = {
    "asset": """
        CREATE TABLE funds.asset (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            project_id uuid NOT NULL,
            register_no text NOT NULL,
            kind text NOT NULL,
            original_value numeric(18,2) NOT NULL,
            state text NOT NULL,
            version integer NOT NULL,
            created_at timestamptz NOT NULL,
            created_by text NOT NULL,
            CONSTRAINT pk_asset PRIMARY KEY (county_code, id),
            CONSTRAINT uq_asset_county_code_register_no UNIQUE (county_code, register_no),
            CONSTRAINT fk_asset_county_code_project_id_project
                FOREIGN KEY (county_code, project_id) REFERENCES funds.project (county_code, id),
            CONSTRAINT ck_asset_original_value CHECK (original_value > 0))""",
    "asset_version": """
        CREATE TABLE funds.asset_version (
            county_code char(6) COLLATE "C" NOT NULL,
            asset_id uuid NOT NULL,
            version integer NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            name text NOT NULL,
            location text NOT NULL,
            owner_kind text NOT NULL,
            owner_name text,
            credit_code text,
            owner_household_id uuid,
            keeper_kind text,
            keeper_id uuid,
            keeper_sealed bytea,
            reason text,
            document_no text,
            changed_at timestamptz NOT NULL,
            changed_by text NOT NULL,
            CONSTRAINT pk_asset_version PRIMARY KEY (county_code, asset_id, version),
            CONSTRAINT fk_asset_version_county_code_asset_id_asset
                FOREIGN KEY (county_code, asset_id) REFERENCES funds.asset (county_code, id),
            CONSTRAINT ck_asset_version_owner
                CHECK ((owner_kind = 'household') = (owner_household_id IS NOT NULL)
                       AND (owner_kind = 'household') = (owner_name IS NULL)
                       AND (owner_kind = 'household') = (credit_code IS NULL)),
            CONSTRAINT ck_asset_version_keeper
                CHECK ((keeper_kind IS NULL) = (keeper_sealed IS NULL)
                       AND (keeper_kind IS NULL) = (keeper_id IS NULL)))""",
    "asset_review": """
        CREATE TABLE funds.asset_review (
            county_code char(6) COLLATE "C" NOT NULL,
            asset_id uuid NOT NULL,
            year integer NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            decision text NOT NULL,
            reason text NOT NULL,
            created_at timestamptz NOT NULL,
            created_by text NOT NULL,
            CONSTRAINT pk_asset_review PRIMARY KEY (county_code, asset_id, year),
            CONSTRAINT fk_asset_review_county_code_asset_id_asset
                FOREIGN KEY (county_code, asset_id) REFERENCES funds.asset (county_code, id))""",
    "asset_income": """
        CREATE TABLE funds.asset_income (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            asset_id uuid NOT NULL,
            year integer NOT NULL,
            kind text NOT NULL,
            amount numeric(18,2) NOT NULL,
            received_on date NOT NULL,
            document_no text,
            reversal_of uuid,
            reason text,
            created_at timestamptz NOT NULL,
            created_by text NOT NULL,
            CONSTRAINT pk_asset_income PRIMARY KEY (county_code, id),
            CONSTRAINT ck_asset_income_amount
                CHECK ((amount > 0) = (reversal_of IS NULL) AND amount <> 0),
            CONSTRAINT fk_asset_income_county_code_asset_id_asset
                FOREIGN KEY (county_code, asset_id) REFERENCES funds.asset (county_code, id))""",
    "asset_disposal": """
        CREATE TABLE funds.asset_disposal (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            asset_id uuid NOT NULL,
            kind text NOT NULL,
            document_no text NOT NULL,
            reason text NOT NULL,
            proceeds numeric(18,2) NOT NULL,
            state text NOT NULL,
            decision text,
            decided_at timestamptz,
            decided_by text,
            version integer NOT NULL,
            created_at timestamptz NOT NULL,
            created_by text NOT NULL,
            CONSTRAINT pk_asset_disposal PRIMARY KEY (county_code, id),
            CONSTRAINT ck_asset_disposal_proceeds CHECK (proceeds >= 0),
            CONSTRAINT ck_asset_disposal_two_people
                CHECK (state <> 'approved' OR decided_by <> created_by),
            CONSTRAINT fk_asset_disposal_county_code_asset_id_asset
                FOREIGN KEY (county_code, asset_id) REFERENCES funds.asset (county_code, id))""",
    "station": """
        CREATE TABLE funds.station (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            grid_no text NOT NULL,
            name text NOT NULL,
            capacity_kw numeric(12,2) NOT NULL,
            connected_on date NOT NULL,
            project_id uuid,
            asset_id uuid,
            created_at timestamptz NOT NULL,
            created_by text NOT NULL,
            CONSTRAINT pk_station PRIMARY KEY (county_code, id),
            CONSTRAINT uq_station_county_code_grid_no UNIQUE (county_code, grid_no),
            CONSTRAINT fk_station_county_code_project_id_project
                FOREIGN KEY (county_code, project_id) REFERENCES funds.project (county_code, id),
            CONSTRAINT fk_station_county_code_asset_id_asset
                FOREIGN KEY (county_code, asset_id) REFERENCES funds.asset (county_code, id),
            CONSTRAINT ck_station_capacity_kw CHECK (capacity_kw > 0))""",
    "station_balance": """
        CREATE TABLE funds.station_balance (
            county_code char(6) COLLATE "C" NOT NULL,
            station_id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            received numeric(18,2) NOT NULL,
            planned numeric(18,2) NOT NULL,
            paid numeric(18,2) NOT NULL,
            CONSTRAINT pk_station_balance PRIMARY KEY (county_code, station_id),
            CONSTRAINT fk_station_balance_county_code_station_id_station
                FOREIGN KEY (county_code, station_id) REFERENCES funds.station (county_code, id),
            CONSTRAINT ck_station_balance_planned
                CHECK (paid >= 0 AND paid <= planned AND planned <= received))""",
    "station_settlement": """
        CREATE TABLE funds.station_settlement (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            station_id uuid NOT NULL,
            month text NOT NULL,
            generation_kwh numeric(14,2) NOT NULL,
            amount numeric(18,2) NOT NULL,
            received_on date NOT NULL,
            document_no text NOT NULL,
            adjusts uuid,
            reason text,
            created_at timestamptz NOT NULL,
            created_by text NOT NULL,
            CONSTRAINT pk_station_settlement PRIMARY KEY (county_code, id),
            CONSTRAINT fk_station_settlement_county_code_station_id_station
                FOREIGN KEY (county_code, station_id) REFERENCES funds.station (county_code, id),
            CONSTRAINT ck_station_settlement_amount
                CHECK (adjusts IS NOT NULL OR amount >= 0 AND generation_kwh >= 0))""",
    "distribution": """
        CREATE TABLE funds.distribution (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            station_id uuid NOT NULL,
            from_month text NOT NULL,
            to_month text NOT NULL,
            document_no text NOT NULL,
            state text NOT NULL,
            closed_because text,
            closed_at timestamptz,
            closed_by text,
            version integer NOT NULL,
            created_at timestamptz NOT NULL,
            created_by text NOT NULL,
            CONSTRAINT pk_distribution PRIMARY KEY (county_code, id),
            CONSTRAINT fk_distribution_county_code_station_id_station
                FOREIGN KEY (county_code, station_id) REFERENCES funds.station (county_code, id))""",
    "distribution_share": """
        CREATE TABLE funds.distribution_share (
            county_code char(6) COLLATE "C" NOT NULL,
            distribution_id uuid NOT NULL,
            use text NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            amount numeric(18,2) NOT NULL,
            paid numeric(18,2) NOT NULL,
            CONSTRAINT pk_distribution_share PRIMARY KEY (county_code, distribution_id, use),
            CONSTRAINT fk_distribution_share_county_code_distribution_id_distribution
                FOREIGN KEY (county_code, distribution_id) REFERENCES funds.distribution (county_code, id),
            CONSTRAINT ck_distribution_share_paid CHECK (paid >= 0 AND paid <= amount))""",
    "distribution_post": """
        CREATE TABLE funds.distribution_post (
            county_code char(6) COLLATE "C" NOT NULL,
            distribution_id uuid NOT NULL,
            post text NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            household_id uuid NOT NULL,
            amount numeric(18,2) NOT NULL,
            paid numeric(18,2) NOT NULL,
            CONSTRAINT pk_distribution_post PRIMARY KEY (county_code, distribution_id, post),
            CONSTRAINT fk_distribution_post_county_code_distribution_id_distribution
                FOREIGN KEY (county_code, distribution_id) REFERENCES funds.distribution (county_code, id),
            CONSTRAINT ck_distribution_post_paid CHECK (paid >= 0 AND paid <= amount))""",
    "income_payment": """
        CREATE TABLE funds.income_payment (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            station_id uuid NOT NULL,
            distribution_id uuid NOT NULL,
            use text NOT NULL,
            paid_for text NOT NULL,
            attempt integer NOT NULL,
            household_id uuid,
            post text,
            month text,
            amount numeric(18,2) NOT NULL,
            paid_on date NOT NULL,
            document_no text,
            reference text,
            reversal_of uuid,
            reason text,
            created_at timestamptz NOT NULL,
            created_by text NOT NULL,
            CONSTRAINT pk_income_payment PRIMARY KEY (county_code, id),
            CONSTRAINT fk_income_payment_county_code_station_id_station
                FOREIGN KEY (county_code, station_id) REFERENCES funds.station (county_code, id),
            CONSTRAINT fk_income_payment_county_code_distribution_id_distribution
                FOREIGN KEY (county_code, distribution_id) REFERENCES funds.distribution (county_code, id),
            CONSTRAINT ck_income_payment_amount
                CHECK ((amount > 0) = (reversal_of IS NULL) AND amount <> 0))""",
    "linkage": """
        CREATE TABLE funds.linkage (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            project_id uuid NOT NULL,
            household_id uuid NOT NULL,
            household_type text NOT NULL,
            monitoring_type text,
            as_of date NOT NULL,
            kind text NOT NULL,
            created_at timestamptz NOT NULL,
            created_by text NOT NULL,
            CONSTRAINT pk_linkage PRIMARY KEY (county_code, id),
            CONSTRAINT fk_linkage_county_code_project_id_project
                FOREIGN KEY (county_code, project_id) REFERENCES funds.project (county_code, id))""",
    "linkage_version": """
        CREATE TABLE funds.linkage_version (
            county_code char(6) COLLATE "C" NOT NULL,
            linkage_id uuid NOT NULL,
            version integer NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            amount numeric(18,2) NOT NULL,
            starts_on date NOT NULL,
            ends_on date,
            withdrawn boolean NOT NULL,
            note text,
            reason text,
            changed_at timestamptz NOT NULL,
            changed_by text NOT NULL,
            CONSTRAINT pk_linkage_version PRIMARY KEY (county_code, linkage_id, version),
            CONSTRAINT fk_linkage_version_county_code_linkage_id_linkage
                FOREIGN KEY (county_code, linkage_id) REFERENCES funds.linkage (county_code, id),
            CONSTRAINT ck_linkage_version_amount CHECK (amount >= 0),
            CONSTRAINT ck_linkage_version_period CHECK (ends_on >= starts_on))""",
}

INDEXES = (
    "CREATE INDEX ix_asset_county_code_project_id ON funds.asset (county_code, project_id)",
    "CREATE INDEX ix_asset_county_code_region_code ON funds.asset (county_code, region_code)",
    "CREATE INDEX ix_asset_income_county_code_asset_id ON funds.asset_income (county_code, asset_id)",
    "CREATE UNIQUE INDEX uq_asset_income_county_code_reversal_of"
    " ON funds.asset_income (county_code, reversal_of)",
    "CREATE INDEX ix_asset_disposal_county_code_asset_id ON funds.asset_disposal (county_code, asset_id)",
    "CREATE UNIQUE INDEX uq_asset_disposal_standing"
    " ON funds.asset_disposal (county_code, asset_id) WHERE state <> 'refused'",
    "CREATE INDEX ix_station_county_code_asset_id ON funds.station (county_code, asset_id)",
    "CREATE INDEX ix_station_settlement_county_code_station_id"
    " ON funds.station_settlement (county_code, station_id)",
    "CREATE UNIQUE INDEX uq_station_settlement_month"
    " ON funds.station_settlement (county_code, station_id, month) WHERE adjusts IS NULL",
    "CREATE INDEX ix_distribution_county_code_station_id ON funds.distribution (county_code, station_id)",
    "CREATE INDEX ix_income_payment_county_code_distribution_id"
    " ON funds.income_payment (county_code, distribution_id)",
    "CREATE UNIQUE INDEX uq_income_payment_county_code_reversal_of"
    " ON funds.income_payment (county_code, reversal_of)",
    "CREATE UNIQUE INDEX uq_income_payment_paid_for"
    " ON funds.income_payment (county_code, station_id, paid_for, attempt) WHERE reversal_of IS NULL",
    "CREATE INDEX ix_linkage_county_code_household_id ON funds.linkage (county_code, household_id)",
    "CREATE INDEX ix_linkage_county_code_project_id_household_id"
    " ON funds.linkage (county_code, project_id, household_id)",
)


#: What may be changed; everything else is only added to.
CHANGED = {
    "asset": "state, version",
    "asset_disposal": "state, decision, decided_at, decided_by, version",
    "station_balance": "received, planned, paid",
    "distribution": "state, closed_because, closed_at, closed_by, version",
    "distribution_share": "amount, paid",
    "distribution_post": "paid",
}


def upgrade() -> None:
    for table, statement in DDL.items():
        op.execute(statement)
        distribute(f"funds.{table}")
        secure(f"funds.{table}")
        grant(f"funds.{table}", "SELECT, INSERT")
    for statement in INDEXES:
        op.execute(statement)
    for table, columns in CHANGED.items():
        grant(f"funds.{table}", f"UPDATE ({columns})")


def downgrade() -> None:
    for table in reversed(DDL):
        op.execute(f"DROP TABLE funds.{table}")
