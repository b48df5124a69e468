"""Why a change of regions is not carried out. Every message is one clear line in Chinese."""


class RegionsChangeRefused(Exception):
    """The file of changes cannot be taken or does not fit what is there; the message names the line."""
