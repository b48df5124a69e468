"""The heads of known households as an import would leave them: a row that takes the head away, or adds one, is refused.

The whole family counts: the rows of the file, and the living members of the registry that it does not name. What
stood so before is not the import's to refuse, and a head who has died is told of in a note.
"""

from typing import Final

from services.household_api.registry.rules import HEAD, RowError
from services.household_api.registry.staging import mark
from shared.db import Transaction

#: Rows that change who is head, in households that would have none, or more than one and more than before.
WRONG_HEADS: Final = """
WITH stated AS MATERIALIZED (
    SELECT s.id, s.household_id, s.household_no, s.was_head
    FROM (
        SELECT s.id, s.household_id, s.household_no,
            coalesce(p.household_id = s.household_id AND p.relationship = :head AND p.status = 'living', false)
                AS was_head,
            s.relationship = :head AS is_head, coalesce(s.status, p.status, 'living') AS status
        FROM staged s JOIN staged_household h ON h.id = s.household_id AND h.change <> 'new'
        LEFT JOIN person p ON p.county_code = :county AND p.id = s.person_id
        WHERE s.errors IS NULL) s
    WHERE s.was_head <> (s.is_head AND s.status = 'living') AND NOT (s.is_head AND s.status = 'deceased')
), affected AS (SELECT DISTINCT household_id FROM stated),
living AS (
    SELECT s.household_id, s.relationship FROM affected a JOIN staged s ON s.household_id = a.household_id
    LEFT JOIN person p ON p.county_code = :county AND p.id = s.person_id
    WHERE s.errors IS NULL AND coalesce(s.status, p.status, 'living') = 'living'
    UNION ALL
    SELECT p.household_id, p.relationship FROM affected a
    JOIN person p ON p.county_code = :county AND p.household_id = a.household_id
    WHERE p.status = 'living' AND NOT EXISTS (SELECT FROM staged s WHERE s.person_id = p.id)
), family AS (
    SELECT household_id, count(*) FILTER (WHERE relationship = :head) AS heads FROM living GROUP BY household_id
), former AS (
    SELECT p.household_id, count(*) AS heads FROM affected a
    JOIN person p ON p.county_code = :county AND p.household_id = a.household_id
    WHERE p.status = 'living' AND p.relationship = :head GROUP BY p.household_id
)
SELECT s.id, s.household_no, s.was_head FROM stated s
JOIN family n ON n.household_id = s.household_id
LEFT JOIN former f ON f.household_id = s.household_id
WHERE CASE WHEN s.was_head THEN n.heads = 0 ELSE n.heads > greatest(1, f.heads) END"""

LEAVE_OUT: Final = """
UPDATE staged SET household_id = NULL, person_id = NULL, person_change = NULL
WHERE errors IS NOT NULL AND household_id IS NOT NULL"""


def _error(household_no: str, *, was_head: bool) -> RowError:
    if was_head:
        return RowError(
            "relationship",
            "head_missing",
            f"此人是登记簿中户{household_no}的户主，照此登记后该户没有户主，请同时列出并标明新户主"
            "（户主已故的，关系仍写户主并标明死亡）",
        )
    return RowError(
        "relationship",
        "two_heads",
        f"登记簿中户{household_no}另有健在的户主，照此登记后有两名户主，请一并列出原户主并写明其关系或状态",
    )


async def refuse_wrong_heads(tx: Transaction) -> bool:
    """Put ``head_missing`` and ``two_heads`` into the errors of rows that make it so, after households and persons
    were found; whether there are any. Without them every household has the heads that it had."""
    rows = await tx.rows(WRONG_HEADS, {"county": tx.county, "head": HEAD})
    if not rows:
        return False
    await mark(tx, {row["id"]: _error(row["household_no"], was_head=row["was_head"]) for row in rows})
    await tx.execute(LEAVE_OUT)
    return True
