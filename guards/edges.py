"""What each resource depends on, as Terraform sees it: by references, and by `depends_on`."""

from terraform.document import Stacks, layer_of


class Edges:
    """What each resource refers to, in its layer and others, looked up when it is needed.

    Args:
        stacks: the generated JSON.
    """

    def __init__(self, stacks: Stacks) -> None:
        self._stacks = stacks
        self._edges: dict[str, frozenset[str]] = {}

    def closure(self, address: str) -> frozenset[str]:
        """Everything that a resource depends on, directly or not."""
        seen: set[str] = set()
        waiting = [address]
        while waiting:
            for other in self.direct(waiting.pop()) - seen:
                seen.add(other)
                waiting.append(other)
        return frozenset(seen)

    def direct(self, address: str) -> frozenset[str]:
        """What a resource refers to, or names in `depends_on`."""
        if address not in self._edges:
            body = self._stacks.bodies.get(address, {})
            written = {f"{layer_of(address)}: {each}" for each in body.get("depends_on", [])}
            self._edges[address] = self._stacks.resolve(address, dict(body)) | written
        return self._edges[address]
