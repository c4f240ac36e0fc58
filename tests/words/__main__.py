"""`python -m tests.words [FOLDER …]` lists the old words that are left, and counts them by folder."""

import sys
from collections import Counter

from tests.words.scan import hits


def main(folders: tuple[str, ...]) -> int:
    count: Counter[str] = Counter()
    for hit in hits():
        if not folders or hit.path.startswith(folders):
            print(hit)
            count[hit.path.split("/")[0]] += 1
    for folder, number in sorted(count.items()):
        print(f"{number:6} {folder}")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:])))
