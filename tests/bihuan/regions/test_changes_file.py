"""Files of changes that are not taken, each with the line and what would be right."""

from datetime import date
from pathlib import Path

import pytest

from bihuan.regions.changes_file import load_changes
from bihuan.regions.errors import RegionsChangeRefused

HEAD = "effective_on,kind,code,name,parent,level,successors\n"


def written(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "changes.csv"
    path.write_text(HEAD + "\n".join(lines) + "\n")
    return path


def test_lines_by_day_codes_in_their_short_form(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "2026-11-02,renamed,231226100000,绥棱新镇,231226000000,township,",
        "2026-11-01,split,231226101,,,,231226101000;231226102",
        ",,,,,,",
    )
    first, second = load_changes(path)
    assert (first.kind, first.code, first.successors) == ("split", "231226101", ("231226101", "231226102"))
    assert (second.effective_on, second.code, second.name, second.line) == (
        date(2026, 11, 2),
        "231226100",
        "绥棱新镇",
        2,
    )


@pytest.mark.parametrize("day", ["2026-11-08", "2026.11.8", "2026/11/8", "20261108", "2026年11月8日"])
def test_a_day_is_written_as_everywhere(tmp_path: Path, day: str) -> None:
    (change,) = load_changes(written(tmp_path, f"{day},merged,231226101,,,,231226100"))
    assert change.effective_on == date(2026, 11, 8)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["2026-11-01,merge,231226101,,,,231226100"], "第2行：kind 为 'merge'，应为 merged 撤并"),
        (["2026年,merged,231226101,,,,231226100"], "生效日期 '2026年' 应写作 2026-01-01"),
        ([",merged,231226101,,,,231226100"], "生效日期 '' 应写作 2026-01-01"),
        (["2026-11-01,merged,231226,,,,231281"], "231226 是县级代码，不能就地变更"),
        (["2026-11-01,renamed,2312,新绥化,,,"], "2312 是省市级代码"),
        (["2026-11-01,merged,231226101,,,,231281100"], "后继 231281100 属于另一县"),
        (["2026-11-01,merged,231226101,,,,231226100201"], "不同级"),
        (["2026-11-01,merged,231226101,,,,"], "要一个后继代码"),
        (["2026-11-01,split,231226101,,,,231226100"], "至少要两个"),
        (["2026-11-01,closed,231226101,,,,231226100"], "不带后继代码"),
        (["2026-11-01,recoded,231226101,,,,231226101"], "后继不能是它自己"),
        (["2026-11-01,new,231226102,,,,"], "须写名称"),
        (["2026-11-01,new,231226102,新镇,2312,,"], "上级应为 231226"),
        (["2026-11-01,new,231226102,新镇,,village,"], "是 township 级代码，level 却是 village"),
        (["2026-11-01,new,23122,新镇,,,"], "不是区划代码"),
        (
            ["2026-11-01,renamed,231226101,甲,,,", "2026-11-01,merged,231226101,,,,231226100"],
            "第3行：231226101 在 2026-11-01 已有第2行的变更",
        ),
        (
            ["2026-11-01,merged,231226101,,,,231226100", "2026-11-01,merged,231226100,,,,231226101"],
            "后继代码成环：231226101 → 231226100 → 231226101",
        ),
        ([], "没有变更"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, lines: list[str], said: str) -> None:
    with pytest.raises(RegionsChangeRefused) as refused:
        load_changes(written(tmp_path, *lines))
    assert said in str(refused.value)


@pytest.mark.parametrize("name", ["新\x00村", "新\x1b[31m村", '"新\n村"', "新\x85村"])
def test_a_name_with_control_characters_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, f"2026-11-01,new,231226100203,{name},231226100,village,")
    with pytest.raises(RegionsChangeRefused, match="name 中有空字符、换行等控制字符") as refused:
        load_changes(path)
    assert "\n" not in str(refused.value)
