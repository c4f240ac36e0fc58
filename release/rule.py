"""The listener rule of a service: its two weights, and nothing else of it."""

from collections.abc import Mapping
from typing import Any

from aws.colour import COLOURS, Colour
from release.aws import Aws
from release.errors import FailedError
from release.target import ReleaseTarget


class ListenerRule:
    """The rule that shares requests between blue and green."""

    def __init__(self, aws: Aws, target: ReleaseTarget) -> None:
        self._aws = aws
        self._target = target

    def weights(self) -> Mapping[Colour, int] | None:
        """The weights that the load balancer uses; None where the rule does not forward to blue and green alone."""
        forward = _forward(self._actions())
        if forward is None:
            return None
        groups = forward.get("ForwardConfig", {}).get("TargetGroups", [])
        if not groups and "TargetGroupArn" in forward:
            groups = [{"TargetGroupArn": forward["TargetGroupArn"], "Weight": 1}]
        found = {group["TargetGroupArn"]: int(group.get("Weight", 1)) for group in groups}
        weights = {colour: found.pop(side.target_group_arn, None) for colour, side in self._target.sides.items()}
        known = {colour: weight for colour, weight in weights.items() if weight is not None}
        return known if not found and len(known) == len(COLOURS) else None

    def write(self, weights: Mapping[Colour, int]) -> None:
        """Give the rule these weights; its conditions, its priority and its other actions stay as they are."""
        self._aws.client("elbv2").modify_rule(
            RuleArn=self._target.listener_rule_arn, Actions=self._with_weights(self._actions(), weights)
        )

    def _with_weights(self, actions: list[dict[str, Any]], weights: Mapping[Colour, int]) -> list[dict[str, Any]]:
        old = _forward(actions) or {}
        # B03: the full form with both groups, so that nothing of it is left to a default.
        forward: dict[str, Any] = {
            "Type": "forward",
            "ForwardConfig": {
                **old.get("ForwardConfig", {}),
                "TargetGroups": [
                    {"TargetGroupArn": self._target.sides[colour].target_group_arn, "Weight": weights[colour]}
                    for colour in COLOURS
                ],
            },
        }
        if "Order" in old:
            forward["Order"] = old["Order"]
        # Of the other actions only those that come before the last, such as a login, go with a forward.
        before = [_again(action) for action in actions if action["Type"].startswith("authenticate-")]
        return [*before, forward]

    def _actions(self) -> list[dict[str, Any]]:
        client, arn = self._aws.client("elbv2"), self._target.listener_rule_arn
        try:
            rules = client.describe_rules(RuleArns=[arn])["Rules"]
        except client.exceptions.RuleNotFoundException:
            rules = []
        if not rules:
            raise FailedError(
                f"The listener rule of {self._target.service} ({arn}) is not there: "
                f"./windlass plan {self._target.environment} shows what else is missing."
            )
        return list(rules[0]["Actions"])


def _forward(actions: list[dict[str, Any]]) -> dict[str, Any] | None:
    return next((action for action in actions if action["Type"] == "forward"), None)


def _again(action: dict[str, Any]) -> dict[str, Any]:
    """An action as it may be sent back: ELB does not tell the client secret of an OIDC login, and must keep it."""
    if action["Type"] != "authenticate-oidc":
        return action
    return {
        **action,
        "AuthenticateOidcConfig": {**action["AuthenticateOidcConfig"], "UseExistingClientSecret": True},
    }
