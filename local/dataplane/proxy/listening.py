"""Which ports the proxy listens on, and which another program has."""

from collections.abc import Iterable

from local import processes
from local.dataplane.proxy.envoy_config import LISTEN_ADDRESS
from local.port_holder import port_holder

CHECK_SECONDS = 1.0
"""Between two looks at a port that the proxy does not have: finding its holder reads all of `/proc`."""


class ListeningPorts:
    """The ports of the proxy, as they are: a port counts only where the proxy itself listens."""

    def __init__(self) -> None:
        self._pid: int | None = None
        self._listening: set[int] = set()
        self._holders: dict[int, str] = {}
        self._refused: set[int] = set()
        self._not_before = 0.0

    def advance(self, ports: Iterable[int], *, pid: int | None, now: float) -> bool:
        """Look at the ports that were not the proxy's before.

        Args:
            ports: those of all listeners.
            pid: of the proxy.
            now: on the monotonic clock.

        Returns:
            Whether the proxy must try again, because another program had one of them when it tried.
        """
        if pid != self._pid:
            # A new process has to bind again, and another program may have been quicker.
            self._pid, self._listening, self._not_before = pid, set(), 0.0
        wanted = set(ports)
        self._listening &= wanted
        self._refused &= wanted
        missing = wanted - self._listening
        self._holders = {port: holder for port, holder in self._holders.items() if port in missing}
        if not missing or now < self._not_before:
            return False
        self._holders = {}
        for port in sorted(missing):
            if not processes.port_is_taken(LISTEN_ADDRESS, port):
                continue
            holder = port_holder(port)
            if holder is not None and holder.pid == pid:
                self._listening.add(port)
                self._refused.discard(port)
            else:
                self._holders[port] = str(holder or "another program")
                self._refused.add(port)
        if self._refused:
            self._not_before = now + CHECK_SECONDS
        return bool(self._refused)

    @property
    def ports(self) -> list[int]:
        """Those on which the proxy listens."""
        return sorted(self._listening)

    @property
    def problems(self) -> list[str]:
        """A sentence for each port that another program has."""
        return [
            f"Port {port} was taken by {holder} after the ports were checked; once that has ended, the proxy listens "
            "there."
            for port, holder in self._holders.items()
        ]
