"""Invented figures of a month or a quarter."""

from typing import Any

from services.warning_api.bulletins.figures import COUNTS


def row(key: str, name: str, **counts: Any) -> dict[str, Any]:
    """A line of the loop; what is not given is 0."""
    made: dict[str, Any] = {
        "key": key,
        "name": name,
        "org_code": key[:2],
        "median_days": None,
        "on_time_share": None,
    }
    made |= dict.fromkeys(COUNTS, 0) | counts
    if made["verified"]:
        made["on_time_share"] = made["on_time"] / made["verified"]
    return made


def busy(pushed: int, **counts: Any) -> dict[str, Any]:
    """Counts that go with so many warnings pushed."""
    whole = {"pushed": pushed, "filed": pushed, "dispatched": pushed, "received": pushed, "verified": pushed}
    return {**whole, "on_time": pushed, "fed_back": pushed, "closed": pushed, **counts}


def month(pushed: int, **counts: Any) -> dict[str, list[dict[str, Any]]]:
    """A month in which one department pushed so many for one township."""
    return {
        "department": [row("YB", "医保局", **busy(pushed, **counts))],
        "township": [row("231226100", "绥棱镇", **busy(pushed, **counts))],
        "indicator": [row("YB01", "住院自付费用较高", **busy(pushed, **counts))],
    }


def figures(kind: str, period: str, loop: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "period": period,
        "as_of": "2026-12-02",
        "county_name": "绥棱县",
        "loop": loop,
        "pushes": {},
        "problems": None,
        "rechecks": [],
        **more,
    }


FORM = {
    "issuer": "绥棱县农业农村局",
    "red_head": "绥棱县农业农村局文件",
    "number": "绥农监〔{year}〕{number}号",
    "addressees": "各乡镇人民政府",
    "copies": "",
    "printed_by": "",
}
