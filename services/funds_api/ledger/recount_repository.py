"""SQL of the recount: every balance that is kept, counted again from the entries, in one statement each.

A row is what differs: ``subject``, ``kept`` (the balance), ``counted`` (what the entries come to). Either is NULL
where there is no such balance, or nothing was booked.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.engine import RowMapping

from shared.db.transaction import Transaction

#: Net sums by account; a use counts for its allocation, whichever project it came from.
_MOVED: Final = """
WITH moved AS (
    SELECT debit_account AS account, credit_account AS other, amount, dated_on
    FROM ledger_entry WHERE county_code = :county
    UNION ALL
    SELECT credit_account, debit_account, -amount, dated_on FROM ledger_entry WHERE county_code = :county
)"""

_DIFFERENT: Final = """
SELECT coalesce(k.subject, c.subject) AS subject, k.amount AS kept, c.amount AS counted
FROM kept k FULL JOIN counted c ON c.subject = k.subject
WHERE coalesce(k.amount, 0) <> coalesce(c.amount, 0)"""

#: What is left in every account.
_ACCOUNTS: Final = f"""{_MOVED}, counted AS (
    SELECT account AS subject, sum(amount) AS amount FROM moved WHERE account <> 'received' GROUP BY account
), kept AS (
    SELECT 'source:' || source_id AS subject, amount - allocated - carried AS amount
    FROM source_balance WHERE county_code = :county
    UNION ALL SELECT 'allocation:' || allocation_id, amount - budgeted - carried
    FROM allocation_balance WHERE county_code = :county
    UNION ALL SELECT 'project:' || project_id || ':' || allocation_id,
                     amount - committed - paid - retained - transferred - held
    FROM project_funding WHERE county_code = :county
    UNION ALL SELECT 'contract:' || contract_id || ':' || allocation_id, amount - used
    FROM contract_funding WHERE county_code = :county
    UNION ALL SELECT u.use || ':' || f.allocation_id || ':' || f.project_id, u.amount FROM project_funding f
    CROSS JOIN LATERAL (VALUES ('paid', f.paid), ('retained', f.retained), ('transferred', f.transferred),
                               ('held', f.held)) AS u (use, amount)
    WHERE f.county_code = :county
    UNION ALL SELECT c.subject, c.amount FROM counted c
    WHERE c.subject ~ '^(paid|retained|transferred|held):[^:]+$'
){_DIFFERENT}"""

#: What every allocation has used, through projects and directly.
_USES: Final = f"""{_MOVED}, counted AS (
    SELECT split_part(account, ':', 1) || ':' || split_part(account, ':', 2) AS subject, sum(amount) AS amount
    FROM moved WHERE account ~ '^(paid|retained|transferred|held):' GROUP BY 1
), kept AS (
    SELECT u.use || ':' || b.allocation_id AS subject, u.amount FROM allocation_balance b
    CROSS JOIN LATERAL (VALUES ('paid', b.paid), ('retained', b.retained), ('transferred', b.transferred),
                               ('held', b.held)) AS u (use, amount)
    WHERE b.county_code = :county
){_DIFFERENT}"""

#: What has come to each: from outside, from above, by carry-over; and what was carried away. What projects and
#: contracts have left goes from their account of one allocation to that of the next, and counts for the allocations.
_TOTALS: Final = f"""{_MOVED}, carried AS (
    SELECT 'allocation:' || regexp_replace(account, '^.*:', '') AS allocation, amount FROM moved
    WHERE account ~ '^(allocation|project|contract):'
      AND split_part(account, ':', 1) = split_part(other, ':', 1)
), counted AS (
    SELECT subject, sum(amount) AS amount FROM (
        SELECT account || '/amount' AS subject, amount FROM moved
        WHERE account LIKE 'source:%' AND (other = 'received' OR other LIKE 'source:%' AND amount > 0)
           OR account LIKE 'allocation:%' AND other LIKE 'source:%'
           OR account LIKE 'project:%' AND (other LIKE 'allocation:%' OR other LIKE 'project:%')
           OR account LIKE 'contract:%' AND (other LIKE 'project:%' OR other LIKE 'contract:%')
        UNION ALL
        SELECT account || '/carried', -amount FROM moved
        WHERE amount < 0 AND account LIKE 'source:%' AND other LIKE 'source:%'
        UNION ALL
        SELECT allocation || CASE WHEN amount > 0 THEN '/amount' ELSE '/carried' END, abs(amount) FROM carried
    ) each GROUP BY subject
), kept AS (
    SELECT 'source:' || source_id || '/amount' AS subject, amount FROM source_balance WHERE county_code = :county
    UNION ALL SELECT 'source:' || source_id || '/carried', carried FROM source_balance WHERE county_code = :county
    UNION ALL SELECT 'allocation:' || allocation_id || '/amount', amount
    FROM allocation_balance WHERE county_code = :county
    UNION ALL SELECT 'allocation:' || allocation_id || '/carried', carried
    FROM allocation_balance WHERE county_code = :county
    UNION ALL SELECT 'project:' || project_id || ':' || allocation_id || '/amount', amount - passed
    FROM (
        SELECT f.project_id, f.allocation_id, f.amount, coalesce(p.amount, 0) AS passed FROM project_funding f
        LEFT JOIN (
            SELECT k.project_id, split_part(m.account, ':', 3)::uuid AS allocation_id, sum(m.amount) AS amount
            FROM moved m JOIN contract k
              ON k.county_code = :county AND k.id = split_part(m.account, ':', 2)::uuid
            WHERE m.account LIKE 'contract:%' AND m.other LIKE 'contract:%' GROUP BY 1, 2
        ) p ON p.project_id = f.project_id AND p.allocation_id = f.allocation_id
        WHERE f.county_code = :county
    ) parts
    UNION ALL SELECT 'contract:' || contract_id || ':' || allocation_id || '/amount', amount
    FROM contract_funding WHERE county_code = :county
){_DIFFERENT}"""

#: What a project's contracts bind of it.
_COMMITTED: Final = f"""
WITH kept AS (
    SELECT 'project:' || project_id || ':' || allocation_id || '/committed' AS subject, committed AS amount
    FROM project_funding WHERE county_code = :county
), counted AS (
    SELECT 'project:' || k.project_id || ':' || f.allocation_id || '/committed' AS subject,
           sum(f.amount - f.used) AS amount
    FROM contract_funding f JOIN contract k ON k.county_code = f.county_code AND k.id = f.contract_id
    WHERE f.county_code = :county GROUP BY 1
){_DIFFERENT}"""

#: What counts as spent, by the day.
_DAYS: Final = f"""{_MOVED}, counted AS (
    SELECT 'day:' || split_part(account, ':', 2) || ':' || dated_on AS subject, sum(amount) AS amount
    FROM moved WHERE account LIKE 'paid:%' GROUP BY 1
), kept AS (
    SELECT 'day:' || allocation_id || ':' || paid_on AS subject, amount
    FROM spending_day WHERE county_code = :county
){_DIFFERENT}"""

#: Every payment is booked, in the shares that it shows; what is outstanding was not settled.
_PAYMENTS: Final = f"""
WITH kept AS (
    SELECT 'payment:' || id AS subject, amount FROM payment WHERE county_code = :county
    UNION ALL SELECT 'shares:' || id, amount FROM payment WHERE county_code = :county
    UNION ALL SELECT 'outstanding:' || payment_id, amount - settled FROM outstanding_payment WHERE county_code = :county
), counted AS (
    SELECT 'payment:' || document_id AS subject,
           sum(CASE WHEN document_kind = 'reversal' THEN -amount ELSE amount END) AS amount
    FROM ledger_entry WHERE county_code = :county AND document_kind IN ('payment', 'settlement', 'reversal')
    GROUP BY document_id
    UNION ALL
    SELECT 'shares:' || payment_id, sum(amount) FROM payment_share WHERE county_code = :county
    GROUP BY payment_id
    UNION ALL
    SELECT 'outstanding:' || coalesce(y.settles, y.reversal_of, y.id),
           sum(CASE WHEN y.settles IS NULL THEN y.amount ELSE -y.amount END)
    FROM payment y
    WHERE y.county_code = :county AND (y.settles IS NOT NULL OR y.use IN ('retained', 'transferred'))
    GROUP BY 1
){_DIFFERENT}"""

#: What stations have received, what is planned of it, and what is paid by plan, use and post.
_STATIONS: Final = f"""
WITH kept AS (
    SELECT 'station:' || b.station_id || '/' || u.name AS subject, u.amount FROM station_balance b
    CROSS JOIN LATERAL (VALUES ('received', b.received), ('planned', b.planned), ('paid', b.paid)) AS u (name, amount)
    WHERE b.county_code = :county
    UNION ALL SELECT 'distribution:' || distribution_id || '/' || use, paid
    FROM distribution_share WHERE county_code = :county
    UNION ALL SELECT 'distribution:' || distribution_id || '/public_post/' || post, paid
    FROM distribution_post WHERE county_code = :county
), counted AS (
    SELECT 'station:' || station_id || '/received' AS subject, sum(amount) AS amount
    FROM station_settlement WHERE county_code = :county GROUP BY station_id
    UNION ALL SELECT 'station:' || d.station_id || '/planned', sum(f.amount)
    FROM distribution d JOIN distribution_share f ON f.county_code = d.county_code AND f.distribution_id = d.id
    WHERE d.county_code = :county GROUP BY d.station_id
    UNION ALL SELECT 'station:' || station_id || '/paid', sum(amount)
    FROM income_payment WHERE county_code = :county GROUP BY station_id
    UNION ALL SELECT 'distribution:' || distribution_id || '/' || use, sum(amount)
    FROM income_payment WHERE county_code = :county GROUP BY distribution_id, use
    UNION ALL SELECT 'distribution:' || distribution_id || '/public_post/' || post, sum(amount)
    FROM income_payment WHERE county_code = :county AND post IS NOT NULL GROUP BY distribution_id, post
){_DIFFERENT}"""

#: By the kind of finding.
RECOUNTS: Final[Mapping[str, str]] = {
    "account": _ACCOUNTS,
    "use": _USES,
    "total": _TOTALS,
    "committed": _COMMITTED,
    "day": _DAYS,
    "payment": _PAYMENTS,
    "station": _STATIONS,
}

KEEP_FINDING = """
INSERT INTO ledger_finding (county_code, id, region_code, kind, subject, kept, counted, found_at, last_found_at)
VALUES (:county, :id, :region, :kind, :subject, :kept, :counted, :now, :now)
ON CONFLICT (county_code, kind, subject) WHERE resolved_at IS NULL
DO UPDATE SET kept = excluded.kept, counted = excluded.counted, last_found_at = excluded.last_found_at"""

RESOLVE = """
UPDATE ledger_finding f SET resolved_at = :now
WHERE f.county_code = :county AND f.resolved_at IS NULL AND f.last_found_at < :now"""

FINDINGS = """
SELECT f.id, f.kind, f.subject, f.kept, f.counted, f.found_at, f.last_found_at, f.resolved_at
FROM ledger_finding f WHERE {reach} AND (cast(:open as boolean) IS NULL OR (f.resolved_at IS NULL) = :open)
  AND (cast(:after as uuid) IS NULL OR f.id > :after) ORDER BY f.id LIMIT :limit"""


async def differences(tx: Transaction, kind: str) -> Sequence[RowMapping]:
    return await tx.rows(RECOUNTS[kind], {"county": tx.county})


async def keep_findings(tx: Transaction, findings: Sequence[Mapping[str, Any]]) -> None:
    await tx.execute(
        KEEP_FINDING, [{**each, "county": tx.county, "region": tx.county, "now": tx.now} for each in findings]
    )


async def resolve_others(tx: Transaction) -> None:
    """What was found before, and not now, is right again."""
    await tx.execute(RESOLVE, {"county": tx.county, "now": tx.now})


async def findings(
    tx: Transaction, reach: str, parameters: Mapping[str, Any], page: Mapping[str, Any]
) -> Sequence[RowMapping]:
    """``reach``: the condition on ``f``; ``page``: open (may be None), after, limit."""
    return await tx.rows(FINDINGS.format(reach=reach), {**parameters, **page})
