"""What a file says of a household beside the registry's own fields: incomes of twelve months, the national record.

They stand in the staged rows as JSON: ``{"income": {wages, business, property, transfers, costs, as_of, members},
"national": {monitoring_type, risk_eliminated, …}}``. Of the rows of one household the head's counts; where it says
nothing, the first that does. The registry's own decisions are not touched by the national record: it is kept apart.
"""

from typing import Any, Final

from services.household_api.registry.rules import HEAD
from shared.db import Transaction

#: Where the incomes of an import come from, in ``income_record.source``.
OWN_SHEET: Final = "import"
NATIONAL_EXPORT: Final = "national"

CREATE: Final = """
CREATE TEMPORARY TABLE staged_fact ON COMMIT DROP AS
SELECT f.id, f.line, h.id AS household_id, h.region_code, f.facts->'income' AS income, f.facts->'national' AS national,
    false AS income_changed, false AS national_changed
FROM (
    SELECT DISTINCT ON (household_no) id, line, household_no, facts FROM staged
    WHERE errors IS NULL AND facts IS NOT NULL ORDER BY household_no, relationship <> :head, line) f
JOIN staged_household h ON h.household_no = f.household_no"""

INCOME: Final = (
    "wages numeric, business numeric, property numeric, transfers numeric, costs numeric,"
    " as_of date, members int"
)

#: What is stated by the newest import of the same source: undated incomes are new only when they differ from it.
JUDGE_INCOMES: Final = f"""
UPDATE staged_fact f SET income_changed = true
FROM (SELECT g.household_id, i.* FROM staged_fact g, jsonb_to_record(g.income) AS i ({INCOME})
    WHERE g.income IS NOT NULL) i
WHERE i.household_id = f.household_id AND NOT EXISTS (
    SELECT FROM (
        SELECT o.* FROM income_record o
        WHERE o.county_code = :county AND o.household_id = f.household_id AND o.source = :source
        AND o.as_of = coalesce(i.as_of, o.as_of)
        ORDER BY o.as_of DESC, o.recorded_at DESC, o.id DESC LIMIT 1) o
    WHERE (o.wages, o.business, o.property, o.transfers, o.costs, o.members)
        = (i.wages, i.business, i.property, i.transfers, i.costs, coalesce(i.members, o.members)))"""

NATIONAL: Final = (
    "monitoring_type text, risk_eliminated boolean, identified_on date, eliminated_on date, elimination_kind text,"
    " risk_types text[], per_capita_income numeric"
)
NATIONAL_COLUMNS: Final = (
    "monitoring_type",
    "risk_eliminated",
    "identified_on",
    "eliminated_on",
    "elimination_kind",
    "risk_types",
    "per_capita_income",
)
_OURS: Final = ", ".join(f"o.{name}" for name in NATIONAL_COLUMNS)
_THEIRS: Final = ", ".join(f"n.{name}" for name in NATIONAL_COLUMNS)

JUDGE_NATIONAL: Final = f"""
UPDATE staged_fact f SET national_changed = true
FROM (SELECT g.household_id, n.* FROM staged_fact g, jsonb_to_record(g.national) AS n ({NATIONAL})
    WHERE g.national IS NOT NULL) n
WHERE n.household_id = f.household_id AND NOT EXISTS (
    SELECT FROM national_record o WHERE o.county_code = :county AND o.household_id = f.household_id
    AND (o.region_code, {_OURS}) IS NOT DISTINCT FROM (f.region_code, {_THEIRS}))"""

MARK_HOUSEHOLDS: Final = """
UPDATE staged_household h SET facts_changed = true FROM staged_fact f
WHERE f.household_id = h.id AND (f.income_changed OR f.national_changed)"""

RECORD_INCOMES: Final = f"""
INSERT INTO income_record (county_code, id, household_id, region_code, as_of, wages, business, property, transfers,
    costs, members, source, recorded_by, recorded_at)
SELECT cast(:county as text), f.id, f.household_id, f.region_code, coalesce(i.as_of, cast(:today as date)), i.wages,
    i.business, i.property, i.transfers, i.costs,
    coalesce(i.members, greatest(1, (
        SELECT count(*) FROM person p
        WHERE p.county_code = :county AND p.household_id = f.household_id AND p.status = 'living'))),
    :source, :actor, cast(:now as timestamptz)
FROM staged_fact f, jsonb_to_record(f.income) AS i ({INCOME})
WHERE f.income_changed"""

RECORD_NATIONAL: Final = f"""
INSERT INTO national_record AS o (county_code, household_id, region_code, {", ".join(NATIONAL_COLUMNS)},
    imported_at, imported_by)
SELECT cast(:county as text), f.household_id, f.region_code, {_THEIRS}, cast(:now as timestamptz), :actor
FROM staged_fact f, jsonb_to_record(f.national) AS n ({NATIONAL})
WHERE f.national_changed
ON CONFLICT (county_code, household_id) DO UPDATE SET region_code = excluded.region_code,
    {", ".join(f"{name} = excluded.{name}" for name in NATIONAL_COLUMNS)},
    imported_at = excluded.imported_at, imported_by = excluded.imported_by"""


async def judge_facts(tx: Transaction) -> bool:
    """Find which facts differ from what is recorded; whether the staged rows state any. After the households."""
    if not await tx.scalar("SELECT EXISTS (SELECT FROM staged WHERE facts IS NOT NULL AND errors IS NULL)"):
        return False
    await tx.execute(CREATE, {"head": HEAD})
    await tx.execute("ANALYZE staged_fact")
    for source, condition in ((OWN_SHEET, "f.national IS NULL"), (NATIONAL_EXPORT, "f.national IS NOT NULL")):
        await tx.execute(f"{JUDGE_INCOMES} AND {condition}", {"county": tx.county, "source": source})
    await tx.execute(JUDGE_NATIONAL, {"county": tx.county})
    await tx.execute(MARK_HOUSEHOLDS)
    return True


async def record_facts(tx: Transaction) -> None:
    """Write down what ``judge_facts`` found to be new; after the persons, who are counted."""
    if not await tx.scalar("SELECT to_regclass('pg_temp.staged_fact') IS NOT NULL"):
        return
    values: dict[str, Any] = {"county": tx.county, "now": tx.now, "today": tx.today, "actor": str(tx.actor)}
    for source, condition in ((OWN_SHEET, "f.national IS NULL"), (NATIONAL_EXPORT, "f.national IS NOT NULL")):
        await tx.execute(f"{RECORD_INCOMES} AND {condition}", values | {"source": source})
    await tx.execute(RECORD_NATIONAL, values)
