"""Carrying a file of changes out in the four schemas, as their owner: one transaction in each."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.household_api.followers import register_followers
from services.household_api.regions import changes as household
from services.household_api.regions.repository import known_regions
from services.identity_api.clients import recoding as identity
from services.warning_api.dispatch import recoding as warning
from shared.auth import Actor, Reach
from shared.clock import BusinessClock
from shared.db import Transaction
from shared.identifiers.regions import region_range
from shared.parameters.copies import keep_row
from shared.regions import Region, change_regions
from shared.runtime.context import ServiceContext
from shared.runtime.settings import ServiceSettings

from .changes_file import Change
from .errors import RegionsChangeRefused
from .plan import Known, Plan, plan
from .report import in_words

ACTOR: Final = Actor("regions apply")

HOW_TO_PLACE: Final = (
    "请先以 new 新设后继村，在系统中将各户迁入（办结在办任务），再应用本行；或逐村写明 recoded、merged"
)

#: The first to be entered is the last to be committed: household holds the record of what has been carried out, so
#: that after a kill between two commits the same file is carried out again, where the others have it already.
SERVICES: Final = ("household_api", "identity_api", "funds_api", "warning_api")


@dataclass(frozen=True, slots=True)
class Owner:
    """How the owner reaches the schemas, beside the services or without them."""

    url: str
    kek_file: Path
    match_key_file: Path
    clock: BusinessClock


@dataclass(frozen=True, slots=True)
class Applied:
    """What one county has gained, or would. ``moved``: former code -> present code, how many of what.

    ``left_behind``: clients with a grant on a code that no single code follows, and the code.
    """

    county: str
    changes: Sequence[household.RecordedChange]
    moved: Mapping[str, tuple[str, Mapping[str, int]]]
    grants: Sequence[identity.MovedGrant]
    left_behind: Sequence[tuple[str, str]]


async def apply_changes(
    owner: Owner, changes: Sequence[Change], *, source: str, dry_run: bool = False
) -> list[Applied]:
    """Carry ``changes`` out, whole or not at all; ``dry_run``: nothing stays. ``source`` is the file's name.

    What is carried out already is left alone, but what has come onto a former code since goes along. Raises
    ``RegionsChangeRefused``.
    """
    today = owner.clock.today()
    if late := [change for change in changes if change.effective_on > today]:
        raise RegionsChangeRefused(
            f"第{late[0].line}行：{late[0].code} 于 {late[0].effective_on} 生效，今天是 {today}；"
            "请到期再应用，或以 --on 只应用到某日为止的变更"
        )
    register_followers()
    by_county: dict[str, list[Change]] = {}
    for change in changes:
        by_county.setdefault(change.county, []).append(change)
    async with AsyncExitStack() as held:
        services = {}
        for name in SERVICES:
            services[name] = context = ServiceContext(_settings(owner, name, len(by_county)), owner.clock)
            held.push_async_callback(context.close)
        applied = []
        # Every county stays open until the last has been found right, so that a file is whole or nothing.
        async with AsyncExitStack() as open_counties:
            for county, of_county in sorted(by_county.items()):
                work = {
                    name: await open_counties.enter_async_context(_transaction(context, county, dry_run))
                    for name, context in services.items()
                }
                applied.append(await _carry_out(work, county, of_county, source))
        return applied


def _settings(owner: Owner, service: str, connections: int) -> ServiceSettings:
    return ServiceSettings(
        service=service,
        environment="",
        database_url=owner.url,
        listen_url=owner.url,
        kek_file=owner.kek_file,
        match_key_file=owner.match_key_file,
        identity_url="",
        issuer="",
        warning_url="",
        household_url="",
        funds_url="",
        client_id="",
        client_secret_file=Path(),
        seal_algorithm="sm4-gcm",
        pool_size=connections,
    )


@asynccontextmanager
async def _transaction(context: ServiceContext, county: str, dry_run: bool) -> AsyncIterator[Transaction]:
    async with context.database.begin(context, Reach(county, (region_range(county),)), ACTOR) as tx:
        if dry_run:
            tx.discard()
        yield tx


async def _carry_out(
    work: Mapping[str, Transaction], county: str, changes: Sequence[Change], source: str
) -> Applied:
    registry = work["household_api"]
    await household.take_turns(registry)
    planned = await _planned(registry, county, changes)
    moves = planned.change.moves
    codes = [*moves, *planned.homeless]
    counted = await household.standing(registry, codes)
    for code, kinds in (await warning.standing(work["warning_api"], codes)).items():
        counted.setdefault(code, {}).update(kinds)
    for code, line in planned.homeless.items():
        if code in counted:
            raise RegionsChangeRefused(
                f"第{line}行：{code} 停用后，其下 {in_words(counted[code])} 归向不明；{HOW_TO_PLACE}"
            )

    grants = await identity.planned(work["identity_api"], moves, planned.change.served_by)
    for name in ("household_api", "warning_api", "funds_api"):
        await change_regions(work[name], planned.change)
    await household.move(registry, moves)
    await warning.move(work["warning_api"], moves)
    await identity.move(work["identity_api"], grants)
    since = min(change.effective_on for change in changes)
    for version in await household.retire(registry, planned.retired, source, since):
        for name in ("warning_api", "funds_api"):
            await keep_row(work[name], county, dict(version))
    await household.record(registry, planned.new, counted)
    moved = {code: (to, counted[code]) for code, to in moves.items() if code in counted}
    left_behind = await identity.on_codes(work["identity_api"], planned.homeless)
    return Applied(county, planned.new, moved, grants, left_behind)


async def _planned(registry: Transaction, county: str, changes: Sequence[Change]) -> Plan:
    rows = await known_regions(registry)
    if not rows:
        raise RegionsChangeRefused(f"第{changes[0].line}行：{changes[0].code} 所属的县 {county} 不在本系统中")
    known = {
        row["code"]: Known(
            Region(row["code"], row["name"], row["level"], row["parent_code"], row["served_by"]),
            row["valid_from"],
            row["valid_to"],
        )
        for row in rows
    }
    return plan(county, known, await household.recorded(registry), changes)
