"""Rows of pulled lists that do not belong where they are sent: of another list, or altered by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.warning_api.dispatch.row_keys import RowKey, claimed, read_keys
from shared.auth import Reach
from shared.regions import Regions
from shared.sealing import Sealer

#: Code and message of a refusal.
Unfit = tuple[str, str]

ALTERED = ("row_key_altered", "清单行码与任务编号不符，可能被改动或错行：请重新下载清单，只填写答复各列")


def unfit_rows(
    sealer: Sealer, reach: Reach, regions: Regions, raw_items: Sequence[Any], cycle: str | None
) -> tuple[dict[int, Unfit], dict[int, RowKey]]:
    """By place among the items: why a row is refused for its key, and the keys that are good. Rows without a key (a
    table of the township's own) are judged by their task alone. ``cycle``: the only month that is taken, if any."""
    county = regions.county
    texts = {
        place: str(raw["row_key"])
        for place, raw in enumerate(raw_items)
        if isinstance(raw, Mapping) and raw.get("row_key")
    }
    if not texts:
        return {}, {}
    keys = dict(zip(texts, read_keys(sealer, county, list(texts.values())), strict=True))
    unfit: dict[int, Unfit] = {}
    for place, key in keys.items():
        if key is None:
            said = claimed(texts[place])
            elsewhere = said is not None and not said.township.startswith(county)
            unfit[place] = (
                ("sheet_of_another_county", "该行来自其他县的清单，请上传本县下发的清单")
                if elsewhere
                else ALTERED
            )
        elif str(raw_items[place].get("task_id", "")).strip().casefold() != str(key.task_id):
            unfit[place] = ALTERED
        elif not reach.covers(key.township):
            region = regions.get(key.township)
            name = key.township if region is None else region.name
            unfit[place] = ("sheet_of_another_township", f"该行来自{name}的清单，请由该乡镇上传")
        elif cycle is not None and key.cycle != cycle:
            unfit[place] = (
                "sheet_of_another_month",
                f"该行来自 {key.cycle} 的清单，本次上传的是 {cycle} 的清单",
            )
    good = {place: key for place, key in keys.items() if key is not None and place not in unfit}
    return unfit, good
