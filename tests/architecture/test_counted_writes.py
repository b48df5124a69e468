"""Whoever writes a warning or a task counts it (services/warning_api/counting): the statistics are never recounted."""

import ast
import re
from pathlib import Path

from tests.architecture.source import ROOT, calls_of, python_files

SERVICE = ROOT / "services" / "warning_api"

WRITE = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM)\s+(warning|verification_task)\b(?!_|\.)")
SET = re.compile(r"\bSET\b(.*?)(\bFROM\b|\bWHERE\b|\bRETURNING\b|\Z)", re.DOTALL)

#: What counts of each table; a statement that sets none of it changes no number. Other columns of the warning are
#: never written again.
COUNTS = {
    "warning": {
        *("state", "match", "matched_region_code", "household_type", "task_id", "outcome", "decided_on"),
        *("answer_due_on", "withdrawn_at"),
    },
    "verification_task": {
        *("state", "region_code", "household_type", "dispatched_at", "received_at", "verified_at", "due_on"),
        *("outcome", "accepted_at"),
    },
}

#: Functions that leave the counting to those who call them, which have the numbers at hand: who that is.
COUNTED_BY = {
    "comparison/repository.py:record_results": (
        "comparison/service.py:_place",
        "comparison/service.py:decide_candidate",
        "dispatch/repository.py:unlink",
    ),
    "dispatch/repository.py:add_tasks": (
        "dispatch/service.py:_make",
        "dispatch/recheck_tasks.py:make_recheck_tasks",
    ),
    "dispatch/repository.py:join_clues": ("dispatch/service.py:place",),
    "filing/staging.py:_file_all": ("filing/staging.py:write_counts",),
    "filing/staging.py:_file_new_only": ("filing/staging.py:write_counts",),
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def place(path: Path, function: Function) -> str:
    return f"{path.relative_to(SERVICE).as_posix()}:{function.name}"


def text_of(source: str, node: ast.AST) -> str:
    """The statement as it is written, with ``changed(…)`` left out: it sets versions alone."""
    segment = ast.get_source_segment(source, node) or ""
    segment = re.sub(r"\{changed\([^}]*\)\}", "", segment)
    return re.sub(r"\"\s*\n\s*f?\"", "", segment)


def without_brackets(text: str) -> str:
    """Without subqueries and functions, which have words of their own."""
    while (shorter := re.sub(r"\([^()]*\)", "", text)) != text:
        text = shorter
    return text


def counts(statement: str) -> bool:
    """Whether a statement writes what is counted; one whose columns are put in is taken to."""
    for found in WRITE.finditer(statement):
        if found[1] != "UPDATE":
            return True
        columns = SET.search(without_brackets(statement[found.end() :]))
        written = columns[1] if columns else "{"
        if "{" in written or set(re.findall(r"(\w+)\s*=", written)) & COUNTS[found[2]]:
            return True
    return False


def names_in(node: ast.AST) -> set[str]:
    """A statement may be put together of others."""
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def writers() -> dict[str, Function]:
    """Functions that execute a statement of their own, or a constant of their module, which writes what counts."""
    found = {}
    for path in python_files("services"):
        if SERVICE not in path.parents or path.parent.name == "counting":
            continue
        source = path.read_text()
        if not WRITE.search(source):
            continue
        tree = ast.parse(source)
        named: set[str] = set()
        for node in tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if (
                isinstance(node, ast.Assign | ast.AnnAssign)
                and node.value
                and (counts(text_of(source, node.value)) or names_in(node.value) & named)
            ):
                named |= {target.id for target in targets if isinstance(target, ast.Name)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            inside = [
                each
                for statement in node.body
                for each in ast.walk(statement)
                if isinstance(each, ast.Name | ast.Call)
            ]
            uses = any(isinstance(each, ast.Name) and each.id in named for each in inside)
            inline = any(
                counts(text_of(source, argument))
                for each in inside
                if isinstance(each, ast.Call)
                for argument in each.args
                if isinstance(argument, ast.Constant | ast.JoinedStr)
            )
            if uses or inline:
                found[place(path, node)] = node
    return found


def counting_functions() -> set[str]:
    found = set()
    for path in python_files("services"):
        if SERVICE not in path.parents:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for call in calls_of(node, "touch", "made", "add"):
                    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
                    if isinstance(owner, ast.Name) and owner.id == "counting":
                        found.add(place(path, node))
    return found


def test_every_write_to_warnings_and_tasks_is_counted() -> None:
    counted = counting_functions()
    forgotten = {name for name in writers() if name not in counted and name not in COUNTED_BY}
    assert forgotten == set(), "call counting.touch before the write, or counting.made after an insert"


def test_those_who_count_for_others_do() -> None:
    counted = counting_functions()
    assert {who for names in COUNTED_BY.values() for who in names if who not in counted} == set()
    assert COUNTED_BY.keys() <= writers().keys(), "what is no longer written need not be named"


def test_a_statement_is_told_by_what_it_sets() -> None:
    assert counts("UPDATE warning w SET state = 'closed' WHERE id = 1")
    assert counts("INSERT INTO verification_task (id) SELECT 1")
    assert counts('UPDATE warning w SET {", ".join(WRITTEN)} WHERE id = 1')
    assert counts("UPDATE warning SET entries = (SELECT 1 FROM x WHERE y), outcome = NULL WHERE id = 1")
    assert not counts("UPDATE warning SET entries = 1 WHERE state = 'closed'")
    assert not counts("UPDATE warning_entry SET state = 1")
    assert not counts("SELECT state FROM warning FOR UPDATE")
