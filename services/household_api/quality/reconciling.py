"""Holding what a screening found against the findings that stand: new, found again, gone. Set-based.

One finding runs for a rule and a subject; the table's unique index sees to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from services.household_api.quality.rules import RULES
from services.household_api.quality.rules.rule import Rule
from shared.db import Transaction
from shared.db.identifiers import new_ids
from shared.db.narrowing import within

CREATE: Final = (
    """CREATE TEMPORARY TABLE found (
        rule text NOT NULL, subject_id uuid NOT NULL, household_id uuid, person_id uuid,
        region_code varchar(12) COLLATE "C" NOT NULL, evidence jsonb NOT NULL) ON COMMIT DROP""",
    """CREATE TEMPORARY TABLE screened_rule (
        rule text NOT NULL, severity text NOT NULL, responsible text NOT NULL, subject text NOT NULL,
        due_on date NOT NULL) ON COMMIT DROP""",
)

#: What was called corrected, or accepted as it was then, and is found all the same.
_STILL_WRONG: Final = "(q.state = 'corrected' OR (q.state = 'accepted' AND q.evidence <> f.evidence))"

_AGAIN: Final = """
FROM found f JOIN screened_rule r ON r.rule = f.rule
WHERE q.county_code = :county AND q.rule = f.rule AND q.subject_id = f.subject_id AND q.state <> 'closed'"""

_STEPS_OF_REOPENED: Final = f"""
INSERT INTO quality_finding_step (county_code, finding_id, version, region_code, state, made_by, made_at)
SELECT q.county_code, q.id, q.version + 1, f.region_code, 'open', :actor, :now
FROM quality_finding q JOIN found f ON f.rule = q.rule AND f.subject_id = q.subject_id
WHERE q.county_code = :county AND q.state <> 'closed' AND {_STILL_WRONG}"""

_FOUND_AGAIN: Final = f"""
UPDATE quality_finding q SET
    region_code = f.region_code, household_id = f.household_id, person_id = f.person_id,
    severity = r.severity, responsible = r.responsible, evidence = f.evidence,
    state = CASE WHEN {_STILL_WRONG} THEN 'open' ELSE q.state END,
    reopened = q.reopened + CASE WHEN {_STILL_WRONG} THEN 1 ELSE 0 END,
    due_on = CASE WHEN {_STILL_WRONG} THEN r.due_on ELSE q.due_on END,
    last_found_on = :today, times_found = q.times_found + 1, screening_id = :screening,
    version = q.version + 1
{_AGAIN}"""

_GONE: Final = """
q.county_code = :county AND q.state <> 'closed' AND {reach}
AND (q.rule = ANY (cast(:rules as text[])) OR q.rule <> ALL (cast(:known as text[])))
AND NOT EXISTS (SELECT FROM found f WHERE f.rule = q.rule AND f.subject_id = q.subject_id)"""

_STEPS_OF_CLOSED: Final = f"""
INSERT INTO quality_finding_step (county_code, finding_id, version, region_code, state, made_by, made_at)
SELECT q.county_code, q.id, q.version + 1, q.region_code, 'closed', :actor, :now
FROM quality_finding q WHERE {_GONE}"""

_CLOSE: Final = f"""
UPDATE quality_finding q SET state = 'closed', closed_on = :today, screening_id = :screening,
    version = q.version + 1
WHERE {_GONE}"""

_NEW: Final = """
FROM found f WHERE NOT EXISTS (
    SELECT FROM quality_finding q WHERE q.county_code = :county AND q.rule = f.rule
    AND q.subject_id = f.subject_id AND q.state <> 'closed')"""

#: A finding that stands in another township, where the caller does not reach, is left to the county's screening.
_OPEN: Final = f"""
INSERT INTO quality_finding (county_code, id, region_code, rule, severity, responsible, subject, subject_id,
    household_id, person_id, evidence, state, due_on, found_on, last_found_on, times_found, reopened,
    answered_by, screening_id, version)
SELECT :county, n.id, f.region_code, f.rule, r.severity, r.responsible, r.subject, f.subject_id,
    f.household_id, f.person_id, f.evidence, 'open', r.due_on, :today, :today, 1, 0, '', :screening, 1
FROM (SELECT f.*, row_number() OVER (ORDER BY f.region_code, f.subject_id, f.rule) AS place {_NEW}) f
JOIN screened_rule r ON r.rule = f.rule
JOIN unnest(cast(:ids as uuid[])) WITH ORDINALITY AS n (id, place) ON n.place = f.place
ON CONFLICT DO NOTHING"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``findings``: how many subjects the rules found; what of it is new, open again, and what is gone."""

    findings: int
    by_severity: dict[str, int]
    opened: int
    reopened: int
    closed: int


async def begin(tx: Transaction, rules: Sequence[Rule], due: Mapping[str, date]) -> None:
    """Make the tables of what is found, once a transaction."""
    for statement in CREATE:
        await tx.execute(statement)
    driver = await tx.driver()
    records = [(r.code, r.severity, r.responsible, r.subject, due[r.severity]) for r in rules]
    columns = ("rule", "severity", "responsible", "subject", "due_on")
    await driver.copy_records_to_table("screened_rule", records=records, columns=columns)


async def find(tx: Transaction, rule: Rule, narrowed: str, parameters: Mapping[str, Any]) -> None:
    """Try one rule; what it finds goes to ``found``."""
    await tx.execute(f"INSERT INTO found {rule.select(narrowed)}", parameters)


async def reconcile(tx: Transaction, screening: UUID, region: tuple[str, str]) -> Outcome:
    """Carry ``found`` over into the findings. ``region``: the range of codes that was screened."""
    await tx.execute("ANALYZE found")
    reach = within(tx, "q")
    narrowed = f"{reach.sql} AND q.region_code >= :region_from AND q.region_code < :region_to"
    rules = [row["rule"] for row in await tx.rows("SELECT rule FROM screened_rule")]
    given = {
        **reach.parameters,
        "county": tx.county,
        "today": tx.today,
        "now": tx.now,
        "actor": str(tx.actor),
        "screening": screening,
        "rules": rules,
        # What an earlier version of the software looked for is not looked for any more.
        "known": list(RULES),
        "region_from": region[0],
        "region_to": region[1],
    }
    reopened = (await tx.execute(_STEPS_OF_REOPENED, given)).rowcount
    await tx.execute(_STEPS_OF_CLOSED.format(reach=narrowed), given)
    closed = (await tx.execute(_CLOSE.format(reach=narrowed), given)).rowcount
    await tx.execute(_FOUND_AGAIN, given)
    ids = new_ids(await tx.scalar(f"SELECT count(*) {_NEW}", given))
    opened = (await tx.execute(_OPEN, {**given, "ids": ids})).rowcount
    severities = await tx.rows(
        "SELECT r.severity, count(f.rule) AS found FROM screened_rule r LEFT JOIN found f ON f.rule = r.rule"
        " GROUP BY r.severity ORDER BY r.severity"
    )
    by_severity = {row["severity"]: row["found"] for row in severities}
    return Outcome(sum(by_severity.values()), by_severity, opened, reopened, closed)
