"""The data rules on the migrated database, asked of its catalogue."""

import asyncpg
import pytest

from migrations.helpers import ROLES
from shared.testing.databases import TestDatabase
from tests.architecture.catalogue import SCHEMAS, TABLES, queue_tables

#: Tables to whose rows nobody ever puts a second hand: filed, booked, audited, told.
APPEND_ONLY = {
    *(f"{schema}.audit_entry" for schema in SCHEMAS),
    *(
        f"{schema}.{table}"
        for schema in ("warning", "household", "funds")
        for table in ("outbox_event", "parameter")
    ),
    "household.import_layout",
    "household.region_change",
    "warning.nil_report",
    "warning.cycle_reminder",
    "warning.warning_entry",
    "warning.batch_reject",
    "warning.list_receipt",
    "warning.verification",
    "warning.task_entry",
    "warning.policy_receipt",
    "warning.self_report",
    "warning.routine_check_reminder",
    "warning.attachment_use",
    "warning.recheck",
    "warning.problem_step",
    "warning.problem_recheck",
    "warning.petition_step",
    "warning.ranking_line",
    "warning.ranking_evidence",
    "warning.progress_report",
    "warning.progress_reminder",
    "warning.referral",
    "household.household_history",
    "household.person_history",
    "household.case_transition",
    "household.assistance_plan",
    "household.assistance_measure",
    "household.case_obstacle",
    "household.elimination_check",
    "household.national_mark",
    "household.guarantee_step",
    "funds.source",
    "funds.allocation",
    "funds.allocation_adjustment",
    "funds.payment",
    "funds.payment_share",
    "funds.ledger_entry",
    "funds.contract",
    "funds.contract_supplement",
    "funds.project_transition",
    "funds.project_appraisal",
    "funds.performance_goals",
    "funds.performance_evaluation",
    "funds.asset_version",
    "funds.asset_review",
    "funds.asset_income",
    "funds.station",
    "funds.station_settlement",
    "funds.income_payment",
    "funds.linkage",
    "funds.linkage_version",
}

#: What is only added to, but goes with a household that moves: who reaches it follows, where it was made stays.
FOLLOWING = {
    "household.case_transition",
    "household.assistance_plan",
    "household.assistance_measure",
    "household.case_obstacle",
    "household.elimination_check",
    "household.national_mark",
    "household.guarantee_step",
}

#: What may be deleted: queues and staging, and what has expired. None of it is a record of an act.
DELETABLE = {
    *(f"{schema}.idempotency_key" for schema in SCHEMAS),
    *(
        f"{schema}.{table}"
        for schema in ("warning", "household", "funds")
        for table in ("event_delivery", "inbox_event")
    ),
    "identity.signing_key",
    "warning.attachment",
    "warning.report_count",
    "household.import_row",
    "household.import_reject",
    "household.import_change",
}

#: A sealed column without row-level security: answers kept under the key of the client that asked.
#: They belong to a client, not to a region, and are read by that client's id alone.
BY_CLIENT = {f"{schema}.idempotency_key" for schema in SCHEMAS}
#: Sealed, and nobody's personal data.
NOT_PERSONAL = {"identity.signing_key"}


@pytest.fixture
async def catalogue(database: TestDatabase):
    connection = await database.connect()
    yield connection
    await connection.close()


async def names(connection: asyncpg.Connection, query: str, *arguments: object) -> list[str]:
    return [row[0] for row in await connection.fetch(query, *arguments)]


async def test_the_county_comes_first_in_every_key(catalogue: asyncpg.Connection) -> None:
    wrong = await names(
        catalogue,
        """
        SELECT n.nspname || '.' || c.relname || ' ' || o.conname
        FROM pg_constraint o
        JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = o.conkey[1]
        LEFT JOIN pg_attribute f ON f.attrelid = o.confrelid AND f.attnum = o.confkey[1]
        WHERE n.nspname = ANY ($1) AND n.nspname <> 'identity' AND NOT c.relispartition
          AND n.nspname || '.' || c.relname <> ALL ($2) AND o.contype IN ('p', 'u', 'f')
          AND (a.attname <> 'county_code' OR f.attname <> 'county_code')
        UNION ALL
        SELECT n.nspname || '.' || c.relname || ' ' || i.indexrelid::regclass
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE n.nspname = ANY ($1) AND n.nspname <> 'identity' AND NOT c.relispartition AND i.indisunique
          AND n.nspname || '.' || c.relname <> ALL ($2) AND a.attname IS DISTINCT FROM 'county_code'""",
        SCHEMAS,
        list(queue_tables()),
    )
    assert wrong == []


async def test_every_table_has_a_primary_key_and_its_codes_are_of_one_type(
    catalogue: asyncpg.Connection,
) -> None:
    wrong = await names(
        catalogue,
        f"""
        SELECT t.name || ' without primary key' FROM ({TABLES}) t
        WHERE NOT EXISTS (SELECT FROM pg_constraint o WHERE o.conrelid = t.oid AND o.contype = 'p')
          AND t.name <> ALL ($2)
        UNION ALL
        SELECT t.name || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
        FROM ({TABLES}) t JOIN pg_attribute a ON a.attrelid = t.oid
        JOIN pg_collation l ON l.oid = a.attcollation
        WHERE (a.attname = 'county_code'
               AND (format_type(a.atttypid, a.atttypmod), l.collname, a.attnotnull)
                   <> ('character(6)', 'C', true))
           OR (a.attname = 'region_code'
               AND (format_type(a.atttypid, a.atttypmod), l.collname, a.attnotnull)
                   <> ('character varying(12)', 'C', true))""",
        SCHEMAS,
        list(queue_tables()),
    )
    assert wrong == []


async def test_rows_with_personal_data_are_behind_row_level_security(catalogue: asyncpg.Connection) -> None:
    wrong = await names(
        catalogue,
        f"""
        SELECT DISTINCT t.name FROM ({TABLES}) t JOIN pg_attribute a ON a.attrelid = t.oid
        WHERE a.attname ~ '(^|_)(sealed|id_index)(_|$)'
          AND NOT (t.relrowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid))""",
        SCHEMAS,
    )
    assert set(wrong) - BY_CLIENT - NOT_PERSONAL == set()


async def test_every_policy_reads_settings_that_fail_closed(catalogue: asyncpg.Connection) -> None:
    policies = await catalogue.fetch(
        "SELECT tablename, qual FROM pg_policies WHERE schemaname = ANY ($1)", SCHEMAS
    )
    assert policies
    for policy in policies:
        settings = policy["qual"].count("current_setting")
        assert settings > 0, policy["tablename"]
        assert policy["qual"].upper().count("NULLIF(CURRENT_SETTING") == settings, policy["tablename"]


async def test_service_roles_can_do_nothing_special(catalogue: asyncpg.Connection) -> None:
    special = await names(
        catalogue,
        """
        SELECT rolname FROM pg_roles
        WHERE rolname = ANY ($1)
          AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication OR NOT rolcanlogin)
        UNION ALL
        SELECT member::regrole::text || ' in ' || roleid::regrole FROM pg_auth_members
        WHERE member::regrole::text = ANY ($1)
        UNION ALL
        SELECT c.relname || ' is owned by ' || c.relowner::regrole FROM pg_class c
        WHERE c.relowner::regrole::text = ANY ($1)""",
        list(ROLES.values()),
    )
    assert special == []


async def test_a_service_reaches_its_own_schema_alone(catalogue: asyncpg.Connection) -> None:
    for schema, role in ROLES.items():
        reached = await names(
            catalogue,
            """
            SELECT n.nspname FROM pg_namespace n
            WHERE n.nspname = ANY ($2) AND has_schema_privilege($1, n.oid, 'USAGE')
            UNION
            SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
                 aclexplode(c.relacl) AS acl
            WHERE n.nspname = ANY ($2) AND acl.grantee::regrole::text IN ($1, '-')
            UNION
            SELECT n.nspname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(a.attacl) AS acl
            WHERE n.nspname = ANY ($2) AND acl.grantee::regrole::text IN ($1, '-')""",
            role,
            SCHEMAS,
        )
        assert reached == [schema], role
        creates = await catalogue.fetchval("SELECT has_schema_privilege($1, $2, 'CREATE')", role, schema)
        assert not creates, role


async def test_nobody_is_granted_a_partition_directly(catalogue: asyncpg.Connection) -> None:
    granted = await names(
        catalogue,
        """
        SELECT c.oid::regclass || ' to ' || acl.grantee::regrole
        FROM pg_class c, aclexplode(c.relacl) AS acl
        WHERE c.relispartition AND acl.grantee <> c.relowner
        UNION ALL
        SELECT c.oid::regclass || '.' || a.attname || ' to ' || acl.grantee::regrole
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid, aclexplode(a.attacl) AS acl
        WHERE c.relispartition AND acl.grantee <> c.relowner""",
    )
    assert granted == []
    assert (
        await catalogue.fetchval("SELECT count(*) FROM pg_class WHERE relispartition AND relkind = 'r'") > 0
    )


async def test_what_is_filed_booked_or_audited_is_only_added_to(catalogue: asyncpg.Connection) -> None:
    privileges = await catalogue.fetch(
        f"""
        SELECT t.name, acl.privilege_type AS privilege FROM ({TABLES}) t
        JOIN pg_class c ON c.oid = t.oid, aclexplode(c.relacl) AS acl WHERE acl.grantee <> c.relowner
        UNION
        SELECT t.name, acl.privilege_type FROM ({TABLES}) t
        JOIN pg_attribute a ON a.attrelid = t.oid, aclexplode(a.attacl) AS acl
        WHERE acl.grantee <> t.relowner AND NOT (t.name = ANY ($2) AND a.attname = 'region_code')""",
        SCHEMAS,
        sorted(FOLLOWING),
    )
    held: dict[str, set[str]] = {}
    for row in privileges:
        held.setdefault(row["name"], set()).add(row["privilege"])
    assert {name: held.get(name) for name in APPEND_ONLY if held.get(name) != {"SELECT", "INSERT"}} == {}
    emptied = {
        name for name, kinds in held.items() if kinds & {"DELETE", "TRUNCATE"} and name not in queue_tables()
    }
    assert emptied - DELETABLE == set()


async def test_no_trigger_but_that_of_the_queues(catalogue: asyncpg.Connection) -> None:
    found = await names(
        catalogue,
        """
        SELECT n.nspname || '.' || c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY ($1) AND NOT t.tgisinternal""",
        SCHEMAS,
    )
    assert set(found) <= queue_tables()
