"""ETag and If-Match: nobody overwrites what they have not seen."""

from typing import Annotated

from fastapi import Depends, Header, Response

from shared.errors import PreconditionFailed, PreconditionRequired


class IfMatch:
    """The request's If-Match header; checked by the service once it knows that the thing exists."""

    def __init__(self, if_match: Annotated[str | None, Header()] = None) -> None:
        self.value = if_match

    def check(self, version: int) -> None:
        """Raises ``PreconditionRequired`` (428) without the header, ``PreconditionFailed`` (412) when stale."""
        if self.value is None:
            raise PreconditionRequired()
        tags = {tag.strip().removeprefix("W/") for tag in self.value.split(",")}
        if "*" not in tags and etag(version) not in tags:
            raise PreconditionFailed()


Precondition = Annotated[IfMatch, Depends()]


def etag(version: int) -> str:
    return f'"{version}"'


def tagged(response: Response, version: int) -> None:
    """Put the ETag of ``version`` on an answer."""
    response.headers["ETag"] = etag(version)
