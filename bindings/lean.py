"""A copy of the installed cdktf that loads its archive library only when it archives something.

`require("archiver")` takes a third of cdktf's load time, and only assets of type `ARCHIVE` need it. The copy differs in
that one line; if the installed cdktf does not contain it, cdktf is used unchanged.
"""

from pathlib import Path

from bindings.paths import FORMAT, cache_folder, write_whole

SCRIPT = "package/lib/private/fs.js"
EAGER = b'const archiver = require("archiver");\n'
LAZY = b'const archiver = (...given) => require("archiver")(...given);\n'


def lean_cdktf(installed: Path) -> Path:
    """Path of the copy, whether it exists or not."""
    size = installed.stat().st_size
    return cache_folder() / f"{installed.name.removesuffix('.jsii.tgz')}-{size}-{FORMAT}.tgz"


def make_lean_cdktf(installed: Path) -> Path:
    """Create the copy, always with the same bytes, and return its path; takes a second."""
    import gzip  # rarely needed, and slow to import
    import io
    import tarfile

    target = lean_cdktf(installed)
    plain = io.BytesIO()
    changed = False
    with tarfile.open(installed, "r:gz") as original, tarfile.open(fileobj=plain, mode="w") as copy:
        for member in original:
            content = original.extractfile(member)
            if member.name == SCRIPT and content is not None:
                script = content.read()
                changed = script.count(EAGER) == 1
                lean = script.replace(EAGER, LAZY) if changed else script
                member.size = len(lean)
                copy.addfile(member, io.BytesIO(lean))
            else:
                copy.addfile(member, content)
    write_whole(
        target, gzip.compress(plain.getvalue(), compresslevel=1, mtime=0) if changed else installed.read_bytes()
    )
    return target
