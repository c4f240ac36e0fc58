"""A rollback at ten times the minimum, whose colour scaling has taken down meanwhile, fails no request (B02)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from aws.scaling import LOWER_AFTER_SWITCH
from tests.dataplane.releases import Releases
from tests.dataplane.running_platform import Platform
from tests.dataplane.test_releases import SECONDS_TO_EFFECT, gets_everything
from tests.support.target_tracking import DIMENSION, TargetTracking
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

BUSY = 10
"""Times the minimum, which is one task."""


class Busy:
    """Blue and green with a minimum of one task while they get requests, and scaling that takes idle tasks away."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.releases = Releases(platform, min_count=1)
        self._scaling = self.releases.aws.client("application-autoscaling")
        for colour, least in (("blue", 1), ("green", 0)):
            self._scaling.register_scalable_target(**_of(colour), MinCapacity=least, MaxCapacity=BUSY + 2)

    def idle(self) -> list[str]:
        """Services that the rule sends nothing to."""
        account = self.platform.account
        (rule,) = account.elbv2.describe_rules(RuleArns=[account.rule])["Rules"]
        groups = rule["Actions"][-1]["ForwardConfig"]["TargetGroups"]
        unused = {each["TargetGroupArn"] for each in groups if not each["Weight"]}
        return [f"web-{colour}" for colour, arn in account.target_groups.items() if arn in unused]

    def count(self, colour: str) -> int:
        return int(self.platform.account.service(colour)["desiredCount"])

    def pass_time(self, colour: str) -> None:
        """The moment has come at which a minimum is lowered."""
        of = _of(colour)
        (action,) = self._scaling.describe_scheduled_actions(**of)["ScheduledActions"]
        past = datetime.now(UTC) - timedelta(seconds=1)
        self._scaling.put_scheduled_action(
            **of,
            ScheduledActionName=LOWER_AFTER_SWITCH,
            Schedule=f"at({past:%Y-%m-%dT%H:%M:%S})",
            ScalableTargetAction=action["ScalableTargetAction"],
        )

    def end(self) -> None:
        for colour in ("blue", "green"):
            for action in self._scaling.describe_scheduled_actions(**_of(colour))["ScheduledActions"]:
                name = action["ScheduledActionName"]
                self._scaling.delete_scheduled_action(**_of(colour), ScheduledActionName=name)
            self._scaling.deregister_scalable_target(**_of(colour))


def _of(colour: str) -> dict[str, str]:
    return {"ServiceNamespace": "ecs", "ResourceId": f"service/test/web-{colour}", "ScalableDimension": DIMENSION}


@pytest.fixture
def busy(running_platform: Platform) -> Iterator[Busy]:
    running_platform.ensure_steady(blue=1, green=1)
    busy = Busy(running_platform)
    yield busy
    busy.end()


def test_b02_a_rollback_at_ten_times_the_minimum_starts_what_was_scaled_in_and_fails_no_request(busy: Busy) -> None:
    platform, releases = busy.platform, busy.releases
    client = releases.aws.client
    releases.switch("green")
    with TargetTracking(client, cluster="test", idle=busy.idle), platform.load(clients=3, per_second=60) as load:
        # The new colour gets busy; the one that was left is held until its time is over, and then scaled in.
        platform.account.scale("green", BUSY)
        wait_for("ten tasks of green", lambda: platform.account.health("green") == ["healthy"] * BUSY, 60)
        assert busy.count("blue") == 1
        busy.pass_time("blue")
        wait_for("blue without a task", lambda: busy.count("blue") == 0, 10)

        said = releases.switch(rollback=True)
        assert f"web blue: 0 → {BUSY} tasks" in said
        assert platform.account.health("blue") == ["healthy"] * BUSY
        wait_for("blue alone", partial(gets_everything, platform, "blue"), SECONDS_TO_EFFECT)

        # Scaling goes on, and takes nothing from the colour that was left: going there again takes no time.
        assert (busy.count("blue"), busy.count("green")) == (BUSY, BUSY)
        assert "→" not in releases.switch("green")
        wait_for("green alone", partial(gets_everything, platform, "green"), SECONDS_TO_EFFECT)
    assert load.failures == []
    assert {answer.label for answer in load.answers} == {"blue", "green"}
