"""Cuts the installed jsii assembly of the AWS bindings down to the submodules in use, and caches the result.

The installed one is 120 MB of JSON with 23,000 types and 2,200 folders of JavaScript. The submodules do not refer to
one another, so that any set of them is an assembly of its own. A cut is named by what it was made from (bindings,
submodules, assembly name) and never changed afterwards, only replaced by the same content.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from bindings.places import ASSEMBLY, FORMAT, PACKAGE, bindings_version, cache_folder, package_folder


class UnknownLayoutError(Exception):
    """The installed assembly does not look as expected; it has to be used whole."""


def installed() -> Path:
    """The assembly inside the installed bindings."""
    return package_folder(PACKAGE) / "_jsii" / f"provider-aws@{bindings_version()}.jsii.tgz"


def existing(submodules: Iterable[str]) -> frozenset[str]:
    """Those of the names that are submodules of the installed bindings."""
    folder = package_folder(PACKAGE)
    return frozenset(
        name
        for name in submodules
        if name.isidentifier() and not name.startswith("_") and (folder / name / "__init__.py").is_file()
    )


def cut_file(submodules: Iterable[str], name: str = ASSEMBLY) -> Path:
    """Where the cut with these submodules is, or will be."""
    made_from = "\n".join((str(FORMAT), bindings_version(), name, *sorted(submodules)))
    return cache_folder() / "cuts" / f"{hashlib.sha256(made_from.encode()).hexdigest()[:24]}.tgz"
