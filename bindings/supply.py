"""Gives the kernel the types of each submodule before it is first used.

1. What earlier runs used is remembered, so that a cut assembly with all of it is there, and the kernel has usually
   loaded it before the first import.
2. Where something new is imported, the project's sources are searched for every other submodule they name, and one
   cut with all of them is made: as the assembly, or, where the kernel has one already, as a supplement under a name
   of its own, since a kernel knows one assembly by a name. The Python source of such a submodule is compiled with
   the supplement's name in its type names. The next process finds all of them in one cut.
3. A cut that does not load is made once more, under another name. Where the installed assembly cannot be cut at all,
   it is loaded whole: slow, and always right.
"""

import importlib
import os
from pathlib import Path

import jsii
from jsii import _reference_map
from jsii.errors import JSIIError

from bindings import assembly, usage
from bindings.places import ASSEMBLY, PACKAGE, bindings_version


class Supply:
    """What the kernel of this process has been given."""

    def __init__(self) -> None:
        self._assembly_of: dict[str, str] = {}
        self._names = 0
        self._whole = False

    def assembly_name(self, submodule: str) -> str:
        """The name of the assembly that holds the submodule's types; it is loaded when this returns.

        Raises:
            JSIIError: the kernel takes none that holds them.
        """
        # The kernel must have the types of cdktf first, since those of the bindings extend them. Its first use also
        # tells which cut it was started with (`loaded_early`).
        importlib.import_module("cdktf")
        if submodule not in self._assembly_of and not self._whole:
            self._supply(submodule)
        return self._assembly_of.get(submodule, ASSEMBLY)

    def loaded_early(self, submodules: frozenset[str]) -> None:
        """Note that the kernel was started with a cut that holds these."""
        if submodules:
            self._names = 1
            self._given(submodules, ASSEMBLY)

    def _supply(self, submodule: str) -> None:
        wanted = self._in_use(submodule) - self._assembly_of.keys()
        for salt in ("", os.urandom(8).hex()):
            name = self._next_name()
            try:
                file = _cut(wanted, name, salt)
            except (assembly.UnknownLayoutError, OSError):
                break
            if self._loads(name, file):
                self._given(wanted, name)
                return
            file.unlink(missing_ok=True)
        if self._names or not self._loads(ASSEMBLY, assembly.installed()):
            raise JSIIError(f"no assembly with {PACKAGE}.{submodule} could be loaded; try WINDLASS_STOCK_BINDINGS=1")
        self._whole = True

    def _in_use(self, submodule: str) -> frozenset[str]:
        wanted = assembly.existing(usage.remembered())
        if submodule not in wanted:
            wanted |= assembly.existing(usage.found_in_sources() | {submodule})
            usage.remember(wanted)
        return wanted

    def _next_name(self) -> str:
        return f"{ASSEMBLY}-{self._names + 1}" if self._names else ASSEMBLY

    def _loads(self, name: str, file: Path) -> bool:
        self._names += 1
        try:
            jsii.kernel.load(name, bindings_version(), str(file))
        except (JSIIError, RuntimeError):
            return False
        return True

    def _given(self, submodules: frozenset[str], name: str) -> None:
        self._assembly_of.update(dict.fromkeys(submodules, name))
        _reference_map._assembly_to_module[name] = PACKAGE


def _cut(submodules: frozenset[str], name: str, salt: str) -> Path:
    file = assembly.cut_file(submodules, name)
    if file.is_file() and not salt:
        return file
    from bindings.cutting import cut  # rarely needed, and slow to import

    return cut(submodules, name, salt=salt)


SUPPLY = Supply()
