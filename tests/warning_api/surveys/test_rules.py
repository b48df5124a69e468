"""Scripts and answers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning_api.surveys.rules import answer_errors, problems_in, script_errors, told

DEPARTMENTS = {"YB": "医保局"}


def asked(
    kind: str, problem_when: Any = None, choices: tuple[str, ...] = (), **fields: Any
) -> dict[str, Any]:
    made = {"question": "问", "kind": kind, "choices": list(choices), "problem_when": problem_when}
    return {**made, "org_code": None, **fields}


SCRIPT = [
    asked("yes_no", False),
    asked("choice", ["不满意"], ("满意", "一般", "不满意")),
    asked("text", "answered"),
    asked("yes_no"),
]


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (asked("choice"), "choices_needed"),
        (asked("choice", None, ("是", "是")), "choices_needed"),
        (asked("yes_no", None, ("是", "否")), "no_choices_here"),
        (asked("yes_no", "answered"), "problem_when_malformed"),
        (asked("choice", ["差"], ("好", "中")), "problem_when_malformed"),
        (asked("choice", [], ("好", "中")), "problem_when_malformed"),
        (asked("text", True), "problem_when_malformed"),
        (asked("text", org_code="XX"), "unknown_department"),
    ],
)
def test_a_question_that_cannot_be_used_is_named(question: dict[str, Any], code: str) -> None:
    assert script_errors(SCRIPT, DEPARTMENTS) == []
    ((place, found, _),) = script_errors([*SCRIPT, question], DEPARTMENTS)
    assert (place.startswith("/script/4/"), found) == (True, code)


@pytest.mark.parametrize(
    ("state", "answers", "wrong"),
    [
        ("reached", {1: True, 2: "满意", 4: False}, []),
        ("reached", {1: True, 2: "满意", 3: "无", 4: False}, []),
        ("reached", {1: True, 4: False}, [(2, "missing")]),
        ("reached", {1: "是", 2: "很好", 3: True, 4: True, 9: True}, None),
        ("unreachable", {}, []),
        ("refused", {1: True}, [(1, "not_reached")]),
    ],
)
def test_answers_are_checked_against_the_script(
    state: str, answers: dict[int, Any], wrong: list[tuple[int, str]] | None
) -> None:
    found = [(number, code) for number, code, _ in answer_errors(SCRIPT, state, answers)]
    if wrong is None:
        wrong = [(9, "unknown_question"), (1, "not_yes_or_no"), (2, "not_a_choice"), (3, "not_text")]
    assert found == wrong


@given(st.booleans(), st.sampled_from(["满意", "一般", "不满意"]), st.text(max_size=3), st.booleans())
def test_a_problem_is_what_the_script_calls_one(first: bool, second: str, third: str, last: bool) -> None:
    found = problems_in(SCRIPT, {1: first, 2: second, 3: third, 4: last})
    assert (1 in found) == (first is False)
    assert (2 in found) == (second == "不满意")
    assert (3 in found) == bool(third)
    assert 4 not in found


def test_a_question_and_its_answer_as_people_read_them() -> None:
    assert told(SCRIPT[0], False) == "问：否"
    assert told(SCRIPT[1], "一般") == "问：一般"
