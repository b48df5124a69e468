"""Clients, grants and signing keys."""

from alembic import op

from migrations.helpers import grant, reference

revision = "identity"
down_revision = "foundation"
branch_labels = None
depends_on = None

CLIENT = """
CREATE TABLE identity.client (
    client_id text NOT NULL,
    name text NOT NULL,
    secret_digest bytea NOT NULL,
    scopes text[] NOT NULL,
    version integer NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    rotated_at timestamptz,
    ended_at timestamptz,
    CONSTRAINT pk_client PRIMARY KEY (client_id))"""

CLIENT_GRANT = """
CREATE TABLE identity.client_grant (
    client_id text NOT NULL,
    role text NOT NULL,
    org text NOT NULL,
    region varchar(12) COLLATE "C" NOT NULL,
    CONSTRAINT pk_client_grant PRIMARY KEY (client_id, role, org, region),
    CONSTRAINT fk_client_grant_client_id_client FOREIGN KEY (client_id)
        REFERENCES identity.client (client_id))"""

SIGNING_KEY = """
CREATE TABLE identity.signing_key (
    kid text NOT NULL,
    wrapped bytea NOT NULL,
    public_key jsonb NOT NULL,
    published_at timestamptz NOT NULL,
    signs_from timestamptz,
    CONSTRAINT pk_signing_key PRIMARY KEY (kid))"""


def upgrade() -> None:
    # Reference tables before what points at them: on Citus a foreign key is made between tables of one kind.
    op.execute(CLIENT)
    reference("identity.client")
    grant("identity.client", "SELECT, INSERT, UPDATE (secret_digest, version, rotated_at, ended_at)")
    op.execute(CLIENT_GRANT)
    reference("identity.client_grant")
    grant("identity.client_grant", "SELECT, INSERT")
    op.execute(SIGNING_KEY)
    reference("identity.signing_key")
    grant("identity.signing_key", "SELECT, INSERT, UPDATE (signs_from), DELETE")


def downgrade() -> None:
    op.execute("DROP TABLE identity.signing_key, identity.client_grant, identity.client")
