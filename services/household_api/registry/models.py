"""The registry: households and their members as they are now, and every former state."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)

from shared.db.types import county_code, identifier, instant, money, region_code, sealed, word, words


def _standing() -> list[Column[Any]]:
    """What a household is; the same columns now and in history."""
    return [
        word("household_no"),
        region_code(),
        word("household_type"),
        # Empty: not monitored.
        word("monitoring_type"),
        Column("risk_eliminated", Boolean, nullable=False),
        # The case that decided on the monitoring; imports then leave it alone.
        identifier("monitoring_case_id", nullable=True),
        # '', minimum_living, extreme_hardship.
        word("social_assistance"),
        word("housing_grade"),
        # '', secure, insecure.
        word("drinking_water"),
        # A public official and where they work: no personal data of the household.
        word("contact_official"),
        word("contact_unit"),
        # Yuan a year that the household paid itself within the rules of medical insurance.
        money("self_paid_medical", nullable=True),
        # Nobody lives in it any more: joined another, moved away, died. Its history stays.
        Column("ended_on", Date, nullable=True),
        instant("valid_from"),
        word("changed_by"),
        # Why this version was made.
        word("reason"),
    ]


def _person() -> list[Column[Any]]:
    """A person. ``sealed`` holds what tells who it is, the indexes find it again (see particulars.py)."""
    return [
        identifier("household_id"),
        region_code(),
        sealed(),
        sealed("id_index", nullable=True),
        sealed("match_index", nullable=True),
        Column("match_key_id", Integer, nullable=True),
        sealed("name_index"),
        sealed("name_birth_index", nullable=True),
        sealed("pinyin_index"),
        sealed("pinyin_birth_index", nullable=True),
        sealed("content_index"),
        word("relationship"),
        word("status"),
        word("labour"),
        word("health"),
        word("schooling"),
        money("annual_income", nullable=True),
        # GB/T 2261.1: '1', '2'; GB/T 2261.2; GB/T 3304. Empty: not known.
        word("sex"),
        word("marital_status"),
        word("ethnic_group"),
        word("student_status"),
        word("labour_skill"),
        Column("insured", Boolean, nullable=True),
        Column("died_on", Date, nullable=True),
        instant("valid_from"),
        word("changed_by"),
        word("reason"),
    ]


def registry_tables(metadata: MetaData) -> None:
    household = Table(
        "household",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        Column("version", Integer, nullable=False),
        *_standing(),
        UniqueConstraint("county_code", "household_no"),
    )
    Index(None, household.c.county_code, household.c.region_code, household.c.id)
    person = Table(
        "person",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        Column("version", Integer, nullable=False),
        *_person(),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
    )
    Index(None, person.c.county_code, person.c.household_id)
    Index(None, person.c.county_code, person.c.name_index)
    Index(
        "uq_person_county_code_id_index",
        person.c.county_code,
        person.c.id_index,
        unique=True,
        postgresql_where=text("id_index IS NOT NULL"),
    )
    Index(
        None,
        person.c.county_code,
        person.c.match_key_id,
        person.c.match_index,
        postgresql_where=text("match_index IS NOT NULL"),
    )
    Index(
        None,
        person.c.county_code,
        person.c.name_birth_index,
        postgresql_where=text("name_birth_index IS NOT NULL"),
    )
    Index(None, person.c.county_code, person.c.pinyin_index, person.c.region_code)
    Index(
        None,
        person.c.county_code,
        person.c.pinyin_birth_index,
        postgresql_where=text("pinyin_birth_index IS NOT NULL"),
    )
    Table(
        "household_history",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        Column("version", Integer, primary_key=True),
        *_standing(),
        instant("valid_to"),
    )
    person_history = Table(
        "person_history",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        Column("version", Integer, primary_key=True),
        *_person(),
        instant("valid_to"),
    )
    Index(None, person_history.c.county_code, person_history.c.household_id)
    _income_tables(metadata)


def _income_tables(metadata: MetaData) -> None:
    """What a household earned, each statement an entry; and what the national system says of a household."""
    income = Table(
        "income_record",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        identifier("household_id"),
        region_code(),
        # The last day of the twelve months.
        Column("as_of", Date, nullable=False),
        *(money(name, nullable=False) for name in ("wages", "business", "property", "transfers", "costs")),
        Column("members", Integer, nullable=False),
        word("source"),
        # Why an unlikely sum is right, or why the record was made anew.
        word("reason", nullable=True),
        word("recorded_by"),
        instant("recorded_at"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
    )
    Index(None, income.c.county_code, income.c.household_id, income.c.as_of)
    Table(
        "national_record",
        metadata,
        county_code(primary_key=True),
        identifier("household_id", primary_key=True),
        region_code(),
        word("monitoring_type"),
        Column("risk_eliminated", Boolean, nullable=False),
        Column("identified_on", Date, nullable=True),
        Column("eliminated_on", Date, nullable=True),
        word("elimination_kind"),
        words("risk_types"),
        money("per_capita_income", nullable=True),
        instant("imported_at"),
        word("imported_by"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
    )
