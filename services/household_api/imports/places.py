"""Townships and villages by the names that files have for them. Decisions without I/O."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from services.household_api.registry.rules import RowError
from shared.regions import Region, Regions
from shared.tables.columns import plain_word

#: What may stand behind a name or be left out, the longest first.
_TOWNSHIP_ENDINGS: Final = ("人民政府", "街道办事处", "办事处", "街道", "乡", "镇")
_VILLAGE_ENDINGS: Final = ("村民委员会", "居民委员会", "村委会", "居委会", "社区", "村")
_SHOWN: Final = 8


class Places:
    """The places of one county by name; ``find`` remembers what it has been asked."""

    def __init__(self, regions: Regions) -> None:
        self._regions = regions
        self._county = _short(regions.name(regions.county), ("县", "市", "区"))
        self._townships: dict[str, list[Region]] = {}
        self._villages: dict[str, list[Region]] = {}
        for region in filter(None, map(regions.get, regions.codes)):
            if region.level == "township":
                self._townships.setdefault(_short(region.name, _TOWNSHIP_ENDINGS), []).append(region)
            elif region.level == "village":
                self._villages.setdefault(_short(region.name, _VILLAGE_ENDINGS), []).append(region)
        self._found: dict[tuple[str, str, str], str | RowError] = {}

    def find(self, county: str, township: str, village: str) -> str | RowError:
        """The code of the village (of the township, where no village is named), or what is wrong with the names."""
        key = (county, township, village)
        if key not in self._found:
            self._found[key] = self._find(county, township, village)
        return self._found[key]

    def _find(self, county: str, township: str, village: str) -> str | RowError:
        if county and _short(county, ("县", "市", "区")) != self._county:
            name = self._regions.name(self._regions.county)
            return RowError("county_name", "region_other_county", f"本次导入的是{name}，请核对该行的县名")
        if not township and not village:
            return RowError("region_code", "region_code_missing", "请填写村代码，或填写乡镇名称和村名称")
        within: list[Region] = []
        if township:
            within = _exact(self._townships.get(_short(township, _TOWNSHIP_ENDINGS), []), township)
            if len(within) != 1:
                return self._refused("township_name", "乡镇", township, within, self._townships)
            if not village:
                return within[0].code
        found = [
            each
            for each in self._villages.get(_short(village, _VILLAGE_ENDINGS), [])
            if not within or each.code.startswith(within[0].code)
        ]
        found = _exact(found, village)
        if len(found) == 1:
            return found[0].code
        near = {
            word: places
            for word, places in self._villages.items()
            if not within or any(place.code.startswith(within[0].code) for place in places)
        }
        return self._refused("village_name", "村", village, found, near)

    def _refused(
        self, field: str, kind: str, name: str, found: list[Region], known: dict[str, list[Region]]
    ) -> RowError:
        if found:
            places = "、".join(sorted(self._regions.full_name(each.code) for each in found[:_SHOWN]))
            return RowError(
                field,
                "region_ambiguous",
                f"本县不止一个{kind}叫这个名字：{places}，请写明乡镇或填写{kind}代码",
            )
        endings = _TOWNSHIP_ENDINGS if kind == "乡镇" else _VILLAGE_ENDINGS
        words = get_close_matches(_short(name, endings), known, _SHOWN, 0.3) or sorted(known)[:_SHOWN]
        names = "、".join(dict.fromkeys(each.name for word in words for each in known[word]))
        return RowError(field, "region_unknown", f"本县没有这个名称的{kind}，是否为：{names}")


def _short(name: str, endings: Iterable[str]) -> str:
    """The name without what kind of place it is; one that is nothing else stays whole."""
    word = plain_word(name)
    for ending in endings:
        if word.endswith(ending) and len(word) > len(ending):
            return word.removesuffix(ending)
    return word


def _exact(found: list[Region], name: str) -> list[Region]:
    """Of several places with one short name those that are written exactly so, if there are any."""
    if len(found) < 2:
        return found
    word = plain_word(name)
    return [each for each in found if plain_word(each.name) == word] or found
