"""What money is for, and what kind a project is (contract.md, Words in tables and JSON)."""

from typing import Annotated, Literal

from pydantic import Field

Purpose = Literal["industry", "infrastructure", "livelihood", "management", "other"]

#: A budget year.
Year = Annotated[int, Field(ge=2000, le=2100)]
