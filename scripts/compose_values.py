"""The values of expressions in the Terraform JSON, as far as the JSON itself has them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

EXPRESSION = re.compile(r"(?<!\$)\$\{([^{}]*)\}")
_REFERENCE = re.compile(r"([\w-]+)\.([\w-]+)\.([\w-]+)")
_OUTPUT = re.compile(r"data\.terraform_remote_state\.([\w-]+)\.outputs\.([\w-]+)((?:\.[\w-]+)*)")
_NAMES = {"aws_s3_bucket": "bucket"}
"""Resources whose `id` is what another argument says."""


class UnknownValueError(ValueError):
    """An expression whose value only AWS knows; `str()` names it."""


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A secret as its resource describes it."""

    name: str
    """Name in Secrets Manager."""
    description: str


class Values:
    """Looks values up in all layers of an environment.

    Args:
        documents: the Terraform JSON by layer.
    """

    def __init__(self, documents: Mapping[str, Mapping[str, Any]]) -> None:
        self._documents = documents

    def text(self, layer: str, text: str) -> str:
        """The text with every expression replaced by its value.

        Raises:
            UnknownValueError: AWS makes one of the values up.
        """
        replaced = EXPRESSION.sub(lambda match: self._value(layer, match[1]), text)
        return replaced.replace("$${", "${").replace("%%{", "%{")

    def resource(self, layer: str, expression: str) -> tuple[str, str, Mapping[str, Any]]:
        """Layer, address and arguments of the resource that an expression refers to, through outputs."""
        inner = expression.removeprefix("${").removesuffix("}")
        if output := _OUTPUT.fullmatch(inner):
            return self.resource(output[1], self._output(output))
        if reference := _REFERENCE.fullmatch(inner):
            body = self._documents[layer].get("resource", {}).get(reference[1], {}).get(reference[2])
            if body is not None:
                return layer, f"{reference[1]}.{reference[2]}", body
        raise UnknownValueError(f"${{{inner}}} in layer {layer} is no resource of this environment")

    def secret(self, layer: str, value_from: str) -> Secret:
        """The secret that `secrets[].valueFrom` names."""
        layer, address, body = self.resource(layer, value_from.partition("}")[0] + "}")
        if address.startswith("aws_secretsmanager_secret_version."):
            layer, address, body = self.resource(layer, body["secret_id"])
        return Secret(name=self.text(layer, body["name"]), description=body.get("description", ""))

    def _value(self, layer: str, inner: str) -> str:
        if output := _OUTPUT.fullmatch(inner):
            return self.text(output[1], self._output(output))
        if inner.startswith("local."):
            return self.text(layer, str(self._documents[layer]["locals"][inner.removeprefix("local.")]))
        _, address, body = self.resource(layer, inner)
        argument = inner.rpartition(".")[2]
        if argument == "id":
            argument = _NAMES.get(address.partition(".")[0], "")
        if not isinstance(body.get(argument), str):
            raise UnknownValueError(f"the value of ${{{inner}}} is not known before an apply")
        return self.text(layer, body[argument])

    def _output(self, match: "re.Match[str]") -> str:
        value = self._documents[match[1]]["output"][match[2]]["value"]
        for key in match[3].split(".")[1:]:
            value = value[key]
        return str(value)
