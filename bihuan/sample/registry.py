"""An invented registry of households for the sample county, spread over all its villages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import TypedDict

from bihuan.sample import traps
from bihuan.sample.county import COUNTY_CODE, id_prefix, villages
from bihuan.sample.id_issuer import IdIssuer
from bihuan.sample.members import Member, Status, compose, draw_size, tell_apart
from bihuan.sample.names import given_name, surname

AS_OF = date(2026, 1, 1)

_CONTACT_UNITS = ("县农业农村局", "县水务局", "县教育局", "县财政局", "县林业和草原局", "所在乡镇政府")

# No operator has been given this segment: the numbers cannot ring at anybody's.
_PHONE_SEGMENT = "154"


class PersonRow(TypedDict):
    """A person as `POST /v1/imports` takes one; None: unknown. Income is the household's, in yuan a year."""

    household_no: str
    relationship: str
    name: str
    id_number: str | None
    region_code: str
    household_type: str
    monitoring_type: str | None
    risk_eliminated: bool | None
    labour: str | None
    health: str | None
    schooling: str | None
    annual_income: str
    phone: str | None
    status: Status
    sex: str
    marital_status: str
    ethnic_group: str
    student_status: str | None
    insured: bool
    social_assistance: str | None
    housing_grade: str
    drinking_water: str
    contact_official: str | None
    contact_unit: str | None
    self_paid_medical: str | None


class _Standing(TypedDict):
    """What all rows of a household share beside its number and place."""

    household_type: str
    monitoring_type: str | None
    risk_eliminated: bool | None
    annual_income: str
    social_assistance: str | None
    housing_grade: str
    drinking_water: str
    contact_official: str | None
    contact_unit: str | None
    self_paid_medical: str | None


def generate_registry(
    households: int, seed: int = int(COUNTY_CODE), as_of: date = AS_OF
) -> Iterator[PersonRow]:
    """One row per person, household after household, village after village; the head comes first.

    No real person's data is in it: names are put together from lists of common ones, the ID numbers are made
    of generated birth dates and counted sequences (their check characters are right, GB 11643), the
    telephone numbers lie in a segment that is not in use. The same arguments give the same rows. Memory does
    not grow with `households`. Every kind of household in `traps` is there from 1,000 households on. Nobody
    is born after `as_of`.
    """
    random = Random(seed)
    issuer = IdIssuer()
    number = 0
    for village, count in _spread(households, random):
        head_before: Member | None = None
        for in_village in range(1, count + 1):
            members = _members(random, as_of, number % traps.CYCLE, head_before)
            yield from _rows(random, as_of, issuer, village, f"{village}{in_village:05d}", members)
            head_before = members[0]
            number += 1


def _spread(households: int, random: Random) -> Iterator[tuple[str, int]]:
    """(village code, number of households): one each as long as they last, the rest by an invented weight.

    People of urban communities and forest farms are seldom farm households: those weigh less.
    """
    codes = [village.code for village in villages() if village.name.endswith("村委会")]
    small = [village.code for village in villages() if not village.name.endswith("村委会")]
    weights = {code: random.uniform(0.6, 1.8) for code in codes} | {
        code: random.uniform(0.1, 0.4) for code in small
    }
    first_round = min(households, len(weights))
    rest, total, cumulated, given = households - first_round, sum(weights.values()), 0.0, 0
    for position, (code, weight) in enumerate(weights.items()):
        cumulated += weight
        up_to = rest if position == len(weights) - 1 else int(rest * cumulated / total)
        yield code, (position < first_round) + up_to - given
        given = up_to


def _members(random: Random, as_of: date, place: int, head_before: Member | None) -> list[Member]:
    at_place = traps.AT.get(place)
    members = at_place(random, as_of) if at_place else compose(random, as_of, draw_size(random))
    if place == traps.NAMESAKE and head_before:
        family = members[0].surname
        for member in members:
            member.surname = head_before.surname if member.surname == family else member.surname
        members[0].given = head_before.given
    return tell_apart(random, members)


def _rows(
    random: Random, as_of: date, issuer: IdIssuer, village: str, household_no: str, members: list[Member]
) -> Iterator[PersonRow]:
    standing = _standing(random, household_no, len(members))
    for member in members:
        age = member.age(as_of)
        schooling = _schooling(random, age)
        health = _health(random, age)
        prefix = member.id_prefix or id_prefix(member.born.year)
        yield PersonRow(
            household_no=household_no,
            relationship=member.relationship,
            name=member.name,
            id_number=issuer.issue(prefix, member.born, female=member.female) if member.has_id else None,
            region_code=village,
            labour=_labour(random, age, schooling, health),
            health=health,
            schooling=schooling,
            phone=f"{_PHONE_SEGMENT}{random.randrange(10**8):08d}"
            if age >= 16 and random.random() < 0.6
            else None,
            status=member.status,
            sex="2" if member.female else "1",
            marital_status=_marital_status(member, age),
            ethnic_group=_ethnic_group(household_no),
            student_status=_student_status(schooling, age),
            insured=member.status == "living" and (len(member.name) + age) % 60 != 0,
            **standing,
        )


def _standing(random: Random, household_no: str, size: int) -> _Standing:
    """About 12 % lifted and 4 % low-income; about 2 % monitored, with the risk removed from some."""
    household_type = random.choices(("ordinary", "lifted", "low_income"), (84, 12, 4))[0]
    own_type, share = ("unstable_lifted", 0.08) if household_type == "lifted" else ("marginal", 0.009)
    drawn = random.random()
    monitoring_type = own_type if drawn < share else "sudden_hardship" if drawn < share + 0.002 else None
    per_capita = {"ordinary": 18_000, "lifted": 14_500, "low_income": 9_000}[household_type]
    if monitoring_type:
        per_capita = 7_800
    jiao = size * random.randrange(per_capita * 6, per_capita * 15)
    return _Standing(
        household_type=household_type,
        monitoring_type=monitoring_type,
        risk_eliminated=random.random() < 0.4 if monitoring_type else None,
        annual_income=f"{jiao // 10}.{jiao % 10}0",
        **_conditions(household_no, household_type, monitored=monitoring_type is not None),
    )


class _Conditions(TypedDict):
    social_assistance: str | None
    housing_grade: str
    drinking_water: str
    contact_official: str | None
    contact_unit: str | None
    self_paid_medical: str | None


def _conditions(household_no: str, household_type: str, *, monitored: bool) -> _Conditions:
    """How the household lives; who is its contact, where it has one. Of its own draw, so that all else stays."""
    random = Random(household_no)
    assisted = household_type == "low_income" or (household_type == "lifted" and random.random() < 0.15)
    accompanied = monitored or household_type == "lifted"
    return _Conditions(
        social_assistance=random.choices(("minimum_living", "extreme_hardship"), (85, 15))[0]
        if assisted
        else None,
        housing_grade=random.choices("ABCD", (60, 38.8, 1, 0.2))[0],
        drinking_water="insecure" if random.random() < 0.004 else "secure",
        contact_official=surname(random) + given_name(random, female=random.random() < 0.4)
        if accompanied
        else None,
        contact_unit=random.choice(_CONTACT_UNITS) if accompanied else None,
        self_paid_medical=f"{random.randrange(200, 12_000)}.00" if accompanied else None,
    )


def _marital_status(member: Member, age: int) -> str:
    """GB/T 2261.2: those who are someone's spouse are married."""
    if member.relationship in ("配偶", "儿媳"):
        return "20"
    return "10" if age < 24 else "30" if age >= 80 else "20"


def _ethnic_group(household_no: str) -> str:
    """GB/T 3304: Han mostly, Manchu, Mongol and Korean as in that part of the country; a family's is one."""
    return {17: "11", 41: "11", 63: "02", 88: "10"}.get(int(household_no[-5:]) % 100, "01")


def _student_status(schooling: str | None, age: int) -> str | None:
    if schooling is not None:
        return schooling
    return "学龄前儿童" if age < 3 else "非在校生"


def _schooling(random: Random, age: int) -> str | None:
    if 3 <= age <= 14:
        return "学前教育" if age < 6 else "小学" if age < 12 else "初中"
    if 15 <= age <= 17:
        return random.choice(("普通高中", "普通高中", "中职"))
    return random.choice(("本科", "高职高专")) if 18 <= age <= 21 and random.random() < 0.5 else None


def _health(random: Random, age: int) -> str:
    ill = 2 if age < 16 else 8 if age < 60 else 25
    return random.choices(
        ("健康", "长期慢性病", "患有大病", "残疾"), (100 - ill, ill * 0.6, ill * 0.2, ill * 0.2)
    )[0]


def _labour(random: Random, age: int, schooling: str | None, health: str) -> str:
    if age < 16 or schooling or age >= 75:
        return "none"
    if health in ("患有大病", "残疾"):
        return random.choice(("weak", "lost"))
    return "weak" if age >= 60 else random.choices(("ordinary", "skilled", "weak"), (85, 9, 6))[0]
