"""Why a county is not set up. Every message is one clear line in Chinese."""


class CountyRefused(Exception):
    """Root of them."""


class RegionsFileRefused(CountyRefused):
    """The region file cannot be taken; the message names the line of the file."""


class CountyDiffers(CountyRefused):
    """The county is there already, with other regions."""
