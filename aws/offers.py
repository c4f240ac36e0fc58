"""What AWS offers: instance classes of RDS for PostgreSQL, node types of ElastiCache, versions of both engines.

The table, `aws/offers.json`, is written by `python -m scripts.offers` from what AWS's APIs answered on one day. AWS
adds to it every month, so a name that the table lacks is either mistyped or newer than the table. The
difference:

1. **Newer** is a family whose generation is above the newest of its series (`m10g` after `m9g`), or of that generation
   with a processor of AWS's (`m9i`: `g` Graviton, `i` Intel, `a` AMD, each with `b`, `d`, `e`, `f`, `n` or `z`); a
   family that RDS has for other engines or for clusters; a size `Nxlarge` that a known family lacks, since large sizes
   come later.
2. **Mistyped** is a size without a number that the family lacks (`db.m7g.micro`, `cache.t4g.tiny`), since small sizes
   come with the family; and any other name that is one letter away from one in the table (`db.t3g.micro`): one letter
   more, one less, another one, or two swapped.
3. Everything else is **unknown**, and is treated as newer: this table must not keep anybody from using what AWS has.

For versions the same holds: above the newest of its major version, or a major version that is up to three above the
newest, is newer; anything else is mistyped.
"""

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

Service = Literal["database", "cache"]
Finding = Literal["offered", "elsewhere", "newer", "mistyped"]

_FAMILY = re.compile(r"(?P<series>[a-z]+)(?P<generation>\d+)(?P<options>[a-z]*)")
_OPTIONS_OF_PROCESSORS = re.compile(r"(?:[agi][bdefnz]*)?")
_LARGE = re.compile(r"\d+xlarge")
_PREFIX: Mapping[Service, str] = {"database": "db", "cache": "cache"}
_VERSIONS_AHEAD = 3
_GENERATIONS_BACK = 3


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the table says about a name."""

    finding: Finding
    """`offered`; `elsewhere`: in other regions only; `newer` than the table; or `mistyped`."""

    nearest: str | None = None
    """The name in the table that is closest to one that it lacks; None if none is close."""


def source() -> str:
    """The package that the table was made from, and the day of its data: `cfn-lint 1.58.0 of 2026-10-20`."""
    table = _table()
    return f"{table['made_from']} of {table['as_of']}"


def judge_class(service: Service, name: str, region: str) -> Verdict:
    """Judge an instance class or node type, such as `db.m7g.large` or `cache.t4g.small`.

    Args:
        service: `database` for RDS for PostgreSQL, `cache` for ElastiCache.
        name: as the environment file has it.
        region: a region that the table lacks has everything.
    """
    everything = names(service)
    if name in everything:
        regions = _names_by_region(service)
        return Verdict(finding="offered" if name in regions.get(region, everything) else "elsewhere")
    mistyped = _is_mistyped(service, name)
    nearest = _nearest_class(service, name, region)
    return Verdict(finding="mistyped" if mistyped else "newer", nearest=nearest)


def judge_version(engine: Literal["postgresql", "valkey"], version: str) -> Verdict:
    """Judge a major version of PostgreSQL (`16`), or a version of Valkey (`8.1`)."""
    versions: list[str] = _table()[engine]
    if version in versions:
        return Verdict(finding="offered")
    newest, given = _numbers(versions[-1]), _numbers(version)
    of_its_major = [each for each in map(_numbers, versions) if each[0] == given[0]] or [newest]
    newer = of_its_major[-1] < given and given[0] <= newest[0] + _VERSIONS_AHEAD
    swapped = [each for each in versions if sorted(version) == sorted(each)]
    alike = swapped or [each for each in versions if _one_letter_apart(version, each)]
    among = versions if newer or not alike else alike
    nearest = min(among, key=lambda each: _distance(_numbers(each), given))
    return Verdict(finding="newer" if newer else "mistyped", nearest=nearest)


def versions(engine: Literal["postgresql", "valkey", "redis"]) -> tuple[str, ...]:
    """The versions of an engine in the table, oldest first; of PostgreSQL the major ones."""
    return tuple(_table()[engine])


def is_of_previous_generation(instance_class: str) -> bool:
    """Whether a class is too old for every version of PostgreSQL from 14 on, such as `db.m4.large` or `db.t2.micro`."""
    family = instance_class.split(".")[1]
    oldest: Mapping[str, int] = _table()["oldest_generation_for_postgresql"]
    return _generation(family) < oldest.get(_series(family), 0)


@cache
def names(service: Service) -> frozenset[str]:
    """All classes of a service in any region."""
    return frozenset(name for those in _names_by_region(service).values() for name in those)


def _is_mistyped(service: Service, name: str) -> bool:
    family, _, size = name.partition(".")[2].partition(".")
    match, sizes = _FAMILY.fullmatch(family), _sizes(service)
    if match is None:
        return True
    if family in sizes:
        return not _LARGE.fullmatch(size)
    if size not in {each for those in sizes.values() for each in those} and not _LARGE.fullmatch(size):
        return True
    if family in _table()["database_families_elsewhere"].split() and service == "database":
        return False
    newest = _newest(service, match["series"])
    generation, processor = int(match["generation"]), _OPTIONS_OF_PROCESSORS.fullmatch(match["options"])
    if newest and processor and generation > newest:
        return False
    if newest and processor and generation == newest and match["options"]:
        return False
    return any(_one_letter_apart(name, each) for each in names(service))


def _nearest_class(service: Service, name: str, region: str) -> str | None:
    """The name that was meant, or the newest of its series and size; None if nothing is close."""
    preferred = _preferred(service, region)
    if alike := [each for each in preferred if _one_letter_apart(name, each)]:
        return alike[0]
    family, _, size = name.partition(".")[2].partition(".")
    current = [each for each in preferred if _is_current(service, each.split(".")[1])]
    of_series = [
        each for each in current if each.endswith(f".{size}") and _series(each.split(".")[1]) == _series(family)
    ]
    return next(iter(of_series or difflib.get_close_matches(name, current, n=1, cutoff=0.6)), None)


def _is_current(service: Service, family: str) -> bool:
    """Whether a family is one of the latest generations of its series, so that it is worth a suggestion."""
    return _generation(family) > _newest(service, _series(family)) - _GENERATIONS_BACK


def _newest(service: Service, series: str) -> int:
    """The newest generation of a series in the table; 0 if it has none."""
    return max((_generation(each) for each in _sizes(service) if _series(each) == series), default=0)


def _preferred(service: Service, region: str) -> list[str]:
    """Names to suggest, newest generation first, those of the region before others: ties go to the first."""
    here = _names_by_region(service).get(region, frozenset())
    return sorted(names(service), key=lambda name: (name not in here, -_generation(name.split(".")[1]), name))


@cache
def _names_by_region(service: Service) -> Mapping[str, frozenset[str]]:
    sizes = _sizes(service)
    regions: Mapping[str, str] = _table()[service]["regions"]
    return {
        region: frozenset(
            f"{_PREFIX[service]}.{family}.{size}"
            for family, _, some in (entry.partition(":") for entry in families.split())
            for size in (some.split(",") if some else sizes[family])
        )
        for region, families in regions.items()
    }


@cache
def _sizes(service: Service) -> Mapping[str, tuple[str, ...]]:
    return {family: tuple(sizes.split()) for family, sizes in _table()[service]["sizes"].items()}


def _series(family: str) -> str:
    match = _FAMILY.fullmatch(family)
    return match["series"] if match is not None else family


def _generation(family: str) -> int:
    match = _FAMILY.fullmatch(family)
    return int(match["generation"]) if match is not None else 0


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _distance(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(abs(a - b) for a, b in zip(one, other, strict=False))


def _one_letter_apart(one: str, other: str) -> bool:
    """Whether one letter more, less or different, or two neighbours swapped, turn one text into the other."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, other_rest = one[start:], other[start:]
    return (
        rest[1:] == other_rest
        or rest == other_rest[1:]
        or rest[1:] == other_rest[1:]
        or (rest[:2] == other_rest[1::-1] and rest[2:] == other_rest[2:])
    )


@cache
def _table() -> dict[str, Any]:
    return dict(json.loads((Path(__file__).parent / "offers.json").read_text(encoding="utf-8")))
