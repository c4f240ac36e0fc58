"""The SSM parameter that says which image a colour, or a service without colours, runs."""

from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle, TerraformStack
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter
from constructs import Construct

from aws.colour import Colour
from aws.image_reference import ImageReference
from modules.containers import check_image


@dataclass(frozen=True, kw_only=True)
class ImageParameterInputs:
    """The service or colour, and its first image."""

    service: str
    """Name of the service, also for the Terraform locals. Letters, digits, hyphens, starting with a letter."""

    colour: Colour | None = None
    """The colour that runs the image. Default: none, for a service without colours."""

    parameter_name: str
    """Name of the parameter, such as `/<project>/<environment>/<service>/blue/image`, or `…/<service>/image`."""

    initial: str
    """Image at creation; afterwards only deployments write the parameter."""

    allow_moving_tags: bool = False
    """Accept tags such as `latest` (E05). Default: no; for development only."""


@dataclass(frozen=True, kw_only=True)
class ImageParameterOutputs:
    """Outputs for the task definition and for deployments."""

    parameter_name: str
    """Name of the parameter."""

    image: str
    """Terraform expression (`${…}`) for the image."""

    version: str
    """Terraform expression (`${…}`) for its tag, or its digest."""


class ImageParameter(Construct):
    """The parameter that owns an image; Terraform creates it and never changes it (decision 0005).

    A deployment writes the parameter and applies: Terraform registers the new task definition, and the next plan is
    empty.
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
            # An update of the description would also send the value of the last refresh, and undo a deployment.
            lifecycle=TerraformResourceLifecycle(ignore_changes=["insecure_value", "description"]),
        )
        # Locals, so that the container JSON refers to names only: in a string within a string, quotes are hard.
        stack, prefix = TerraformStack.of(self), whose.replace(" ", "_")
        address = f"aws_ssm_parameter.{parameter.friendly_unique_id}.insecure_value"
        stack.add_override(f"locals.{prefix}_image", f"${{{address}}}")
        stack.add_override(f"locals.{prefix}_version", f'${{reverse(split(":", local.{prefix}_image))[0]}}')
        self.outputs = ImageParameterOutputs(
            parameter_name=inputs.parameter_name,
            image=f"${{local.{prefix}_image}}",
            version=f"${{local.{prefix}_version}}",
        )
