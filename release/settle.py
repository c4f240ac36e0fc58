"""Makes the listener rule say what the parameter says, whoever wrote it, and whatever was left half done.

The parameter is written first: it is the intent. The rule follows. Everybody who writes a rule reads the parameter
again afterwards, and does not leave before a read of the parameter and then of the rule agree. So after the last
command has ended they agree: had the rule been written last with a value that is no longer wanted, its writer would
have seen that and written again; had the parameter been written after that, the writer of the parameter would.

A command that is killed in between leaves a parameter that is right and a rule that is old. `status` says so, and the
next `switch` (this function) or `terraform apply` (the weights are computed from the parameter) carries it out.
"""

from release.errors import FailedError
from release.identity import Author
from release.parameter import Log, Parameter
from release.rule import ListenerRule
from release.weights import Live

_ROUNDS = 50


def settle(parameter: Parameter, rule: ListenerRule, author: Author) -> Log:
    """Bring the rule to what the parameter wants, and return the history that it now agrees with.

    Raises:
        FailedError: others change one of them without end.
    """
    for _ in range(_ROUNDS):
        log = parameter.agree(author)
        wanted = Live.parse(log.effective.value).weights
        if rule.weights() == wanted:
            parameter.mark_carried_out(log)
            return log
        rule.write(wanted)
    raise FailedError(
        "Somebody or something else keeps changing the listener rule; ./windlass status shows what it says."
    )
