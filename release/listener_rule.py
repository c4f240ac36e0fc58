"""Reads and writes the weights of a blue/green listener rule."""

from collections.abc import Mapping
from typing import Any

from aws.colour import COLOURS, Colour
from release.context import Context
from release.errors import FailedError


class ListenerRule:
    """The rule that distributes requests between blue and green.

    Args:
        context: the service.
        arn: of the rule.
        target_group_arns: target group of each colour.
    """

    def __init__(self, context: Context, arn: str, target_group_arns: Mapping[Colour, str]) -> None:
        self._context = context
        self._arn = arn
        self._target_group_arns = target_group_arns

    def weights(self) -> Mapping[Colour, int] | None:
        """Return the weights that the load balancer uses; None unless the rule forwards to blue and green alone."""
        forward = _forward(self._actions())
        if forward is None:
            return None
        groups = forward.get("ForwardConfig", {}).get("TargetGroups", [])
        if not groups and "TargetGroupArn" in forward:
            groups = [{"TargetGroupArn": forward["TargetGroupArn"], "Weight": 1}]
        by_arn = {group["TargetGroupArn"]: int(group.get("Weight", 1)) for group in groups}
        weights = {colour: by_arn.pop(arn, None) for colour, arn in self._target_group_arns.items()}
        known = {colour: weight for colour, weight in weights.items() if weight is not None}
        return known if not by_arn and len(known) == len(COLOURS) else None

    def write(self, weights: Mapping[Colour, int]) -> None:
        """Give the rule these weights; its conditions, its priority and its other actions stay as they are."""
        self._context.aws.client("elbv2").modify_rule(
            RuleArn=self._arn, Actions=self._with_weights(self._actions(), weights)
        )

    def _with_weights(self, actions: list[dict[str, Any]], weights: Mapping[Colour, int]) -> list[dict[str, Any]]:
        old = _forward(actions) or {}
        # B03: the full form with both groups, so that nothing of it is left to a default.
        forward: dict[str, Any] = {
            "Type": "forward",
            "ForwardConfig": {
                **old.get("ForwardConfig", {}),
                "TargetGroups": [
                    {"TargetGroupArn": self._target_group_arns[colour], "Weight": weights[colour]} for colour in COLOURS
                ],
            },
        }
        if "Order" in old:
            forward["Order"] = old["Order"]
        # Of the other actions only those that come before the last, such as a login, go with a forward.
        before = [_as_input(action) for action in actions if action["Type"].startswith("authenticate-")]
        return [*before, forward]

    def _actions(self) -> list[dict[str, Any]]:
        client = self._context.aws.client("elbv2")
        try:
            rules = client.describe_rules(RuleArns=[self._arn])["Rules"]
        except client.exceptions.RuleNotFoundException:
            rules = []
        if not rules:
            raise FailedError(
                f"The listener rule of {self._context.service} ({self._arn}) does not exist: "
                f"./windlass plan {self._context.environment} shows what else is missing."
            )
        return list(rules[0]["Actions"])


def _forward(actions: list[dict[str, Any]]) -> dict[str, Any] | None:
    return next((action for action in actions if action["Type"] == "forward"), None)


def _as_input(action: dict[str, Any]) -> dict[str, Any]:
    """An action as ModifyRule takes it: ELB does not return the client secret of an OIDC login, and must keep it."""
    if action["Type"] != "authenticate-oidc":
        return action
    return {
        **action,
        "AuthenticateOidcConfig": {**action["AuthenticateOidcConfig"], "UseExistingClientSecret": True},
    }
