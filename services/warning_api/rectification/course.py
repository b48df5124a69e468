"""What the parties do about a problem, and what the county makes of it (policy.md, Supervision)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.attachments import service as attachments
from services.warning_api.rectification import repository
from services.warning_api.rectification.errors import (
    CountyDecides,
    EvidenceUnusable,
    PartyAnswers,
    ProblemNotFound,
    SamePerson,
    TextRequired,
    TransitionNotAllowed,
)
from services.warning_api.rectification.rules import (
    NEEDS_TEXT,
    PARTIES,
    PARTY_DOES,
    STATE_WORDS,
    TRANSITIONS,
    next_steps,
    state_of,
)
from services.warning_api.rectification.schemas import StepIn
from shared import audit
from shared.contracts.events import PROBLEM_OVERDUE, PROBLEM_RETURNED
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import FieldError
from shared.outbox import Event, emit
from shared.parameters import parameter
from shared.runtime.preconditions import IfMatch
from shared.sealing.texts import seal


async def move(tx: Transaction, problem_id: UUID, wanted: StepIn, expected: IfMatch) -> None:
    """A party says what it has done, or the county accepts, returns or withdraws.

    Raises ``ProblemNotFound``, what If-Match is refused for, ``PartyAnswers``, ``CountyDecides``,
    ``TextRequired``, ``TransitionNotAllowed``, ``SamePerson``, ``EvidenceUnusable``.
    """
    problem = await held(tx, problem_id, expected)
    parts = {part["party"]: part for part in await repository.parts(tx, [problem_id])}
    moved = _meant(tx, wanted, parts)
    if wanted.to in NEEDS_TEXT and not wanted.text:
        raise TextRequired(errors=[FieldError("/text", "missing", "请写明情况或理由")])
    if wanted.to == "accepted" and any(part["rectified_by"] == str(tx.actor) for part in moved):
        raise SamePerson("填报整改情况的人不能核查自己的整改", "Who rectified cannot check it")
    about = ("problem", problem_id)
    if refused := (await attachments.refusals(tx, {about: wanted.attachments})).get(about):
        raise EvidenceUnusable(errors=[FieldError("/attachments", *refused)])
    await take(tx, problem, moved, wanted)


async def held(tx: Transaction, problem_id: UUID, expected: IfMatch) -> RowMapping:
    """A problem that is about to be changed, locked. Raises ``ProblemNotFound``, then what If-Match is refused for."""
    problem = await repository.problem(tx, problem_id, lock=True)
    if problem is None:
        raise ProblemNotFound()
    expected.check(problem["version"])
    return problem


def _meant(tx: Transaction, wanted: StepIn, parts: Mapping[str, RowMapping]) -> list[RowMapping]:
    """The parts that are to go there: a party's own, or those that the county names, or all that can."""
    if wanted.to in PARTY_DOES:
        own = _own_party(tx)
        if own is None or (wanted.party or own) != own:
            raise PartyAnswers()
        named = [parts[own]] if own in parts else []
    elif "county" not in tx.roles:
        raise CountyDecides()
    elif wanted.party is not None:
        named = [parts[wanted.party]] if wanted.party in parts else []
    else:
        named = [part for part in parts.values() if wanted.to in TRANSITIONS[part["state"]]]
    if not named or any(wanted.to not in TRANSITIONS[part["state"]] for part in named):
        steps = "；".join(f"{PARTIES[party]}{next_steps(part['state'])}" for party, part in parts.items())
        raise TransitionNotAllowed(
            f"不能转为“{STATE_WORDS[wanted.to]}”：{steps}",
            f"Not to {wanted.to} from {', '.join(part['state'] for part in parts.values())}",
            members={"allowed": {party: allowed(tx, part) for party, part in parts.items()}},
        )
    return named


def allowed(tx: Transaction, part: Mapping[Any, Any]) -> list[str]:
    """The states that the caller may take a part to."""
    own = _own_party(tx) == part["party"]
    return [to for to in TRANSITIONS[part["state"]] if (own if to in PARTY_DOES else "county" in tx.roles)]


def _own_party(tx: Transaction) -> str | None:
    """For which part the caller answers."""
    if tx.reach.org != "*":
        return "department"
    return "township" if tx.roles & {"township", "village"} else None


async def take(tx: Transaction, problem: RowMapping, moved: Sequence[RowMapping], wanted: StepIn) -> None:
    """Take parts of a locked problem to a state that they can go to, and say so."""
    days = (await parameter(tx, "problem_return_days")).value
    all_parts = await repository.parts(tx, [problem["id"]])
    after = {part["party"]: part["state"] for part in all_parts}
    dues = {part["party"]: part["due_on"] for part in all_parts}
    for part in moved:
        changes = _changes(tx, part, wanted.to, days)
        await repository.change_part(tx, problem["id"], part["party"], changes)
        step_id = new_id()
        step = {
            "id": step_id,
            "party": part["party"],
            "state": wanted.to,
            "sealed": await seal(tx, "problem_step", "sealed", step_id, wanted.text),
        }
        await repository.add_step(tx, problem, step)
        await attachments.attach(tx, [(step_id, wanted.attachments)])
        after[part["party"]] = wanted.to
        dues[part["party"]] = changes.get("due_on", part["due_on"])
    await repository.change(tx, problem["id"], state_of(after.values()), max(dues.values()))
    parties = [part["party"] for part in moved]
    await audit.record(tx, f"problem.{wanted.to}", f"problem/{problem['id']}", {"parties": parties})
    if wanted.to == "returned":
        data = {"problem_id": problem["id"], "parties": parties, "due_on": max(dues.values())}
        about = {name: problem[name] for name in ("region_code", "org_code")}
        event = Event(f"problem/{problem['id']}", problem["version"] + 1, {**data, **about})
        await emit(tx, PROBLEM_RETURNED, [event])


def _changes(tx: Transaction, part: RowMapping, to: str, days: int) -> dict[str, Any]:
    changes: dict[str, Any] = {"state": to}
    if to == "rectified":
        changes |= {"rectified_by": str(tx.actor), "rectified_at": tx.now}
    elif to == "accepted":
        changes |= {"accepted_by": str(tx.actor), "accepted_at": tx.now}
    elif to == "returned":
        due_on: date = max(part["due_on"], tx.today + timedelta(days=days))
        changes |= {
            "returns": part["returns"] + 1,
            "due_on": due_on,
            "accepted_by": None,
            "accepted_at": None,
        }
    return changes


async def tell_overdue(tx: Transaction) -> int:
    """Tell of parts that have become overdue, each once for its due date; how many there were."""
    parts = await repository.tell_overdue(tx)
    await emit(
        tx,
        PROBLEM_OVERDUE,
        [
            Event(f"problem/{part['problem_id']}/{part['party']}", part["due_on"].toordinal(), dict(part))
            for part in parts
        ],
    )
    return len(parts)
