"""For each rule what is done to a sound household so that the rule, and what it is about, must be found."""

from collections.abc import Mapping
from typing import Final

from tests.factories.quality import COUNTY, Spoiling
from tests.factories.registry import VILLAGE

_WHERE: Final = f"'{COUNTY}', '{VILLAGE}'"


def _household(assignments: str) -> str:
    return f"UPDATE household SET {assignments} WHERE id = {{household}}"


def _person(who: str, assignments: str) -> str:
    return f"UPDATE person SET {assignments} WHERE id = {{{who}}}"


def _case(assignments: str) -> str:
    return f"UPDATE monitoring_case SET {assignments} WHERE id = {{case}}"


def _income(assignments: str) -> str:
    return f"UPDATE income_record SET {assignments} WHERE household_id = {{household}}"


def _national(assignments: str) -> str:
    return f"UPDATE national_record SET {assignments} WHERE household_id = {{household}}"


def _measure(assignments: str) -> str:
    return f"UPDATE assistance_measure SET {assignments} WHERE id = {{measure}}"


def _entry(kind: str, state: str, due_on: str = "2026-12-31") -> str:
    return f"""INSERT INTO guarantee_entry (county_code, region_code, id, kind, household_id, org_code, state,
        settled, reopened, opened_on, due_on, acted_by, version)
    VALUES ({_WHERE}, {{entry}}, '{kind}', {{household}}, 'ZJ', '{state}', false, 0, '2026-10-01', '{due_on}', '', 1)"""


def _yearly(*incomes: tuple[int, int]) -> str:
    rows = ", ".join(
        f"({_WHERE}, gen_random_uuid(), {{household}}, '{year}-12-31', {amount}, 0, 0, 0, 0, 4, '入户', 'test',"
        f" '{year}-12-31')"
        for year, amount in incomes
    )
    return f"""INSERT INTO income_record (county_code, region_code, id, household_id, as_of, wages, business,
        property, transfers, costs, members, source, recorded_by, recorded_at) VALUES {rows}"""


_ALL_GONE: Final = "UPDATE person SET status = 'moved' WHERE household_id = {household}"
_NOBODY_MONITORS: Final = (
    "DELETE FROM case_period WHERE case_id = {case}",
    "DELETE FROM assistance_plan WHERE case_id = {case}",
    "DELETE FROM assistance_measure WHERE case_id = {case}",
    "DELETE FROM monitoring_case WHERE id = {case}",
    "DELETE FROM national_record WHERE household_id = {household}",
    _household("monitoring_type = '', monitoring_case_id = NULL"),
)
_ELIMINATED: Final = (
    _case("state = 'eliminated'"),
    _household("risk_eliminated = true"),
    _national("risk_eliminated = true, eliminated_on = '2026-10-20'"),
)

SPOILINGS: Final[Mapping[str, Spoiling]] = {
    # Households.
    "household_without_members": Spoiling(
        "household", ("DELETE FROM person WHERE household_id = {household}",)
    ),
    "household_too_large": Spoiling("household", parameters={"household_most_members": 3}),
    "head_missing": Spoiling("household", (_person("head", "relationship = '其他'"),)),
    "head_deceased": Spoiling("household", (_person("head", "status = 'deceased', died_on = '2026-10-01'"),)),
    "two_heads": Spoiling("household", (_person("wife", "relationship = '户主'"),)),
    "two_spouses": Spoiling("household", (_person("son", "relationship = '配偶'"),)),
    "region_above_village": Spoiling("household", (_household("region_code = '231226100'"),)),
    "phone_missing": Spoiling("household", without=("wife", "son", "father"), phones={"head": " "}),
    "contact_official_missing": Spoiling("household", (_household("contact_official = ''"),)),
    "household_type_not_in_force": Spoiling(
        "household", parameters={"household_types": ["ordinary", "low_income"]}
    ),
    "ended_household_monitored": Spoiling("household", (_ALL_GONE,)),
    "housing_grade_missing": Spoiling("household", (_household("housing_grade = ''"),)),
    "drinking_water_missing": Spoiling("household", (_household("drinking_water = ''"),)),
    "water_insecure_but_eliminated": Spoiling(
        "household", (*_ELIMINATED, _household("drinking_water = 'insecure'"))
    ),
    "dangerous_housing_but_eliminated": Spoiling(
        "household", (*_ELIMINATED, _household("housing_grade = 'D'"))
    ),
    "no_income_earner_but_wages": Spoiling(
        "household", ("UPDATE person SET labour = 'lost' WHERE household_id = {household}",)
    ),
    # Persons.
    "id_number_missing": Spoiling("wife", (_person("wife", "id_index = NULL"),)),
    "same_person_in_two_households": Spoiling(
        "wife",
        (
            """INSERT INTO household SELECT (jsonb_populate_record(h, jsonb_build_object('id', {other_person},
                'household_no', h.household_no || 'b'))).* FROM household h WHERE id = {household}""",
            """UPDATE person SET household_id = {other_person}, relationship = '户主',
                name_birth_index = (SELECT name_birth_index FROM person WHERE id = {wife}) WHERE id = {father}""",
        ),
    ),
    "id_number_seen_with_another": Spoiling(
        "wife",
        (
            """INSERT INTO person_history SELECT (jsonb_populate_record(NULL::person_history,
                to_jsonb(p) || jsonb_build_object('id', {other_person}, 'valid_to', '2026-01-01'))).*
            FROM person p WHERE id = {wife}""",
        ),
    ),
    "same_name_and_phone": Spoiling(
        "head",
        (
            """UPDATE person p SET name_index = h.name_index FROM person h
            WHERE p.id = {wife} AND h.id = {head}""",
        ),
        phones={"head": "13912345678", "wife": "13912345678"},
    ),
    "deceased_but_insured": Spoiling(
        "father", (_person("father", "status = 'deceased', died_on = '2026-09-01'"),)
    ),
    "death_date_missing": Spoiling("father", (_person("father", "status = 'deceased', insured = false"),)),
    "implausible_age": Spoiling("father", born={"father": "19100101"}),
    "head_too_young": Spoiling("head", born={"head": "20120101"}, without=("wife", "son", "father")),
    "pupil_too_old": Spoiling("wife", (_person("wife", "student_status = '大学本科'"),)),
    "school_age_not_at_school": Spoiling("son", (_person("son", "student_status = '辍学'"),)),
    "worker_too_young": Spoiling("son", (_person("son", "labour = 'ordinary'"),)),
    "worker_too_old": Spoiling("father", (_person("father", "labour = 'skilled'"),)),
    "worker_heavily_disabled": Spoiling("wife", (_person("wife", "health = '肢体残疾二级'"),)),
    "labour_lost_but_income": Spoiling("wife", (_person("wife", "labour = 'lost', annual_income = 6000"),)),
    "personal_income_implausible": Spoiling("wife", (_person("wife", "annual_income = 1000000"),)),
    "monitored_but_uninsured": Spoiling("son", (_person("son", "insured = false"),)),
    # Relations.
    "sex_contradicts_relationship": Spoiling("wife", (_person("wife", "sex = '1'"),)),
    "child_not_younger_than_head": Spoiling("son", born={"son": "19860101"}),
    "parent_not_older_than_head": Spoiling("father", born={"father": "19700101"}),
    # Income.
    "income_negative": Spoiling("household", (_income("transfers = -20, wages = 30020"),)),
    "income_zero": Spoiling("household", (_income("wages = 0, business = 3000, transfers = 0"),)),
    "income_implausible": Spoiling("household", (_income("wages = 3000000"),)),
    "income_members_differ": Spoiling("household", (_income("members = 5"),)),
    "income_not_from_parts": Spoiling("household", (_national("per_capita_income = 9002"),)),
    "case_income_not_from_parts": Spoiling("case", (_case("per_capita_income = 8000"),)),
    "income_below_line_not_monitored": Spoiling("household", (*_NOBODY_MONITORS, _income("wages = 20000"))),
    "income_falling": Spoiling("household", (_yearly((2025, 44000), (2024, 48000)),)),
    "income_out_of_date": Spoiling("household", (_income("as_of = '2025-11-01'"),)),
    "assistance_but_income_high": Spoiling(
        "household", (_household("social_assistance = 'minimum_living'"), _income("wages = 90000"))
    ),
    # Monitoring.
    "type_contradicts_household": Spoiling("household", (_household("household_type = 'ordinary'"),)),
    "monitoring_type_not_in_force": Spoiling(
        "household", parameters={"monitoring_types": ["marginal", "sudden_hardship"]}
    ),
    "eliminated_early": Spoiling(
        "case",
        (
            _case("state = 'eliminated'"),
            "UPDATE case_period SET eliminated_on = '2026-08-19', elimination_kind = 'measured'"
            " WHERE case_id = {case}",
        ),
    ),
    "national_eliminated_early": Spoiling(
        "household", (_national("risk_eliminated = true, eliminated_on = '2026-08-19'"),)
    ),
    "sudden_hardship_lasting": Spoiling(
        "household",
        (
            _household("monitoring_type = 'sudden_hardship'"),
            "UPDATE case_period SET identified_on = '2025-11-07' WHERE case_id = {case}",
        ),
    ),
    "illness_without_expense": Spoiling("household", (_household("self_paid_medical = 0"),)),
    "illness_without_patient": Spoiling("household", (_person("head", "health = '健康'"),)),
    "disability_without_disabled": Spoiling("household", (_case("risk_types = '{{disability}}'"),)),
    "schooling_without_pupil": Spoiling(
        "household",
        (_case("risk_types = '{{schooling}}'"), _person("son", "student_status = '', schooling = '小学'")),
    ),
    "labour_shortage_with_workers": Spoiling("household", (_case("risk_types = '{{labour_shortage}}'"),)),
    "approved_without_income_line": Spoiling("case", (_case("income_line = NULL"),)),
    "approved_on_provisional_line": Spoiling("case", (_case("provisional = true"),)),
    "approval_overdue": Spoiling("case", (_case("state = 'noticed', due_on = '2026-11-07'"),)),
    "case_contradicts_household": Spoiling("case", (_household("risk_eliminated = true"),)),
    # The national system.
    "monitored_there_not_here": Spoiling("household", (_household("monitoring_type = ''"),)),
    "monitored_here_not_there": Spoiling(
        "household", ("DELETE FROM national_record WHERE household_id = {household}",)
    ),
    "eliminated_here_not_there": Spoiling("household", (_household("risk_eliminated = true"),)),
    "eliminated_there_not_here": Spoiling(
        "household", (_national("risk_eliminated = true, eliminated_on = '2026-10-20'"),)
    ),
    "monitoring_type_differs": Spoiling("household", (_national("monitoring_type = 'sudden_hardship'"),)),
    # Plans and measures.
    "plan_overdue": Spoiling("case", ("DELETE FROM assistance_plan WHERE case_id = {case}",)),
    "risk_without_measure": Spoiling("case", (_case("risk_types = '{{illness,unsafe_water}}'"),)),
    "only_development_without_labour": Spoiling(
        "case",
        (
            "UPDATE person SET labour = 'none' WHERE household_id = {household}",
            _measure("kind = 'skill_training'"),
        ),
    ),
    "labour_without_development": Spoiling(
        "case", ("UPDATE assistance_measure SET kind = 'medical_assistance' WHERE case_id = {case}",)
    ),
    "measure_after_elimination": Spoiling("measure", _ELIMINATED),
    "measure_past_its_end": Spoiling("measure", (_measure("ends_on = '2026-11-07'"),)),
    "measure_without_effect": Spoiling("measure", (_measure("state = 'done'"),)),
    # Guarantees.
    "housing_secure_but_dangerous": Spoiling("case", (_household("housing_grade = 'C'"),)),
    "water_secure_but_insecure": Spoiling("case", (_household("drinking_water = 'insecure'"),)),
    "dangerous_housing_not_in_ledger": Spoiling("household", (_household("housing_grade = 'D'"),)),
    "insecure_water_not_in_ledger": Spoiling("household", (_household("drinking_water = 'insecure'"),)),
    "crossed_off_but_insecure": Spoiling(
        "entry", (_household("housing_grade = 'C'"), _entry("housing", "crossed_off"))
    ),
    "guarantee_overdue": Spoiling("entry", (_entry("housing", "open", "2026-11-07"),)),
}
