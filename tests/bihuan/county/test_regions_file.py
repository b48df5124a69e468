"""What a region file may look like, and every way in which it is refused."""

from pathlib import Path

import pytest

from bihuan.county import RegionsFileRefused, load_regions
from bihuan.sample.county import SUILENG_FILE, YICHANG_FILE

HEADER = "code,name,parent,level,served_by"
ROWS = [
    "230000000000,黑龙江省,,province,",
    "231200000000,绥化市,230000000000,city,",
    "231226000000,绥棱县,231200000000,county,",
    "231226100000,绥棱镇,231226000000,township,",
    "231226100201,东方红村委会,231226100000,village,",
    "231226580000,种马场,231226000000,township,231226100000",
]


def write(tmp_path: Path, lines: list[str], encoding: str = "utf-8") -> Path:
    path = tmp_path / "regions.csv"
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def test_the_sample_county() -> None:
    (county,) = load_regions(SUILENG_FILE)
    assert (county.code, county.name) == ("231226", "绥棱县")
    assert len(county.townships()) == 24
    assert county.served_by("231226100") == ["231226404", "231226581"]
    assert [region.code for region in county.regions[:3]] == ["23", "2312", "231226"]
    assert len(county.regions) == 142


def test_several_counties_each_with_its_ancestors() -> None:
    counties = load_regions(YICHANG_FILE)
    assert len(counties) == 13
    assert sum(len(county.regions) - 2 for county in counties) == 13 + 113 + 1650
    for county in counties:
        assert {region.code for region in county.regions if len(region.code) < 6} == {"42", "4205"}
        assert all(region.code.startswith(county.code) for region in county.regions[2:])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_and_blank_lines(tmp_path: Path, encoding: str) -> None:
    lines = [
        "Level, code ,name,parent,served_by,note",
        "",
        *(_reordered(row) for row in reversed(ROWS)),
        ",,,,,",
    ]
    (county,) = load_regions(write(tmp_path, lines, encoding))
    assert county.name == "绥棱县"
    assert county.served_by("231226100") == ["231226580"]


def _reordered(row: str) -> str:
    code, name, parent, level, served_by = row.split(",")
    return f"{level}, {code},{name} ,{parent},{served_by},remark"


@pytest.mark.parametrize(
    ("row", "line", "word"),
    [
        ("231226100000,绥棱镇,231226000000,township,", 8, "与第5行重复"),
        ("231227100000,他镇,231226000000,township,", 8, "上级应为 231227"),
        ("231227000000,望奎县,,county,", 8, "上级应为 2312，文件中是 空"),
        ("231226300201,村,231226300000,village,", 8, "上级 231226300 不在文件中"),
        ("231226101000,上集镇,231226000000,town,", 8, "level 为 'town'"),
        ("231226101000,上集镇,231226000000,village,", 8, "是 township 级代码"),
        ("231226101000,,231226000000,township,", 8, "名称"),
        ("2312261010,上集镇,231226000000,township,", 8, "不是 12 位"),
        ("2.31226E+11,上集镇,231226000000,township,", 8, "不是 12 位"),
        ("231226101000,上集镇,231226000000,township,231226100201", 8, "应为文件中的乡镇"),
        ("231226101000,上集镇,231226000000,township,231226999000", 8, "应为文件中的乡镇"),
        ("231226101000,上集镇,231226000000,township,231226580000", 8, "自己也由他处代管"),
        ("231226100202,东升村,231226100000,village,231226100000", 8, "只用于乡镇级"),
        ('231226101000,"上集镇,231226000000,township,', 8, "不是有效的 CSV"),
        ("441900000000,东莞市,440000000000,city,", 8, "上级 44 不在文件中"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, row: str, line: int, word: str) -> None:
    with pytest.raises(RegionsFileRefused) as refused:
        load_regions(write(tmp_path, [HEADER, *ROWS, row]))
    assert str(refused.value).startswith(f"第{line}行")
    assert word in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_township_without_a_county_of_its_own(tmp_path: Path) -> None:
    rows = ["440000000000,广东省,,province,", "441900000000,东莞市,440000000000,city,"]
    rows.append("441900003000,东城街道,441900000000,township,")
    with pytest.raises(RegionsFileRefused, match="第4行：441900003 所属的县 441900 不在文件中"):
        load_regions(write(tmp_path, [HEADER, *rows]))


def test_served_across_counties_or_too_often(tmp_path: Path) -> None:
    other = [
        "231227000000,望奎县,231200000000,county,",
        "231227400000,林场,231227000000,township,231226100000",
    ]
    with pytest.raises(RegionsFileRefused, match=r"第9行：.*不在同一县"):
        load_regions(write(tmp_path, [HEADER, *ROWS, *other]))
    farms = [f"23122640{n}000,林场{n},231226000000,township,231226100000" for n in range(3)]
    with pytest.raises(RegionsFileRefused, match="代管 4 个单位，最多 3 个"):
        load_regions(write(tmp_path, [HEADER, *ROWS, *farms]))


def test_a_file_that_is_no_region_file(tmp_path: Path) -> None:
    with pytest.raises(RegionsFileRefused, match="缺少列 parent、level"):
        load_regions(write(tmp_path, ["code,name", "231226000000,绥棱县"]))
    with pytest.raises(RegionsFileRefused, match="没有县级"):
        load_regions(write(tmp_path, [HEADER, *ROWS[:2]]))
    with pytest.raises(RegionsFileRefused, match="缺少列"):
        load_regions(write(tmp_path, []))
    with pytest.raises(RegionsFileRefused, match="无法读取"):
        load_regions(tmp_path / "nothing.csv")
    binary = tmp_path / "regions.xlsx"
    binary.write_bytes(b"PK\x03\x04\xff\xff\x00")
    with pytest.raises(RegionsFileRefused, match="GB18030"):
        load_regions(binary)
