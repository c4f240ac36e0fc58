"""Gives the listener rule the weights that the parameter says, after any write and any interrupted command.

The parameter is written first: it is the desired state. The rule follows. Every command that writes a rule reads the
parameter again afterwards, and does not end before a read of the parameter and then of the rule agree. So after the
last command has ended they agree: had the rule been written last with an outdated value, its writer would have seen
that and written again; had the parameter been written after that, the writer of the parameter would.

A command that is killed in between leaves a parameter that is right and a rule that is outdated. `status` says so, and
the next `switch` (this function) or `terraform apply` (the weights are computed from the parameter) finishes it.
"""

from release.errors import FailedError
from release.identity import Author
from release.listener_rule import ListenerRule
from release.traffic import LiveColour
from release.versioned_parameter import History, VersionedParameter

_ATTEMPTS = 50


def reconcile(live_colour: VersionedParameter, rule: ListenerRule, author: Author) -> History:
    """Bring the rule to the desired weights, and return the history that it now agrees with.

    Raises:
        FailedError: others keep changing one of them.
    """
    for _ in range(_ATTEMPTS):
        history = live_colour.withdraw_rejected(author)
        desired = LiveColour.parse(history.effective.value).weights
        if rule.weights() == desired:
            live_colour.mark_applied(history)
            return history
        rule.write(desired)
    raise FailedError(
        "Somebody or something else keeps changing the listener rule; ./windlass status shows its weights."
    )
