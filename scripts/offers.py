"""Writes `aws/offers.json`, the table of engine versions, instance classes and node types that AWS offers by region.

The data is that of the package `cfn-lint`, which gets it from AWS's own APIs and is installed with moto. Here it is
reduced to what Windlass can run, PostgreSQL on RDS and Valkey on ElastiCache, and written so that a diff can be read:
a line for each family of classes with its sizes, and one for each region with its families.

    python -m scripts.offers
"""

import json
import re
from collections.abc import Iterable, Mapping
from importlib import resources
from importlib.metadata import version
from typing import Any

from workspace import WINDLASS_FOLDER

TABLE = WINDLASS_FOLDER / "aws" / "offers.json"
_EXTENSIONS = "cfnlint.data.schemas.extensions"
_SCHEMAS = "cfnlint.data.schemas"
OLDEST_MAJOR = 14
"""Of PostgreSQL; what older versions run on is left out."""

Offers = dict[str, set[str]]
"""Region → names of classes, without `db.` or `cache.`."""


def main() -> int:
    """Write the table, if it changed."""
    text = table()
    if not TABLE.exists() or TABLE.read_text(encoding="utf-8") != text:
        TABLE.write_text(text, encoding="utf-8")
        print(f"written: {TABLE.relative_to(WINDLASS_FOLDER)}")
    return 0


def table() -> str:
    """The table as it is written: JSON with a line for each family and region."""
    classes = _read("aws_rds_dbinstance", "dbinstanceclass_enum")
    nodes = _read("aws_elasticache_cachecluster", "cachenodetype_enum")
    database = {region: _classes_of(rules, "postgres") for region, rules in classes.items() if region != "description"}
    cache = {region: _names(offer["enum"]) for region, offer in nodes.items() if region != "description"}
    others = {_family(name) for rules in classes.values() if isinstance(rules, dict) for name in _all_classes(rules)}
    supported = _families_of_supported_versions()
    others |= supported
    content = {
        "made_from": f"cfn-lint {version('cfn-lint')}",
        "as_of": _schema_date(),
        "postgresql": _majors(_versions("aws_rds_dbinstance", "postgres")),
        "oldest_generation_for_postgresql": _oldest_generations(supported),
        "valkey": sorted(_versions("aws_elasticache_cachecluster", "valkey"), key=_number),
        "redis": sorted(_versions("aws_elasticache_cachecluster", "redis"), key=_number),
        "database": _compact(database),
        "database_families_elsewhere": " ".join(
            sorted(others - {_family(name) for names in database.values() for name in names})
        ),
        "cache": _compact(cache),
    }
    return json.dumps(content, indent=1) + "\n"


def _read(resource: str, name: str) -> dict[str, Any]:
    text = resources.files(f"{_EXTENSIONS}.{resource}").joinpath(f"{name}.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def _schema_date() -> str:
    """The day of cfn-lint's data."""
    data = json.loads(resources.files(_SCHEMAS).joinpath("version.json").read_text(encoding="utf-8"))
    return str(data["schema_date"])[:10]


def _classes_of(rules: Mapping[str, Any], engine: str) -> set[str]:
    """The classes that a region offers for an engine, whatever the licence."""
    return {
        name
        for rule in rules["allOf"]
        if rule["if"]["properties"].get("Engine", {}).get("const") == engine
        for name in _names(rule["then"]["properties"]["DBInstanceClass"]["enum"])
    }


def _families_of_supported_versions() -> set[str]:
    """Families that run a version of PostgreSQL that Windlass runs, from `OLDEST_MAJOR` on."""
    families = set()
    for rule in _read("aws_rds_dbinstance", "db_instance_class")["allOf"]:
        properties = rule["if"]["properties"]
        match = re.match(r"\^\((\d+)", properties.get("EngineVersion", {}).get("pattern", ""))
        if properties["Engine"].get("const") == "postgres" and match is not None and int(match[1]) >= OLDEST_MAJOR:
            families |= {_family(name) for name in _names(rule["then"]["properties"]["DBInstanceClass"]["enum"])}
    return families


def _oldest_generations(families: Iterable[str]) -> dict[str, int]:
    """The lowest generation of each series: `m` → 5 for `m5`, `m6g`, `m7g`."""
    oldest: dict[str, int] = {}
    for family in sorted(families):
        match = re.match(r"([a-z]+)(\d+)", family)
        if match is not None:
            oldest[match[1]] = min(int(match[2]), oldest.get(match[1], 1000))
    return oldest


def _all_classes(rules: Mapping[str, Any]) -> set[str]:
    return {name for rule in rules["allOf"] for name in _names(rule["then"]["properties"]["DBInstanceClass"]["enum"])}


def _names(classes: Iterable[str]) -> set[str]:
    """Names without their first part; `db.serverless` and others without a size are left out."""
    return {name.partition(".")[2] for name in classes if name.count(".") == 2}


def _versions(resource: str, engine: str) -> set[str]:
    for rule in _read(resource, "engine_version")["allOf"]:
        if rule["if"]["properties"]["Engine"].get("const") == engine:
            return set(rule["then"]["properties"]["EngineVersion"]["enum"])
    raise LookupError(f"cfn-lint has no versions of {engine}")


def _majors(versions: Iterable[str]) -> list[str]:
    """Major versions of PostgreSQL since 10, where the first number became the major version."""
    return sorted({name for name in versions if re.fullmatch(r"1\d|[2-9]\d", name)}, key=_number)


def _number(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.split("."))


def _compact(offers: Offers) -> dict[str, dict[str, str]]:
    """Sizes by family, and families by region; a region that lacks some sizes names those it has: `m1:small`."""
    sizes: dict[str, set[str]] = {}
    for names in offers.values():
        for name in names:
            sizes.setdefault(_family(name), set()).add(_size(name))
    regions = {}
    for region, names in sorted(offers.items()):
        families = []
        for family in sorted({_family(name) for name in names}):
            here = {_size(name) for name in names if _family(name) == family}
            families.append(family if here == sizes[family] else f"{family}:{','.join(sorted(here, key=_weight))}")
        regions[region] = " ".join(families)
    return {
        "sizes": {family: " ".join(sorted(those, key=_weight)) for family, those in sorted(sizes.items())},
        "regions": regions,
    }


def _family(name: str) -> str:
    return name.partition(".")[0]


def _size(name: str) -> str:
    return name.partition(".")[2]


def _weight(size: str) -> float:
    """Order of sizes: `micro` before `large`, `2xlarge` before `12xlarge`; words that are unknown come last."""
    words = ("nano", "micro", "small", "medium", "large", "xlarge")
    times = re.fullmatch(r"(\d+)xlarge", size)
    if times is not None:
        return len(words) + int(times[1])
    return words.index(size) if size in words else 1000


if __name__ == "__main__":
    raise SystemExit(main())
