"""Writes the generated pages of the documentation."""

import bindings
from workspace import WINDLASS_FOLDER

ROOT = WINDLASS_FOLDER


def main() -> int:
    """Write what changed, and take away pages of environments that are gone."""
    bindings.install()
    from scripts.docs.pages import FOLDER, REFERENCE, generated
    from scripts.long_tests import DOCUMENT, RESULTS

    pages = generated(ROOT)
    for folder in (ROOT / FOLDER, ROOT / REFERENCE):
        folder.mkdir(exist_ok=True)
    kept = {RESULTS, DOCUMENT}  # `make test-long` writes them
    for old in (*(ROOT / FOLDER).iterdir(), *(ROOT / REFERENCE).iterdir()):
        if old.relative_to(ROOT) not in pages and old not in kept:
            old.unlink()
            print(f"gone:    {old.relative_to(ROOT)}")
    for path, text in sorted(pages.items()):
        file = ROOT / path
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
            print(f"written: {path}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
