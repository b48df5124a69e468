"""What a rule on doubtful data is, and the one statement that finds what it describes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Severity = Literal["error", "warning", "hint"]
Responsible = Literal["village", "township", "county"]
Subject = Literal["household", "person", "case", "measure", "guarantee"]

SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "hint")


@dataclass(frozen=True, slots=True)
class Source:
    """Where subjects of one kind stand: the table's alias, its FROM, and whom a row is about."""

    alias: str
    tables: str
    household: str
    person: str = "NULL"


#: ``a`` (screened_household) counts the members of ``h``; ``m`` are the measures as they stand now.
SOURCES: Final[Mapping[Subject, Source]] = {
    "household": Source("h", "household h JOIN screened_household a ON a.household_id = h.id", "h.id"),
    "person": Source("p", "person p", "p.household_id", "p.id"),
    "case": Source("c", "monitoring_case c", "c.household_id"),
    "measure": Source("m", "screened_measure m", "m.household_id"),
    "guarantee": Source("g", "guarantee_entry g", "g.household_id", "g.person_id"),
}

#: What every screening says, besides the parameters of policy.
GIVEN: Final = frozenset({"county", "today", "income_line", "provisional"})

_NAMED = re.compile(r"(?<![:\w]):(\w+)(?!:)")


@dataclass(frozen=True, slots=True)
class Rule:
    """``title`` and ``explanation`` are for people, ``reference`` is the paragraph of policy.

    ``where`` is the predicate on rows of the subject's table (``SOURCES``) and ``joins``; ``evidence`` maps a
    word of ``EVIDENCE`` to the SQL that tells it: numbers, dates, ids and codes, never who somebody is.
    ``parameters``: those that the SQL reads, as ``:name``, or ``:name_key`` where the value has entries.
    ``across``: it holds households against each other, so that only who sees the whole county can try it.
    """

    code: str
    severity: Severity
    responsible: Responsible
    subject: Subject
    title: str
    explanation: str
    reference: str
    where: str
    joins: str = ""
    evidence: Mapping[str, str] = field(default_factory=dict)
    parameters: tuple[str, ...] = ()
    across: bool = False

    @property
    def source(self) -> Source:
        return SOURCES[self.subject]

    @property
    def named(self) -> frozenset[str]:
        """The parameters of the statement, without those that narrow it."""
        told = " ".join((self.where, self.joins, *self.evidence.values()))
        return frozenset(_NAMED.findall(told))

    @property
    def needs_births(self) -> bool:
        """Whether birth dates and telephones have to be opened for it."""
        return "screened_person" in self.joins + self.where

    def select(self, narrowed: str) -> str:
        """One row for each subject that the rule finds: rule, subject, household, person, region, evidence.

        ``narrowed``: the condition on the subject's alias that says what the screening reaches.
        """
        source = self.source
        pairs = ", ".join(f"'{word}', {sql}" for word, sql in self.evidence.items())
        return f"""SELECT DISTINCT ON (subject_id) '{self.code}' AS rule, found.* FROM (
            SELECT {source.alias}.id AS subject_id, cast({source.household} as uuid) AS household_id,
                cast({source.person} as uuid) AS person_id, {source.alias}.region_code,
                jsonb_build_object({pairs}) AS evidence
            FROM {source.tables} {self.joins}
            WHERE {narrowed} AND ({self.where})) found
        ORDER BY subject_id, cast(evidence as text)"""


def yuan(amount: str) -> str:
    """SQL of an amount as it is shown: text with two places."""
    return f"cast(round({amount}, 2) as text)"


def day(column: str) -> str:
    """SQL of a date as it is shown."""
    return f"cast({column} as text)"


def at_least(born: str, years: str) -> str:
    """SQL that whoever was born on a day is ``years`` (a parameter) old or older."""
    return f"{born} <= cast(:today as date) - make_interval(years => :{years})"


def younger_than(born: str, years: str) -> str:
    return f"{born} > cast(:today as date) - make_interval(years => :{years})"


#: The living of a household ``h``.
LIVING: Final = "p.county_code = h.county_code AND p.household_id = h.id AND p.status = 'living'"

#: Under monitoring, the risk not removed.
MONITORED: Final = "h.monitoring_type <> '' AND NOT h.risk_eliminated"
