"""The columns of the standard sheet, as the integration guide tells them."""

from pathlib import Path

from services.household_api.imports.layouts import SHIPPED, STANDARD

GUIDE = Path(__file__).parents[3] / "docs" / "integration.md"


def test_the_guide_names_every_column_with_its_headings() -> None:
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in GUIDE.read_text().splitlines()]
    told = {
        row[1].strip("`"): (
            [row[0].removesuffix(" *"), *filter(None, row[2].split("、"))],
            row[0].endswith("*"),
        )
        for row in rows
        if len(row) == 4 and row[1].startswith("`")
    }
    for field in SHIPPED[STANDARD].fields:
        assert told[field["name"]] == (field["headings"], field["required"])
