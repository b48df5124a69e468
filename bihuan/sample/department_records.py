"""The records that one department reports in a month: the registry's people, strangers, dirt and defects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from bihuan.sample.county import id_prefix, villages
from bihuan.sample.department_plans import PLANS, DepartmentPlan, Indicator
from bihuan.sample.id_issuer import STRANGERS_FROM, IdIssuer
from bihuan.sample.names import MIDDLE_DOTS, given_name, surname
from bihuan.sample.records import DEFECTS, DIRT, Record
from bihuan.sample.registry import PersonRow
from bihuan.sample.registry_sample import NAMESAKE, TRAITS, Household, RegistrySample

_DAYS_BACK = 30
_REPEATED = 2
_TOWNSHIPS_EACH = 6
_OTHER_COUNTY = "231224"
_NEXT_DOT = str.maketrans(MIDDLE_DOTS, MIDDLE_DOTS[1:] + MIDDLE_DOTS[0])

# Departments that come upon the same household in one month, and how many such households there are.
_STORIES = (("YB", "MZ", "WJ"), ("ZJ", "SW", "YJ"), ("RS", "JY"), ("MZ", "CL"))
_HOUSEHOLDS_PER_STORY = 3


@dataclass(slots=True)
class Subject:
    """Somebody whom a department reports; the registry may not know them, and ID or region may be missing."""

    name: str
    id_number: str | None
    region_code: str | None
    phone: str | None = None


@dataclass(slots=True)
class Report:
    """What goes into a file, and what is to become of it: counted while it is made, not by reading it."""

    records: list[Record] = field(default_factory=list)
    repeated: int = 0
    defects: Counter[str] = field(default_factory=Counter)

    def counts(self) -> dict[str, int]:
        """What a push of the file must answer (contract.md, `POST /v1/batches`)."""
        received, rejected = len(self.records), self.defects.total()
        accepted = received - self.repeated - rejected
        return {"received": received, "accepted": accepted, "duplicate": self.repeated, "rejected": rejected}


class Month:
    """One month's reports of all departments about a sample of the registry, each pushed on `day`."""

    def __init__(self, sample: RegistrySample, day: date, random: Random) -> None:
        self._sample = sample
        self._day = day
        self._random = random
        self._stories = _cast_stories(sample.households, day)
        self._heads = sample.first_heads()
        self._issuer = IdIssuer(STRANGERS_FROM, 1000)
        self._villages = [village.code for village in villages()]
        self._known_to_many = self._stranger(self._villages[0])

    def report(self, plan: DepartmentPlan) -> Report:
        """The department's report; call in the order of PLANS for the same month to come out the same."""
        if plan.form == "nil":
            return Report()
        report = Report()
        special = self._special(plan)
        spoilt, ordinary = self._ordinary(plan, special)
        subjects = [self._subject(row, plan.region_share) for row in (*special, *ordinary)]
        subjects += [*self._nameless_matches(plan), *self._strangers(plan)]
        clean = [self._record(plan, subject) for subject in subjects]
        _soil(clean, plan.dirt)
        marked = [(record, "") for record in clean]
        for row, defect in zip(spoilt, plan.defects, strict=False):
            marked.append((self._record(plan, self._subject(row, 1)), defect))
        self._random.shuffle(marked)
        for line, (record, defect) in enumerate(marked, start=1):
            record["source_record_id"] = f"{plan.org_code}{self._day:%Y%m}{line:04d}"
            if defect:
                DEFECTS[defect](record, self._day)
                report.defects[defect] += 1
            report.records.append(record)
        for record in self._random.sample(clean, _REPEATED):
            after = report.records.index(record) + 1
            report.records.insert(self._random.randint(after, len(report.records)), record)
            report.repeated += 1
        return report

    def _special(self, plan: DepartmentPlan) -> list[PersonRow]:
        """Those of a story, with a trait, or first in their township."""
        visited = [head for head in self._heads if self._concerned(plan, head)][:_TOWNSHIPS_EACH]
        self._heads = [head for head in self._heads if head not in visited]
        rows = (*self._stories.get(plan.org_code, ()), *self._by_trait(plan), *visited)
        return list({_key(row): row for row in rows}.values())

    def _ordinary(
        self, plan: DepartmentPlan, special: list[PersonRow]
    ) -> tuple[list[PersonRow], list[PersonRow]]:
        """(as many as the plan has defects, as many as it has ordinary people), or what the sample yields."""
        taken = {_key(row) for row in special}
        pool = [
            row
            for row in self._sample.persons()
            if row["status"] == "living"
            and row["id_number"]
            and _key(row) not in taken
            and self._concerned(plan, row)
        ]
        wanted = min(len(pool), len(plan.defects) + plan.people)
        drawn = self._random.sample(pool, wanted)
        return drawn[: len(plan.defects)], drawn[len(plan.defects) :]

    def _by_trait(self, plan: DepartmentPlan) -> Iterator[PersonRow]:
        """Of every trait the group whose turn it is, where the department deals with such people."""
        turn = PLANS.index(plan)
        for trait in TRAITS:
            groups = [
                group
                for group in self._sample.with_trait(trait)
                if all(self._concerned(plan, row) for row in group)
            ]
            if groups:
                yield from groups[turn % len(groups)]

    def _nameless_matches(self, plan: DepartmentPlan) -> Iterator[Subject]:
        """A registered person by name and village alone; one of them has a namesake there."""
        groups = self._sample.with_trait(NAMESAKE)
        turn = PLANS.index(plan)
        heads = [groups[turn % len(groups)][0]] if groups else []
        for row in (*heads, self._sample.households[turn % len(self._sample.households)][0]):
            yield Subject(row["name"], None, row["region_code"])

    def _strangers(self, plan: DepartmentPlan) -> Iterator[Subject]:
        """People whom the registry does not know."""
        if plan.org_code in ("YB", "WJ"):
            yield self._known_to_many
        yield self._stranger(self._random.choice(self._villages))
        yield self._stranger(self._random.choice(self._villages))
        yield self._stranger(None)
        yield self._stranger(None, prefix=_OTHER_COUNTY)
        without_id = self._stranger(self._random.choice(self._villages))
        without_id.id_number = None
        yield without_id

    def _stranger(self, region_code: str | None, prefix: str = "") -> Subject:
        female = self._random.random() < 0.5
        born = self._day - timedelta(days=self._random.randrange(20 * 365, 75 * 365))
        id_number = self._issuer.issue(prefix or id_prefix(born.year), born, female=female)
        return Subject(
            surname(self._random) + given_name(self._random, female=female), id_number, region_code
        )

    def _subject(self, row: PersonRow, region_share: float) -> Subject:
        """A registered person as the department writes them: another middle dot, often no village."""
        placed = row["id_number"] is None or self._random.random() < region_share
        region_code = row["region_code"] if placed else None
        return Subject(row["name"].translate(_NEXT_DOT), row["id_number"], region_code, row["phone"])

    def _record(self, plan: DepartmentPlan, subject: Subject) -> Record:
        indicator = self._random.choice(plan.indicators)
        return {
            "source_record_id": "",
            "name": subject.name,
            "id_number": subject.id_number,
            "region_code": subject.region_code,
            "indicator": indicator.name if plan.indicator_by_name else indicator.code,
            "occurred_on": self._day - timedelta(days=self._random.randrange(_DAYS_BACK)),
            "amount": self._amount(indicator),
            "phone": subject.phone,
            "detail": self._random.choice(indicator.details),
        }

    def _amount(self, indicator: Indicator) -> Decimal | None:
        if indicator.amounts is None:
            return None
        low, high = indicator.amounts
        return Decimal(self._random.randrange(low * 100, high * 100)) / 100

    def _concerned(self, plan: DepartmentPlan, row: PersonRow) -> bool:
        return plan.concerns(row, _age(row, self._day))


def _cast_stories(households: list[Household], day: date) -> dict[str, list[PersonRow]]:
    """By department the persons it reports of households that other departments report as well."""
    plans = {plan.org_code: plan for plan in PLANS}
    cast: dict[str, list[PersonRow]] = {}
    free = [
        home for home in households if all(row["status"] == "living" and row["id_number"] for row in home)
    ]
    for story in _STORIES:
        told: list[Household] = []
        for home in free:
            roles = {
                org: next((row for row in home if plans[org].concerns(row, _age(row, day))), None)
                for org in story
            }
            if len(told) < _HOUSEHOLDS_PER_STORY and all(roles.values()):
                told.append(home)
                for org, row in roles.items():
                    cast.setdefault(org, []).extend([row] if row else [])
        free = [home for home in free if home not in told]
    return cast


def _soil(clean: list[Record], dirt: tuple[str, ...]) -> None:
    """Put each spelling on the first record that it fits and that has none yet."""
    soiled: set[int] = set()
    for spelling in dirt:
        fits, spell = DIRT[spelling]
        for position, record in enumerate(clean):
            if position not in soiled and fits(record):
                spell(record)
                soiled.add(position)
                break


def _key(row: PersonRow) -> tuple[str, str, str | None]:
    return row["household_no"], row["name"], row["id_number"]


def _age(row: PersonRow, day: date) -> int:
    """In years by the ID number; 0 where there is none yet."""
    return day.year - int(row["id_number"][6:10]) if row["id_number"] else 0
