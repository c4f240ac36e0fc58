"""The picture: columns from who comes in to what is used; a line ends at the port that it may use."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from scripts.docs.reachability_view import KINDS, Edge, Node, View

WIDTH, GAP_X, GAP_Y, MARGIN = 216, 120, 22, 24
HEAD, SLOT, TOP = 46, 20, 76
COLUMNS = ("From outside", "Load balancers", "Tasks", "What they use")
STRIPES = ("#f8fafc", "#eff6ff", "#fefce8", "#f0fdf4")
INK = ("#2563eb", "#c2410c", "#047857", "#7c3aed", "#be123c", "#0e7490", "#a16207", "#4d7c0f", "#9d174d", "#334155")
NOTE = (
    "A line is a connection that may be opened; it ends at the port. Who reaches the internet also reaches what the "
    "internet reaches. What else is not drawn is closed."
)
COLUMN_OF: Mapping[str, int] = {"load balancer": 1, "task": 2, "function": 2, "machine": 2}
"""Column of a kind; the last where it is not named."""


@dataclass(frozen=True, kw_only=True)
class _Box:
    """Where a node is drawn, and at which height each of its ports."""

    node: Node
    column: int
    x: int
    y: int
    slots: Mapping[str, int]
    """Port → distance of its middle from the top."""
    ink: str

    @property
    def height(self) -> int:
        return HEAD + SLOT * len(self.slots) + (6 if self.slots else 0)


def picture(seen: View) -> str:
    """SVG, the same for the same paths."""
    boxes = _boxes(seen)
    width = 2 * MARGIN + len(COLUMNS) * WIDTH + (len(COLUMNS) - 1) * GAP_X
    height = max(box.y + box.height for box in boxes.values()) + 52
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="system-ui, sans-serif">',
        f"  <title>Who can reach whom in {escape(seen.environment)}</title>",
        f'  <rect width="{width}" height="{height}" fill="#ffffff"/>',
        *_columns(height),
        *(line for edge in seen.edges if not edge.by_the_internet for line in _line(edge, boxes)),
        *(line for box in boxes.values() for line in _drawn(box)),
        f'  <text x="{MARGIN}" y="{height - 14}" font-size="12" fill="#475569">{NOTE}</text>',
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _boxes(seen: View) -> dict[tuple[Node, bool], _Box]:
    """Boxes by node, and by whether it is drawn as one who is reached: the internet may be both."""
    placed: dict[tuple[Node, bool], _Box] = {}
    heights = [TOP] * len(COLUMNS)
    for node, is_target in sorted(_places(seen), key=lambda place: (_rank(*place), place[0])):
        ports = sorted({edge.ports for edge in seen.into(node)}, key=_by_number) if is_target else []
        column = _column(node, is_target)
        box = _Box(
            node=node,
            column=column,
            x=MARGIN + column * (WIDTH + GAP_X),
            y=heights[column],
            slots={port: HEAD + SLOT * number + SLOT // 2 for number, port in enumerate(ports)},
            ink=INK[len([each for each in placed if each[1]]) % len(INK)],
        )
        heights[column] += box.height + GAP_Y
        placed[node, is_target] = box
    return placed


def _places(seen: View) -> Iterator[tuple[Node, bool]]:
    for node in seen.nodes:
        if node.kind != "outside":
            yield node, True
            continue
        if seen.out_of(node):
            yield node, False
        if seen.into(node):
            yield node, True


def _column(node: Node, is_target: bool) -> int:
    if node.kind == "outside":
        return len(COLUMNS) - 1 if is_target else 0
    return COLUMN_OF.get(node.kind, len(COLUMNS) - 1)


def _rank(node: Node, is_target: bool) -> tuple[int, int]:
    """Column, then in the last one: data first, then endpoints, then the outside."""
    order = {"database": 0, "cache": 1, "file system": 2, "endpoint": 3, "outside": 4}
    return _column(node, is_target), order.get(node.kind, 0)


def _by_number(ports: str) -> tuple[int, str]:
    digits = "".join(character for character in ports if character.isdigit() or character == "-").split("-")[0]
    return int(digits or 0), ports


def _columns(height: int) -> Iterator[str]:
    for number, (title, fill) in enumerate(zip(COLUMNS, STRIPES, strict=True)):
        x = MARGIN + number * (WIDTH + GAP_X) - 14
        yield f'  <rect x="{x}" y="16" width="{WIDTH + 28}" height="{height - 56}" rx="10" fill="{fill}"/>'
        yield (
            f'  <text x="{x + (WIDTH + 28) // 2}" y="44" text-anchor="middle" font-size="15" font-weight="600" '
            f'fill="#0f172a">{title}</text>'
        )


def _drawn(box: _Box) -> Iterator[str]:
    x, y, node = box.x, box.y, box.node
    kind = KINDS.get(node.kind, node.kind)
    count = len(node.members)
    what = f"{count} {kind}s" if count > 1 else kind
    if node.tier:
        what += f" · {node.tier} subnets"
    yield (
        f'  <rect x="{x}" y="{y}" width="{WIDTH}" height="{box.height}" rx="8" fill="#ffffff" '
        f'stroke="{box.ink if box.slots else "#94a3b8"}"/>'
    )
    yield (
        f'  <text x="{x + 14}" y="{y + 20}" font-size="14" font-weight="600" fill="#0f172a">'
        f"{escape(_cut(node.name))}</text>"
    )
    yield f'  <text x="{x + 14}" y="{y + 37}" font-size="11.5" fill="#475569">{escape(what)}</text>'
    for port, middle in box.slots.items():
        yield f'  <circle cx="{x}" cy="{y + middle}" r="4" fill="{box.ink}"/>'
        yield f'  <text x="{x + 14}" y="{y + middle + 4}" font-size="12" fill="{box.ink}">{escape(port)}</text>'


def _line(edge: Edge, boxes: Mapping[tuple[Node, bool], _Box]) -> Iterator[str]:
    start = boxes[edge.source, edge.source.kind != "outside"]
    end = boxes[edge.target, True]
    y1, y2 = start.y + HEAD // 2, end.y + end.slots[edge.ports]
    if start.column < end.column:
        x1, x2, bend = start.x + WIDTH, end.x, max(GAP_X // 2, (end.x - start.x - WIDTH) // 2)
        curve = f"M{x1} {y1} C {x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
    elif start.column == end.column:
        x, bend = start.x, 30 + abs(y2 - y1) // 6
        curve = f"M{x} {y1} C {x - bend} {y1} {x - bend} {y2} {x} {y2}"
    else:
        x1, x2, bend = start.x, end.x + WIDTH, GAP_X // 2
        curve = f"M{x1} {y1} C {x1 - bend} {y1} {x2 + bend} {y2} {x2} {y2}"
        yield f'  <circle cx="{x2}" cy="{y2}" r="4" fill="{end.ink}"/>'
    yield f'  <path d="{curve}" fill="none" stroke="{end.ink}" stroke-width="1.5" stroke-opacity="0.75"/>'


def _cut(name: str) -> str:
    return name if len(name) <= 26 else name[:25] + "…"
