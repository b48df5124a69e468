"""The caller's list and what was answered; problems follow from the answers by the script."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import orjson
from pydantic import ValidationError
from sqlalchemy.engine import RowMapping

from services.warning_api.cycles.quarters import quarter_words
from services.warning_api.dispatch.service import decode_subject
from services.warning_api.rectification.derived import derive
from services.warning_api.rectification.schemas import ProblemIn
from services.warning_api.surveys import repository, service
from services.warning_api.surveys.errors import AnswersUnusable, SampleNotFound, SurveyClosed
from services.warning_api.surveys.rules import answer_errors, problems_in, told
from services.warning_api.surveys.schemas import CallIn, CallItem
from shared import audit
from shared.clock import SHANGHAI
from shared.db import Transaction
from shared.errors import FieldError
from shared.errors.validation import field_error
from shared.identifiers.phone import mask_phone
from shared.pagination.cursors import Paging, page
from shared.regions import regions_of
from shared.runtime.preconditions import IfMatch
from shared.sealing.texts import open_documents, seal_document

CORRECTED: Final = "电话抽查的答复已更正"

#: More than one survey has.
MOST_CALLS: Final = 20_000


async def list_samples(
    tx: Transaction, survey_id: UUID, state: str | None, purpose: str | None, paging: Paging
) -> dict[str, Any]:
    """The caller's list, in the order of drawing; telephones in full where a purpose is stated, which is audited."""
    await service.held(tx, survey_id)
    rows = await repository.samples(tx, survey_id, state, paging.after_number(), paging.limit + 1)
    return page(await _shown(tx, survey_id, rows, purpose), paging, lambda sample: [sample["position"]])


async def samples_for_sheet(
    tx: Transaction, survey_id: UUID, state: str | None, purpose: str | None
) -> list[dict[str, Any]]:
    rows = await repository.samples(tx, survey_id, state, 0, MOST_CALLS)
    return await _shown(tx, survey_id, rows, purpose)


async def read_sample(tx: Transaction, survey_id: UUID, sample_id: UUID) -> dict[str, Any]:
    """Raises ``SurveyNotFound``, ``SampleNotFound``."""
    await service.held(tx, survey_id)
    held = await repository.hold_samples(tx, survey_id, [sample_id])
    if sample_id not in held:
        raise SampleNotFound()
    (shown,) = await _shown(tx, survey_id, [held[sample_id]], None)
    return shown


async def answer_one(
    tx: Transaction, survey_id: UUID, sample_id: UUID, call: CallIn, expected: IfMatch
) -> None:
    """What came of one call. Raises ``SurveyNotFound``, ``SampleNotFound``, ``SurveyClosed``, ``AnswersUnusable``."""
    survey = await service.held(tx, survey_id, lock="SHARE")
    row = (await repository.hold_samples(tx, survey_id, [sample_id])).get(sample_id)
    if row is None:
        raise SampleNotFound()
    expected.check(row["version"])
    if survey["state"] == "closed":
        raise SurveyClosed()
    if wrong := _wrong(tx, survey, call):
        raise AnswersUnusable(errors=wrong)
    await _keep(tx, survey, row, call)


async def answer_many(tx: Transaction, survey_id: UUID, items: Sequence[tuple[int, Any]]) -> dict[str, Any]:
    """What came of many calls, as ``(line, item)``, each judged on its own; ``schemas.CallVerdicts``."""
    survey = await service.held(tx, survey_id, lock="SHARE")
    if survey["state"] == "closed":
        raise SurveyClosed()
    parsed = [(line, _parse(raw), raw) for line, raw in items]
    ids = [item.sample_id for _, item, _ in parsed if isinstance(item, CallItem)]
    rows = await repository.hold_samples(tx, survey_id, ids)
    said = {row["id"]: row for row in await _shown(tx, survey_id, list(rows.values()), None)}
    verdicts = []
    for line, item, raw in parsed:
        version = None
        if not isinstance(item, CallItem):
            status, errors, sample_id = "rejected", item, _id_of(raw)
        else:
            sample_id = str(item.sample_id)
            status, errors = _judge(tx, survey, item, said.get(item.sample_id))
            if status == "accepted":
                await _keep(tx, survey, rows[item.sample_id], item)
                version = rows[item.sample_id]["version"] + 1
                # Once in one upload: the second of two rows is refused as stale.
                said.pop(item.sample_id)
        shown = [{"field": e.pointer.lstrip("/"), "code": e.code, "message": e.message} for e in errors]
        verdicts.append(
            {"line": line, "sample_id": sample_id, "status": status, "errors": shown, "version": version}
        )
    good = sum(verdict["status"] in ("accepted", "unchanged") for verdict in verdicts)
    return {"accepted": good, "rejected": len(verdicts) - good, "items": verdicts}


def _id_of(raw: Any) -> str | None:
    value = raw.get("sample_id") if isinstance(raw, dict) else None
    return None if value is None else str(value)


def _parse(raw: Any) -> CallItem | list[FieldError]:
    try:
        return CallItem.model_validate(raw)
    except ValidationError as error:
        return [field_error(found) for found in error.errors()]


def _judge(
    tx: Transaction, survey: RowMapping, item: CallItem, said: dict[str, Any] | None
) -> tuple[str, list[FieldError]]:
    if said is None:
        message = "该次抽查中没有这一户，或本次提交中已出现过"
        return "not_found", [FieldError("/sample_id", "not_found", message)]
    if wrong := _wrong(tx, survey, item):
        return "rejected", wrong
    answers = [answer.model_dump() for answer in sorted(item.answers, key=lambda a: a.question)]
    same = (item.state, answers, item.note) == (said["state"], said["answers"], said["note"])
    if same and item.called_on in (None, said["called_on"]):
        return "unchanged", []
    if item.version is not None and item.version < said["version"]:
        message = "该户在您下载后已有人填报，请重新下载后核对"
        return "rejected", [FieldError("/version", "stale_version", message)]
    return "accepted", []


def _wrong(tx: Transaction, survey: RowMapping, call: CallIn) -> list[FieldError]:
    drawn_on = survey["made_at"].astimezone(SHANGHAI).date()
    wrong = []
    if call.called_on is not None and not drawn_on <= call.called_on <= tx.today:
        message = f"通话日期应在抽样之日 {drawn_on} 与今天之间"
        wrong.append(FieldError("/called_on", "date_out_of_range", message))
    numbers = [answer.question for answer in call.answers]
    if len(set(numbers)) < len(numbers):
        wrong.append(FieldError("/answers", "repeated_question", "同一题只能填一个答案"))
    answers = {answer.question: answer.answer for answer in call.answers}
    found = answer_errors(survey["script"], call.state, answers)
    return wrong + [FieldError(f"/answers/{number}", code, message) for number, code, message in found]


async def _keep(tx: Transaction, survey: RowMapping, row: RowMapping, call: CallIn) -> None:
    """Write an answer that is right, and make its problems those of the sample."""
    script = survey["script"]
    answers = {answer.question: answer.answer for answer in call.answers if answer.answer != ""}
    texts = {n: said for n, said in answers.items() if script[n - 1]["kind"] == "text"}
    coded = {str(n): True if n in texts else said for n, said in answers.items()}
    words = {"texts": {str(n): said for n, said in texts.items()}, "note": call.note}
    called_on = call.called_on or tx.today
    problems = problems_in(script, answers)
    await repository.answer(
        tx,
        row["id"],
        {
            "state": call.state,
            "called_on": called_on,
            "answers": orjson.dumps(coded).decode(),
            "sealed": await seal_document(tx, "survey_sample", "sealed", row["id"], words),
            "problems": len(problems),
        },
    )
    found = {
        number: ProblemIn(
            source="survey",
            source_name=f"{quarter_words(survey['quarter'])}电话抽查",
            found_on=called_on,
            region_code=row["region_code"],
            org_code=script[number - 1]["org_code"],
            household_id=row["household_id"],
            description=told(script[number - 1], answers[number]),
        )
        for number in problems
    }
    await derive(tx, row["id"], found, days="survey_problem_days", corrected=CORRECTED)
    detail = {"survey": survey["id"], "state": call.state, "problems": len(problems)}
    await audit.record(tx, "survey.answered", f"survey_sample/{row['id']}", detail)


async def _shown(
    tx: Transaction, survey_id: UUID, rows: Sequence[RowMapping], purpose: str | None
) -> list[dict[str, Any]]:
    sealer = await tx.sealer()
    subjects = sealer.open_many(
        "verification_task", "sealed", tx.county, [(row["task_id"].bytes, row["subject"]) for row in rows]
    )
    words = await open_documents(tx, "survey_sample", "sealed", [(row["id"], row["sealed"]) for row in rows])
    regions = await regions_of(tx)
    if purpose is not None:
        detail = {"purpose": purpose, "numbers": len(rows)}
        await audit.record(tx, "survey.numbers_read", f"survey/{survey_id}", detail)
    shown = []
    for row, blob, said in zip(rows, subjects, words, strict=True):
        subject = decode_subject(blob)
        phone = subject.phone or ""
        texts = said["texts"] if said else {}
        shown.append(
            {
                **{name: row[name] for name in row if name not in ("sealed", "subject", "household_id")},
                "name": subject.name,
                "phone": phone if purpose is not None else mask_phone(phone),
                "address": regions.full_name(row["region_code"]),
                "answers": [
                    {"question": int(number), "answer": texts.get(number, answer)}
                    for number, answer in sorted(row["answers"].items(), key=lambda each: int(each[0]))
                ],
                "note": said["note"] if said else "",
            }
        )
    return shown
