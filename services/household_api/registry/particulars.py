"""What tells who a person is: sealed at rest, found again by blind indexes (design.md, The push, at speed)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from uuid import UUID

import msgspec

from shared.db import Transaction
from shared.identifiers.id_number import birth_date
from shared.identifiers.names import name_key, name_pinyin
from shared.sealing import MatchKeys, Sealer


class Particulars(msgspec.Struct, frozen=True, omit_defaults=True):
    """``id_number`` is normalised, ``name`` stays as it was written. ``birth_date`` only where no number says it."""

    name: str
    id_number: str | None = None
    phone: str | None = None
    birth_date: date | None = None
    address: str | None = None

    @property
    def born(self) -> date | None:
        return birth_date(self.id_number) if self.id_number else self.birth_date

    def over(self, former: "Particulars") -> "Particulars":
        """These, and what ``former`` knew where these say nothing."""
        id_number = self.id_number or former.id_number
        return Particulars(
            self.name,
            id_number,
            self.phone or former.phone,
            None if id_number else self.birth_date or former.birth_date,
            self.address or former.address,
        )


@dataclass(frozen=True, slots=True)
class Indexes:
    """Blind indexes of one person; ``content_index`` tells whether two sealed particulars are the same."""

    id_index: bytes | None
    match_index: bytes | None
    match_key_id: int | None
    name_index: bytes
    name_birth_index: bytes | None
    pinyin_index: bytes
    pinyin_birth_index: bytes | None
    content_index: bytes


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Particulars).decode


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals, opens and indexes the particulars of one county's persons."""

    county: str
    sealer: Sealer
    match_keys: MatchKeys

    def narrowed(self) -> "Vault":
        """The same with this county's keys alone, to be sent to a process that seals for this one."""
        return Vault(self.county, self.sealer.narrowed(self.county), self.match_keys)

    def seal_many(self, rows: Sequence[tuple[UUID, Particulars]]) -> list[bytes]:
        """Each bound to its person's id."""
        values = [(person_id.bytes, _encode(particulars)) for person_id, particulars in rows]
        return self.sealer.seal_many("person", "sealed", self.county, values)

    def open_many(self, rows: Sequence[tuple[UUID, bytes]]) -> list[Particulars]:
        values = [(person_id.bytes, sealed) for person_id, sealed in rows]
        return [_decode(opened) for opened in self.sealer.open_many("person", "sealed", self.county, values)]

    def index_many(self, persons: Sequence[Particulars]) -> list[Indexes]:
        mac = partial(self.sealer.mac_many, self.county)
        spelt = {name: (name_key(name), name_pinyin(name)) for name in {person.name for person in persons}}
        keys, sounds = zip(*(spelt[person.name] for person in persons), strict=True) if persons else ((), ())
        born = [person.born for person in persons]
        told = [(key, sound, day) for key, sound, day in zip(keys, sounds, born, strict=True) if day]
        numbers = [person.id_number for person in persons if person.id_number]
        ids = iter(mac([b"id:" + number.encode() for number in numbers]))
        matches = iter(self.match_keys.mac_many([number.encode() for number in numbers]))
        births = iter(mac([_name_birth(key, day) for key, _, day in told]))
        sound_births = iter(mac([_sound_birth(sound, day) for _, sound, day in told]))
        return [
            Indexes(
                next(ids) if person.id_number else None,
                next(matches) if person.id_number else None,
                self.match_keys.current_key_id if person.id_number else None,
                name_index,
                next(births) if day else None,
                pinyin_index,
                next(sound_births) if day else None,
                content,
            )
            for person, day, name_index, pinyin_index, content in zip(
                persons,
                born,
                mac([b"name:" + key.encode() for key in keys]),
                mac([b"pinyin:" + sound.encode() for sound in sounds]),
                mac([b"content:" + _encode(person) for person in persons]),
                strict=True,
            )
        ]

    def id_indexes(self, id_numbers: Sequence[str]) -> list[bytes]:
        """Of normalised numbers."""
        return self.sealer.mac_many(self.county, [b"id:" + number.encode() for number in id_numbers])

    def name_indexes(self, names: Sequence[str]) -> list[bytes]:
        """Two spellings of one name (``name_key``) have one index."""
        return self.sealer.mac_many(self.county, [b"name:" + name_key(name).encode() for name in names])

    def name_birth_indexes(self, pairs: Sequence[tuple[str, date]]) -> list[bytes]:
        """Of names with birth dates."""
        return self.sealer.mac_many(self.county, [_name_birth(name_key(name), born) for name, born in pairs])

    def pinyin_indexes(self, names: Sequence[str]) -> list[bytes]:
        """Names that sound alike have one index."""
        return self.sealer.mac_many(self.county, [b"pinyin:" + name_pinyin(name).encode() for name in names])

    def pinyin_birth_indexes(self, pairs: Sequence[tuple[str, date]]) -> list[bytes]:
        return self.sealer.mac_many(
            self.county, [_sound_birth(name_pinyin(name), born) for name, born in pairs]
        )


def _name_birth(key: str, born: date) -> bytes:
    return f"name+birth:{born.isoformat()}{key}".encode()


def _sound_birth(sound: str, born: date) -> bytes:
    return f"pinyin+birth:{born.isoformat()}{sound}".encode()


async def vault_of(tx: Transaction) -> Vault:
    """The vault of the call's county."""
    return Vault(tx.county, await tx.sealer(), tx.service.match_keys)
