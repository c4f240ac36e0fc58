"""Whether a change may cost what it costs: an outage is asked, a loss is refused unless somebody says it is meant."""

import shlex
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from cli.console import say, warn
from cli.errors import CommandError
from cli.running.consequences.consequence import Consequence, Kind, section
from release.counted import counted

OUTAGE_OPTION = "--accept-outage"
LOSS_OPTION = "--accept-loss"


@dataclass(kw_only=True)
class Consent:
    """What an apply may interrupt and lose. Without arguments: nothing."""

    name: str = ""
    """Of the environment, for the command that says that it is meant."""
    ask: Callable[[str], bool] | None = None
    """Asks a question. Default: nobody can be asked."""
    accepts_outage: bool = False
    accepted_losses: Collection[str] = ()
    """Addresses of what may be lost."""
    may_lose_all: bool = False
    """Of an environment to throw away."""
    already_waits: Callable[[Consequence], bool] = lambda _: False
    """Whether a change was applied already, and only waits for its maintenance window."""
    _given: set[tuple[str, str, Kind]] = field(default_factory=set)

    def require(self, costs: Mapping[str, Iterable[Consequence]], *, what: str = "Nothing was changed.") -> None:
        """Show what changes cost, once, and ask or refuse.

        Args:
            costs: layer → what its changes cost.
            what: what was changed until now, for a refusal.

        Raises:
            CommandError: AWS would stop half-way, something would be lost that nobody gave up, or an outage is not
                accepted.
        """
        new = {layer: [each for each in costs[layer] if self._is_new(layer, each)] for layer in costs}
        every = [each for consequences in new.values() for each in consequences]
        refused = [each for each in every if each.kind is Kind.HALF_WAY or self._is_unwanted_loss(each)]
        if refused:
            raise CommandError(self._refusal(refused, what))
        for layer, consequences in new.items():
            self._given |= {(layer, each.address, each.kind) for each in consequences}
            print_line = warn if any(each.needs_consent for each in consequences) else say
            for line, _ in section(layer, consequences):
                print_line(line)
        if self.accepts_outage:
            return
        outages = [each for each in every if each.kind is Kind.OUTAGE and not self.already_waits(each)]
        if outages:
            self._ask(outages, what)

    def _is_new(self, layer: str, consequence: Consequence) -> bool:
        return (layer, consequence.address, consequence.kind) not in self._given

    def _is_unwanted_loss(self, consequence: Consequence) -> bool:
        is_loss = consequence.kind is Kind.DATA_LOSS
        return is_loss and not self.may_lose_all and consequence.address not in self.accepted_losses

    def _refusal(self, refused: Collection[Consequence], what: str) -> str:
        half_way = [each for each in refused if each.kind is Kind.HALF_WAY]
        losses = sorted({each.address for each in refused if each.kind is Kind.DATA_LOSS})
        lines = [f"{self.name or 'This'} cannot be changed like this:"]
        lines += [line for each in refused for line in each.lines()]
        lines.append(what)
        if half_way:
            lines.append("AWS would refuse what stops half-way, when other things have changed already.")
        if losses:
            accepted = " ".join(f"{LOSS_OPTION} {shlex.quote(address)}" for address in losses)
            lines.append(f"Where a loss is meant: ./windlass apply {self.name or 'ENV'} {accepted}")
        return "\n".join(lines)

    def _ask(self, outages: Collection[Consequence], what: str) -> None:
        number = counted(len(outages), "interruption")
        if self.ask is None:
            them = "it is" if len(outages) == 1 else "they are"
            raise CommandError(
                f"{self.name or 'This'} would have {number}, as said above. {what} Where {them} accepted: "
                f"./windlass apply {self.name or 'ENV'} {OUTAGE_OPTION}"
            )
        if not self.ask(f"Go on with {number}?"):
            raise CommandError(f"{number.capitalize()} not accepted. {what}")
