"""An import finder with fast loaders for the AWS bindings and what they import."""

import importlib.machinery
import os
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

from bindings.bytecode import CachedLoader, GeneratedLoader, compile_generated
from bindings.paths import ASSEMBLY, PACKAGE

GENERATED = ("cdktf", "constructs")
FIRST_USE_OF_THE_KERNEL = "constructs._jsii"


class Finder:
    """Placed in `sys.meta_path` before Python's own finder; replaces the loader of what that one finds."""

    def __init__(self, before_first_use: Callable[[], None]) -> None:
        """`before_first_use` is called once, before the first use of jsii's kernel."""
        self._before_first_use = before_first_use

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module's spec with one of our loaders, or None to let Python continue."""
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin is None or type(spec.loader) is not SourceFileLoader:
            return spec
        loader = self._loader(fullname, spec.origin, spec.cached)
        if loader is not None:
            spec.loader = loader
        return spec

    def _loader(self, fullname: str, origin: str, cached: str | None) -> CachedLoader | None:
        package, _, submodule = fullname.partition(".")
        if package == PACKAGE:
            return AssemblyLoader(fullname, origin) if submodule == "_jsii" else SubmoduleLoader(fullname, origin)
        if package in GENERATED:
            if fullname == FIRST_USE_OF_THE_KERNEL:
                return FirstUseLoader(fullname, origin, self._before_first_use)
            return GeneratedLoader(fullname, origin)
        if cached is not None and not os.path.exists(cached) and _python_keeps_no_bytecode(origin):  # noqa: PTH110
            return CachedLoader(fullname, origin)
        return None


class FirstUseLoader(GeneratedLoader):
    """Loads the module that first uses jsii's kernel."""

    def __init__(self, fullname: str, path: str, before: Callable[[], None]) -> None:
        super().__init__(fullname, path)
        self._before = before

    def exec_module(self, module: ModuleType) -> None:
        """Prepare the kernel, then run the module."""
        self._before()
        super().exec_module(module)


class SubmoduleLoader(GeneratedLoader):
    """Loads a submodule of the bindings after its types are loaded."""

    def get_code(self, fullname: str) -> CodeType:
        """The submodule's code, with type names of the assembly that contains its types."""
        from bindings.supply import SUPPLY

        name = SUPPLY.assembly_name(fullname.split(".")[1])
        if name == ASSEMBLY:
            return super().get_code(fullname)
        path = self.get_filename(fullname)
        source = self.get_data(path).decode()
        return compile_generated(source.replace(f'"{ASSEMBLY}.', f'"{name}.'), path)


class AssemblyLoader(CachedLoader):
    """Replaces the module that loads the whole assembly; types are loaded for each submodule instead."""

    def exec_module(self, module: ModuleType) -> None:
        """Leave the module empty."""
        module.__dict__["__all__"] = []


def _python_keeps_no_bytecode(origin: str) -> bool:
    return sys.dont_write_bytecode or not os.access(os.path.dirname(origin), os.W_OK)  # noqa: PTH120


def namespace(package: str) -> ModuleType:
    """The package as a module whose own code, which imports every submodule, does not run."""
    spec = PathFinder.find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError(f"{package} is not installed; run `make install`")
    module = ModuleType(package)
    module.__path__ = list(spec.submodule_search_locations)
    module.__spec__ = importlib.machinery.ModuleSpec(package, None, origin=spec.origin, is_package=True)
    module.__spec__.submodule_search_locations = module.__path__
    module.__file__ = spec.origin
    return module
