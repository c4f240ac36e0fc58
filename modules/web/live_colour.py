"""The SSM parameter that says which colour is live, and the traffic weights computed from it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cdktf import Postcondition, TerraformResourceLifecycle, TerraformStack
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter
from constructs import Construct

from aws.colour import (
    COLOURS,
    FIRST_LIVE,
    LIVE_COLOUR_PATTERN,
    check_value,
    colour_expression,
    colour_weight_expression,
    valid_expression,
)


@dataclass(frozen=True, kw_only=True)
class LiveColourInputs:
    """The service, and its first live colour."""

    service: str
    """Name of the service, also for the Terraform locals. Letters, digits, hyphens, starting with a letter."""

    parameter_name: str
    """Name of the parameter, such as `/windlass/<project>/<environment>/<service>/colour`."""

    initial: str = FIRST_LIVE
    """Value at creation; afterwards only the switch writes it. Default: `blue`."""


@dataclass(frozen=True, kw_only=True)
class LiveColourOutputs:
    """Outputs for the route, the layer and the switch."""

    parameter_name: str
    """Name of the parameter."""

    parameter_arn: str
    """ARN of the parameter, for the role that switches."""

    value_expression: str
    """Terraform expression of its value, without `${}`: `local.<service>_live`."""

    colour: str
    """Terraform expression (`${…}`) for the live colour."""

    weights: Mapping[str, str]
    """Terraform expressions (`${…}`) for the traffic weight of each colour, 0 to 100; for `BlueGreenRouteInputs`."""


class LiveColour(Construct):
    """The parameter that decides the weights of the listener rule; Terraform creates it and never changes it.

    The switch writes the parameter and then the rule, so the next plan is empty. If only the parameter is written, the
    next apply changes the rule; if the rule is changed by hand, the plan shows it.
    """

    outputs: LiveColourOutputs

    def __init__(self, scope: Construct, id_: str, inputs: LiveColourInputs) -> None:
        super().__init__(scope, id_)
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", inputs.service):
            raise ValueError(f'service is "{inputs.service}"; allowed are letters, digits, hyphens, first a letter')
        parameter = SsmParameter(
            self,
            "parameter",
            name=inputs.parameter_name,
            description=f"Live colour of {inputs.service}, written by the switch: blue, green, green:10",
            type="String",
            # The provider marks `value` sensitive, which would hide the weights in every plan.
            insecure_value=check_value(inputs.initial),
            # SSM refuses any other value, from any writer.
            allowed_pattern=LIVE_COLOUR_PATTERN,
            lifecycle=TerraformResourceLifecycle(
                # E07. A refresh still reads the current value. An update of the description would also send the value
                # of the last refresh, and undo a switch.
                ignore_changes=["insecure_value", "description"],
                postcondition=[
                    Postcondition(
                        condition=f"${{{valid_expression('self.insecure_value')}}}",
                        error_message=(
                            f'The live colour of {inputs.service} is "${{self.insecure_value}}" (SSM parameter '
                            '${self.name}); allowed are "blue", "green", or one of them with its share of the '
                            'requests in percent, such as "green:10".'
                        ),
                    )
                ],
            ),
        )
        # Locals keep the JSON of the rule readable.
        prefix = inputs.service.replace("-", "_")
        live = f"{prefix}_live"
        stack = TerraformStack.of(self)
        stack.add_override(f"locals.{live}", parameter.insecure_value)
        for colour in COLOURS:
            stack.add_override(
                f"locals.{prefix}_{colour}_weight", f"${{{colour_weight_expression(f'local.{live}', colour)}}}"
            )
        self.outputs = LiveColourOutputs(
            parameter_name=inputs.parameter_name,
            parameter_arn=parameter.arn,
            value_expression=f"local.{live}",
            colour=f"${{{colour_expression(f'local.{live}')}}}",
            weights={colour: f"${{local.{prefix}_{colour}_weight}}" for colour in COLOURS},
        )
