"""Stratified samples that anybody can draw again by hand (policy.md, The loop, 8; Registry and monitoring).

No random generator decides, whose next release might count differently. Within a stratum the ids are put in the
order of the hexadecimal SHA-256 of ``seed|id`` (UTF-8), and the first are taken; so ``sha256sum`` and a sorted
list suffice to check a sample, and nobody who does not know the seed beforehand can choose who comes first.

How many each stratum gives is in proportion to its size, by the largest remainders (Hamilton): never more than
the stratum holds, never one away from its exact quota, and together exactly the size asked for.
"""

import hashlib
import secrets
from collections.abc import Collection, Mapping
from decimal import ROUND_HALF_UP, Decimal

#: Enough that no two samples share a seed, short enough to be read out.
SEED_BYTES = 8


def new_seed() -> str:
    """A seed that nobody could choose: sixteen hexadecimal digits, to be stored with the sample."""
    return secrets.token_hex(SEED_BYTES)


def size_of(share: Decimal, total: int) -> int:
    """How many ``share`` (0 to 1) of ``total`` are, half rounded up; at least one where there is anybody and the
    share is above nothing."""
    if share <= 0 or total == 0:
        return 0
    wanted = int((share * total).to_integral_value(rounding=ROUND_HALF_UP))
    return min(total, max(1, wanted))


def apportion(sizes: Mapping[str, int], size: int) -> dict[str, int]:
    """How many of ``size`` each stratum gives, by ``sizes`` (stratum → how many it holds).

    All of them where ``size`` is no less than there are. What the whole quotas leave goes to the largest
    remainders; of equal ones to the larger stratum, then to the one whose name comes first.
    """
    total = sum(sizes.values())
    size = max(0, min(size, total))
    given = {stratum: size * held // total if total else 0 for stratum, held in sizes.items()}
    by_remainder = sorted(
        sizes,
        key=lambda stratum: (-(size * sizes[stratum] % total if total else 0), -sizes[stratum], stratum),
    )
    for stratum in by_remainder[: size - sum(given.values())]:
        given[stratum] += 1
    return given


def place(seed: str, member: str) -> str:
    """Where ``member`` comes in the drawing of ``seed``: the smaller, the earlier."""
    return hashlib.sha256(f"{seed}|{member}".encode()).hexdigest()


def draw(
    strata: Mapping[str, Collection[str]],
    seed: str,
    *,
    size: int | None = None,
    share: Decimal | None = None,
) -> dict[str, list[str]]:
    """The sample: stratum → the ids chosen from it, in the order they were drawn; empty strata stay, empty.

    ``strata``: each id (a UUID as text in lower case with hyphens, a code) in one stratum only. ``size`` is of all
    together; ``share`` (0 to 1) too, see ``size_of``. Exactly one of the two, else ``ValueError``.
    """
    if (size is None) == (share is None):
        raise ValueError("a sample has either a size or a share")
    sizes = {stratum: len(members) for stratum, members in strata.items()}
    wanted = size_of(share, sum(sizes.values())) if share is not None else size or 0
    given = apportion(sizes, wanted)
    return {
        stratum: sorted(members, key=lambda member: place(seed, member))[: given[stratum]]
        for stratum, members in strata.items()
    }
