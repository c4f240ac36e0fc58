"""Where trimmed jsii assemblies are cached: the AWS bindings reduced to the submodules in use.

The installed assembly is 120 MB of JSON with 23,000 types and 2,200 folders of JavaScript. Its submodules do not refer
to one another, so any set of them is a valid assembly. A trimmed assembly is named after its inputs (bindings,
submodules, assembly name) and never changes, it is only replaced by the same content.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from bindings.paths import ASSEMBLY, FORMAT, PACKAGE, bindings_version, cache_folder, package_folder


class UnknownLayoutError(Exception):
    """The installed assembly has an unexpected layout, so it is used as a whole."""


def installed() -> Path:
    """The assembly of the installed bindings."""
    return package_folder(PACKAGE) / "_jsii" / f"provider-aws@{bindings_version()}.jsii.tgz"


def existing(submodules: Iterable[str]) -> frozenset[str]:
    """The names that are submodules of the installed bindings."""
    folder = package_folder(PACKAGE)
    return frozenset(
        name
        for name in submodules
        if name.isidentifier() and not name.startswith("_") and (folder / name / "__init__.py").is_file()
    )


def trimmed_file(submodules: Iterable[str], name: str = ASSEMBLY) -> Path:
    """Path of the trimmed assembly with these submodules, whether it exists or not."""
    key = "\n".join((str(FORMAT), bindings_version(), name, *sorted(submodules)))
    return cache_folder() / "trimmed" / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.tgz"
