"""What can go wrong for a caller. Every message is one line that says what to do."""

from typing import Any

import httpx


class ClientError(Exception):
    """Root of them."""


class Unreachable(ClientError):
    """A service did not answer, also after several attempts. What was asked may have been done or not."""


class UnknownTable(ClientError):
    """A file whose ending does not say what kind of table it is."""


class Refused(ClientError):
    """The service said no: its problem document (RFC 9457).

    `code` is stable English; `errors` lists `{pointer, code, message}`; `problem` is the whole document, with
    its extra members (`opens_on` of a closed window).
    """

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status = status
        self.problem = problem
        self.code = str(problem.get("code", f"http_{status}"))
        self.title = str(problem.get("title", f"HTTP {status}"))
        self.detail = str(problem.get("detail") or "")
        self.errors: list[dict[str, Any]] = list(problem.get("errors") or [])
        super().__init__(self._line())

    @classmethod
    def by(cls, response: httpx.Response) -> "Refused":
        """What a proxy answers in its own words has the status only."""
        try:
            problem = response.json()
        except ValueError:
            problem = {}
        return cls(response.status_code, problem if isinstance(problem, dict) else {})

    def _line(self) -> str:
        parts = [self.title]
        if self.detail and self.detail != self.title:
            parts.append(self.detail)
        found = [
            f"{error.get('pointer', '')} {error.get('message', '')}".strip() for error in self.errors[:3]
        ]
        if found:
            parts.append("；".join(found))
        return f"{'：'.join(parts)}（{self.code}）"
