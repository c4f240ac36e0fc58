"""What every command of a release works with, put together once."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from aws.colour import Colour
from release.alarms import Alarms, alarms
from release.aws import Aws
from release.ecs import EcsService
from release.health import Health, target_health
from release.identity import Author
from release.parameter import Log, Parameter
from release.reporter import Reporter
from release.rule import ListenerRule
from release.settle import settle
from release.target import ReleaseTarget, Target


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How often to look while waiting; tests hurry."""

    poll_seconds: float = 5
    """Between two looks at alarms, targets and tasks. Default: 5, which stays far from every rate limit."""

    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, kw_only=True)
class AnyContext:
    """One service of whatever strategy, as one person at one keyboard sees it."""

    aws: Aws
    target: Target
    author: Author
    reporter: Reporter
    pace: Pace = Pace()


@dataclass(frozen=True, kw_only=True)
class Context(AnyContext):
    """A blue/green service."""

    target: ReleaseTarget

    @cached_property
    def colour(self) -> Parameter:
        """The parameter that says which colour is live."""
        return Parameter(self.aws, self.target.colour_parameter)

    @cached_property
    def rule(self) -> ListenerRule:
        """The rule that follows it."""
        return ListenerRule(self.aws, self.target)

    def settle(self) -> Log:
        """Make the rule say what the parameter says."""
        return settle(self.colour, self.rule, self.author)

    def service(self, colour: Colour) -> EcsService:
        """The ECS service of a colour."""
        return EcsService(self.aws, self.target, self.target.sides[colour].service_name)

    def health(self, colour: Colour) -> Health:
        """The targets of a colour."""
        return target_health(self.aws, self.target.sides[colour].target_group_arn)

    def alarms(self, colour: Colour) -> Alarms:
        """The alarms of a colour."""
        return alarms(self.aws, self.target.sides[colour])
