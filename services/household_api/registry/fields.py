"""The plain fields of the registry, named once: tables, staging, merging and history are made from these."""

from typing import Final

#: What a household is, beside its number: every row of its members states it alike.
STANDING: Final = ("region_code", "household_type", "monitoring_type", "risk_eliminated")
#: Of these, what a case decides where there is one: imports and corrections by hand leave it alone.
DECIDED: Final = frozenset({"monitoring_type", "risk_eliminated"})

#: What is known of how a household lives, and who is its contact; name -> type in the staging table.
CONDITIONS: Final = {
    "social_assistance": "text",
    "housing_grade": "text",
    "drinking_water": "text",
    "contact_official": "text",
    "contact_unit": "text",
    "self_paid_medical": "numeric(18,2)",
}

#: What is known of a member, beside the particulars that are sealed; name -> type in the staging table.
PERSON: Final = {
    "relationship": "text",
    "status": "text",
    "labour": "text",
    "health": "text",
    "schooling": "text",
    "annual_income": "numeric(18,2)",
    "sex": "text",
    "marital_status": "text",
    "ethnic_group": "text",
    "student_status": "text",
    "labour_skill": "text",
    "insured": "boolean",
    "died_on": "date",
}

#: Fields that know no empty text: nothing known is null.
NULLABLE: Final = frozenset({"self_paid_medical", "annual_income", "insured", "died_on"})

#: What is derived from a person's sealed particulars.
INDEXES: Final = (
    "id_index",
    "match_index",
    "match_key_id",
    "name_index",
    "name_birth_index",
    "pinyin_index",
    "pinyin_birth_index",
    "content_index",
)


def unknown(field: str) -> str:
    """The SQL value of a field of which nothing is known."""
    return "NULL" if field in NULLABLE else "'living'" if field == "status" else "''"
