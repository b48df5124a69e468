"""The script of a survey and what is answered to it (policy.md, Registry and monitoring: telephone survey)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

#: What came of a call; ``waiting``: nobody has called yet.
CALL_STATES: Final[Mapping[str, str]] = {
    "waiting": "待拨打",
    "reached": "已接通",
    "unreachable": "未接通",
    "refused": "拒绝接受",
}

#: The one table of a survey's states: from → to.
TRANSITIONS: Final[Mapping[str, tuple[str, ...]]] = {"open": ("closed",), "closed": ()}

#: Outcomes after which there is somebody to call.
CALLABLE_OUTCOMES: Final = ("risk_confirmed", "no_risk", "already_covered", "needs_department")

Question = Mapping[str, Any]
Wrong = tuple[str, str, str]


def script_errors(script: Sequence[Question], departments: Mapping[str, str]) -> list[Wrong]:
    """(place, code, message) for each question that cannot be asked or judged."""
    wrong: list[Wrong] = []
    for place, question in enumerate(script):
        kind, choices, when = question["kind"], question["choices"], question["problem_when"]
        at = f"/script/{place}"
        if kind == "choice" and (len(choices) < 2 or len(set(choices)) < len(choices)):
            wrong.append((f"{at}/choices", "choices_needed", "选择题至少两个不同的选项"))
        if kind != "choice" and choices:
            wrong.append((f"{at}/choices", "no_choices_here", "只有选择题有选项"))
        if when is not None and not _fits(kind, choices, when):
            told = "是否题写 true 或 false，选择题写选项的数组，问答题写 answered"
            wrong.append((f"{at}/problem_when", "problem_when_malformed", told))
        if question["org_code"] is not None and question["org_code"] not in departments:
            wrong.append((f"{at}/org_code", "unknown_department", "没有这个部门代码"))
    return wrong


def _fits(kind: str, choices: Sequence[str], when: Any) -> bool:
    if kind == "yes_no":
        return isinstance(when, bool)
    if kind == "choice":
        return isinstance(when, list) and bool(when) and set(when) <= set(choices)
    return bool(when == "answered")


def answer_errors(
    script: Sequence[Question], state: str, answers: Mapping[int, bool | str]
) -> list[tuple[int, str, str]]:
    """(number of the question, code, message); every question with choices is answered by who was reached, and
    nothing by who was not."""
    wrong = []
    if state != "reached":
        return [(number, "not_reached", "未接通或拒绝的不填答案") for number in answers]
    for number in sorted(set(answers) - set(range(1, len(script) + 1))):
        wrong.append((number, "unknown_question", "问卷中没有这一题"))
    for number, question in enumerate(script, 1):
        answer = answers.get(number)
        kind = question["kind"]
        if answer is None:
            if kind != "text":
                wrong.append((number, "missing", f"第 {number} 题未填"))
        elif kind == "yes_no" and not isinstance(answer, bool):
            wrong.append((number, "not_yes_or_no", f"第 {number} 题应填是或否"))
        elif kind == "choice" and answer not in question["choices"]:
            offered = "、".join(question["choices"])
            wrong.append((number, "not_a_choice", f"第 {number} 题应为 {offered} 之一"))
        elif kind == "text" and not isinstance(answer, str):
            wrong.append((number, "not_text", f"第 {number} 题应为文字"))
    return wrong


def problems_in(script: Sequence[Question], answers: Mapping[int, bool | str]) -> list[int]:
    """The numbers of the questions whose answers are problems, as the script says."""
    return [number for number, answer in sorted(answers.items()) if _is_problem(script[number - 1], answer)]


def _is_problem(question: Question, answer: bool | str) -> bool:
    when = question["problem_when"]
    if when is None:
        return False
    if question["kind"] == "yes_no":
        return answer is when
    return answer in when if question["kind"] == "choice" else bool(answer)


def told(question: Question, answer: bool | str) -> str:
    """A question and its answer as people read it."""
    said = ("是" if answer else "否") if isinstance(answer, bool) else answer
    return f"{question['question']}：{said}"
