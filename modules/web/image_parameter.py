"""Which image a colour, or a service without colours, runs: one SSM parameter, which the deployment writes."""

from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle, TerraformStack
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter
from constructs import Construct

from aws.colour import Colour
from aws.image_reference import ImageReference
from modules.containers import check_image


@dataclass(frozen=True, kw_only=True)
class ImageParameterInputs:
    """Whose image it is, and which one to begin with."""

    service: str
    """The service; names the Terraform locals. Letters, digits, hyphens, starting with a letter."""

    colour: Colour | None = None
    """The side that runs it. Default: none, for a service that has no sides."""

    parameter_name: str
    """Name of the parameter, such as `/<project>/<environment>/<service>/blue/image`, or `…/<service>/image`."""

    initial: str
    """Image when the parameter is made; afterwards only a deployment writes it."""

    allow_moving_tags: bool = False
    """Accept tags such as `latest` (E05). Default: no; for development only."""


@dataclass(frozen=True, kw_only=True)
class ImageParameterOutputs:
    """What the task definition and the deployment need."""

    parameter_name: str
    """Name of the parameter."""

    image: str
    """Terraform expression (`${…}`) for the image."""

    version: str
    """Terraform expression (`${…}`) for its tag, or its digest."""


class ImageParameter(Construct):
    """The parameter that owns an image; Terraform makes it and never changes it (decision 0005).

    A deployment writes it and applies: Terraform then registers the new task definition, and the next plan is empty.
    """

    outputs: ImageParameterOutputs

    def __init__(self, scope: Construct, id_: str, inputs: ImageParameterInputs) -> None:
        super().__init__(scope, id_)
        check_image(inputs.initial, allow_moving_tags=inputs.allow_moving_tags)
        whose = inputs.service if inputs.colour is None else f"{inputs.service} {inputs.colour}"
        parameter = SsmParameter(
            self,
            "parameter",
            name=inputs.parameter_name,
            description=f"Image of {whose}, written by the deployment",
            type="String",
            insecure_value=inputs.initial,
            # E05: SSM refuses an incomplete reference from any writer.
            allowed_pattern=ImageReference.ssm_pattern(),
            # A new description would send a value that was read before the deployment, so it is left alone too.
            lifecycle=TerraformResourceLifecycle(ignore_changes=["insecure_value", "description"]),
        )
        # Locals, so that the container's JSON holds names only: it is text inside text, where quotes are trouble.
        stack, prefix = TerraformStack.of(self), whose.replace(" ", "_")
        address = f"aws_ssm_parameter.{parameter.friendly_unique_id}.insecure_value"
        stack.add_override(f"locals.{prefix}_image", f"${{{address}}}")
        stack.add_override(f"locals.{prefix}_version", f'${{reverse(split(":", local.{prefix}_image))[0]}}')
        self.outputs = ImageParameterOutputs(
            parameter_name=inputs.parameter_name,
            image=f"${{local.{prefix}_image}}",
            version=f"${{local.{prefix}_version}}",
        )
