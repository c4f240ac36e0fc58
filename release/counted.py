"""Counts of things, as people write them."""


def counted(count: int, one: str, several: str = "") -> str:
    """`1 task`, `2 tasks`.

    Args:
        count: how many.
        one: of them.
        several: the plural. Default: with an `s`.
    """
    return f"{count} {one if count == 1 else several or f'{one}s'}"
