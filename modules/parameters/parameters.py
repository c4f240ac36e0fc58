"""Facts about a deployment in SSM Parameter Store, under a path of their own (E09)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter
from constructs import Construct

_NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_PATH = re.compile(r"(?:/[A-Za-z0-9_.-]+){1,14}")
_SECRET_WORDS = frozenset({"password", "passwd", "secret", "token", "credentials"})


@dataclass(frozen=True, kw_only=True)
class PublishedParametersInputs:
    """The values, and their path."""

    path: str
    """Path of the parameters, such as `/acme/prod/airflow`, without a trailing slash."""

    values: Mapping[str, str]
    """Values by lower-case name; lists with commas. No secrets: anyone who may read the path sees them (D03)."""

    descriptions: Mapping[str, str]
    """Description of each value, by name."""

    def __post_init__(self) -> None:
        """Refuse what SSM would refuse, values without a description, and names that sound like a secret."""
        if "${" not in self.path and not _PATH.fullmatch(self.path):
            raise ValueError(
                f'path of the parameters is "{self.path}"; a path such as "/acme/prod/airflow" is required'
            )
        for name in self.values:
            if not _NAME.fullmatch(name):
                raise ValueError(f'name of a parameter is "{name}"; lower-case words with "-" or "_" are required')
            if _SECRET_WORDS & set(re.split("[-_]", name)):
                raise ValueError(f'D03: parameter "{name}" sounds like a secret; published parameters are plain text')
        if unknown := sorted(set(self.values) ^ set(self.descriptions)):
            raise ValueError(f"values and descriptions of the parameters differ in {', '.join(unknown)}")


@dataclass(frozen=True, kw_only=True)
class PublishedParametersOutputs:
    """Path and names of the parameters."""

    path: str
    """Path; `aws ssm get-parameters-by-path --path …` reads all parameters."""

    names: Mapping[str, str]
    """Full name by short name."""


class PublishedParameters(Construct):
    """A String parameter for each value."""

    outputs: PublishedParametersOutputs

    def __init__(self, scope: Construct, id_: str, inputs: PublishedParametersInputs) -> None:
        super().__init__(scope, id_)
        for name, value in inputs.values.items():
            SsmParameter(
                self,
                name,
                name=f"{inputs.path}/{name}",
                description=inputs.descriptions[name],
                type="String",
                # Not `value`, which plans hide as sensitive.
                insecure_value=value,
            )
        self.outputs = PublishedParametersOutputs(
            path=inputs.path, names={name: f"{inputs.path}/{name}" for name in inputs.values}
        )
