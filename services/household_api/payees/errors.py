"""What is refused about households to be checked."""

from shared.errors import Unprocessable


class InvalidHouseholds(Unprocessable):
    code = "households_invalid"
    title, title_en = "待核对的户有误", "The households have errors"
