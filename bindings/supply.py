"""Loads the types of each submodule into the kernel before its first use.

1. The submodules that earlier runs used are remembered, so a trimmed assembly with all of them exists, and the kernel
   has usually loaded it before the first import.
2. If a new submodule is imported, the project's sources are searched for all other submodules that they name, and one
   trimmed assembly with all of them is created. If the kernel has loaded one already, the new one is a supplement with
   another name, since a kernel accepts one assembly per name; the Python source of such a submodule is compiled with
   the supplement's name in its type names. The next process loads a single assembly.
3. A trimmed assembly that does not load is created once more, under another name. If the installed assembly cannot be
   trimmed, it is loaded as a whole, which is slow but always works.
"""

import importlib
import os
from pathlib import Path

import jsii
from jsii import _reference_map
from jsii.errors import JSIIError

from bindings import assembly, usage
from bindings.paths import ASSEMBLY, PACKAGE, bindings_version


class Supply:
    """The types that the kernel of this process has loaded."""

    def __init__(self) -> None:
        self._assembly_of: dict[str, str] = {}
        self._names = 0
        self._whole = False

    def assembly_name(self, submodule: str) -> str:
        """The name of the assembly with the submodule's types; loads it first if necessary.

        Raises:
            JSIIError: no assembly with them could be loaded.
        """
        # The kernel needs the types of cdktf first, since those of the bindings extend them. Its first use also
        # reports the trimmed assembly that it was started with (`loaded_early`).
        importlib.import_module("cdktf")
        if submodule not in self._assembly_of and not self._whole:
            self._supply(submodule)
        return self._assembly_of.get(submodule, ASSEMBLY)

    def loaded_early(self, submodules: frozenset[str]) -> None:
        """Note that the kernel was started with a trimmed assembly that contains these."""
        if submodules:
            self._names = 1
            self._record(submodules, ASSEMBLY)

    def _supply(self, submodule: str) -> None:
        needed = self._in_use(submodule) - self._assembly_of.keys()
        for salt in ("", os.urandom(8).hex()):
            name = self._next_name()
            try:
                file = _trimmed(needed, name, salt)
            except (assembly.UnknownLayoutError, OSError):
                break
            if self._loads(name, file):
                self._record(needed, name)
                return
            file.unlink(missing_ok=True)
        if self._names or not self._loads(ASSEMBLY, assembly.installed()):
            raise JSIIError(f"no assembly with {PACKAGE}.{submodule} could be loaded; try WINDLASS_STOCK_BINDINGS=1")
        self._whole = True

    def _in_use(self, submodule: str) -> frozenset[str]:
        needed = assembly.existing(usage.remembered())
        if submodule not in needed:
            needed |= assembly.existing(usage.in_sources() | {submodule})
            usage.remember(needed)
        return needed

    def _next_name(self) -> str:
        return f"{ASSEMBLY}-{self._names + 1}" if self._names else ASSEMBLY

    def _loads(self, name: str, file: Path) -> bool:
        self._names += 1
        try:
            jsii.kernel.load(name, bindings_version(), str(file))
        except (JSIIError, RuntimeError):
            return False
        return True

    def _record(self, submodules: frozenset[str], name: str) -> None:
        self._assembly_of.update(dict.fromkeys(submodules, name))
        _reference_map._assembly_to_module[name] = PACKAGE


def _trimmed(submodules: frozenset[str], name: str, salt: str) -> Path:
    file = assembly.trimmed_file(submodules, name)
    if file.is_file() and not salt:
        return file
    from bindings.trimming import trim  # rarely needed, and slow to import

    return trim(submodules, name, salt=salt)


SUPPLY = Supply()
