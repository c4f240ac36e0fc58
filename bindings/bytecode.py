"""Caches compiled bindings, so that `pip --no-compile` and PYTHONDONTWRITEBYTECODE cost no time.

The generated bindings are compiled without their run-time type checks (`if __debug__:`), annotations, docstrings and
type-checking stubs. mypy checks our code, so these checks find nothing, and they take a third of a synth.
`WINDLASS_STOCK_BINDINGS=1` keeps them.
"""

import ast
import gc
import hashlib
import marshal
import os
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import SourceFileLoader
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from types import CodeType

from bindings.paths import FORMAT, cache_folder, write_whole

STUB = "_typecheckingstub__"
TYPEGUARD_VERSION = "TYPEGUARD_MAJOR_VERSION = int(_metadata_package_version('typeguard').split('.')[0])"


class CachedLoader(SourceFileLoader):
    """A source loader whose bytecode is stored in our cache, valid for one size and modification time of the source."""

    generated = False

    def get_code(self, fullname: str) -> CodeType:
        """The module's code: from the cache if valid, otherwise compiled and cached."""
        path = self.get_filename(fullname)
        stat = Path(path).stat()
        header = self._header(stat)
        cached = self._cache_file(path)
        code = _read(cached, header)
        if code is None:
            code = self._compiled(Path(path).read_bytes(), path)
            _write(cached, header, code)
        return code

    def _compiled(self, source: bytes, path: str) -> CodeType:
        return compile(source, path, "exec", dont_inherit=True)

    def _header(self, stat: os.stat_result) -> bytes:
        return MAGIC_NUMBER + f"|{FORMAT}|{stat.st_mtime_ns}|{stat.st_size}|".encode().ljust(64)

    def _cache_file(self, path: str) -> Path:
        kind = "generated" if self.generated else f"plain-{sys.flags.optimize}"
        name = hashlib.sha256(path.encode()).hexdigest()[:24]
        return cache_folder() / "bytecode" / f"{sys.implementation.cache_tag}-{kind}" / f"{name}.bin"


class GeneratedLoader(CachedLoader):
    """For modules that jsii generated: leaves out what serves only run-time type checks and documentation."""

    generated = True

    def _compiled(self, source: bytes, path: str) -> CodeType:
        return compile_generated(source.decode(), path)


def compile_generated(source: str, path: str) -> CodeType:
    """Compile generated bindings without checks, annotations, docstrings and stubs."""
    enabled = gc.isenabled()
    gc.disable()  # a tree has 100,000 nodes, and collecting garbage among them takes a quarter of the time
    try:
        return _compiled_without(source, path)
    finally:
        if enabled:
            gc.enable()


def _compiled_without(source: str, path: str) -> CodeType:
    # Reading the metadata of typeguard once per submodule costs more than loading the submodule.
    tree = ast.parse(source.replace(TYPEGUARD_VERSION, "TYPEGUARD_MAJOR_VERSION = 0", 1), path)
    tree.body = [node for node in tree.body if not (isinstance(node, ast.FunctionDef) and node.name.startswith(STUB))]
    for function in _functions(tree.body):
        function.returns = None
        args = function.args
        for argument in (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg):
            if argument is not None:
                argument.annotation = None
    return compile(tree, path, "exec", dont_inherit=True, optimize=2)


def _functions(body: Sequence[ast.stmt]) -> Iterator[ast.FunctionDef]:
    """The functions of the module and of its classes; generated code has no nested ones."""
    for node in body:
        if isinstance(node, ast.FunctionDef):
            yield node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body)


def _read(cached: Path, header: bytes) -> CodeType | None:
    try:
        content = cached.read_bytes()
        # The checksum keeps damaged files away from marshal, which can crash on them.
        start = len(header) + 16
        if content[: len(header)] != header or content[len(header) : start] != _checksum(content[start:]):
            return None
        code = marshal.loads(content[start:])  # noqa: S302 - our own file, and checked
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return code if isinstance(code, CodeType) else None


def _write(cached: Path, header: bytes, code: CodeType) -> None:
    content = marshal.dumps(code)
    try:
        write_whole(cached, header + _checksum(content) + content)
    except OSError:
        return  # a full or read-only disk costs time, not correctness


def _checksum(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=16).digest()
