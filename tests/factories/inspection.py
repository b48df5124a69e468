"""Problems and petitions; ``fields`` override, None leaves out."""

from typing import Any

from tests.factories.warnings import VILLAGE


def finding(**fields: Any) -> dict[str, Any]:
    """A problem that a provincial inspection has found, for YB and the first township."""
    made = {
        "source_name": "2026年省级督查",
        "source_level": "province",
        "found_on": "2026-11-02",
        "region_code": VILLAGE,
        "org_code": "YB",
        "description": "张三家大病救助未落实",
        **fields,
    }
    return {name: value for name, value in made.items() if value is not None}


def passed_down(**fields: Any) -> dict[str, Any]:
    """A petition from the city, for a village of the first township."""
    made = {
        "from_level": "city",
        "document_no": "绥信转〔2026〕12号",
        "received_on": "2026-11-06",
        "region_code": VILLAGE,
        "subject": "李四反映低保未按时发放",
        **fields,
    }
    return {name: value for name, value in made.items() if value is not None}
