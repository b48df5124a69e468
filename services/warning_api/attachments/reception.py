"""A file received from its sender and cleaned, before any transaction begins."""

from fastapi import Request

from services.warning_api.attachments.cleaning import Cleaned, clean
from services.warning_api.attachments.errors import AttachmentTooLarge, AttachmentTypeUnknown
from services.warning_api.attachments.rules import MOST_BYTES, kind_of
from shared.db.turns import Turns
from shared.runtime.receiving import declares_more, paced
from shared.tables.decoding import receive
from shared.tables.errors import TableTooLarge

#: Of one service process: each takes up to a gibibyte for some seconds.
CLEANED_AT_ONCE = 2

#: A township that sends the photos of a day one after the other waits for a second; others behind it not for ever.
PATIENCE_SECONDS = 30.0


def cleaning_turns() -> Turns:
    return Turns(CLEANED_AT_ONCE, PATIENCE_SECONDS)


async def cleaned_file(request: Request) -> tuple[Cleaned, bytes]:
    """The cleaned file and the SHA-256 of the one that was sent.

    Refuses 415 for another type, 413 as soon as it is too large, 408 for what does not come, 422 for what it is
    not, 503 where it has waited too long for its turn.
    """
    kind = kind_of(request.headers.get("content-type", ""))
    if kind is None or request.headers.get("content-encoding", "identity") != "identity":
        raise AttachmentTypeUnknown()
    if declares_more(request, MOST_BYTES):
        raise AttachmentTooLarge()
    try:
        body = await receive(paced(request.stream()), None, MOST_BYTES)
    except TableTooLarge:
        raise AttachmentTooLarge() from None
    with body:
        turns: Turns = request.app.state.cleaning_turns
        await turns.take()
        try:
            return await clean(body.file, kind), body.sha256
        finally:
            turns.give_back()
