"""Submodules work whenever and wherever they are imported, as with the stock loading."""

import json
import shutil

import pytest

from bindings.paths import bindings_version
from tests.bindings.interpreter import STACK, SYNTH, VPC, Interpreter

pytestmark = pytest.mark.slow

NEW = "waf" + "_web_acl"  # in two parts, so that the search through the sources does not find it
FIREWALL = """
def firewall():
    from cdktf_cdktf_provider_aws.{name} import WafWebAcl
    from cdktf_cdktf_provider_aws.{name} import WafWebAclDefaultAction
    acl = WafWebAcl(
        stack, "firewall", name="firewall", metric_name="firewall", depends_on=[vpc],
        default_action=WafWebAclDefaultAction(type="ALLOW"),
    )
    assert acl.metric_name_input == "firewall"
    assert type(acl.default_action).__name__ == "WafWebAclDefaultActionOutputReference"
    return acl
acl = firewall()
from cdktf import TerraformOutput
TerraformOutput(stack, "arn", value=acl.arn)
""".replace("{name}", NEW)

SHOW_ASSEMBLIES = """
from bindings.supply import SUPPLY
print(sorted(set(SUPPLY._assembly_of.values())))
"""


def test_a_new_submodule_can_be_imported_in_a_function_after_resources_exist(interpreter: Interpreter) -> None:
    first = interpreter.says(STACK + VPC + FIREWALL + SYNTH)
    body = json.loads(first)["resource"]["aws_waf_web_acl"]["firewall"]
    assert body["default_action"] == {"type": "ALLOW"}
    assert body["depends_on"] == ["aws_vpc.vpc"]
    assert json.loads(first)["output"]["arn"]["value"] == "${aws_waf_web_acl.firewall.arn}"

    second = interpreter.says(STACK + VPC + FIREWALL + SYNTH)
    assert second == first, "the next process has it in its only assembly, and writes the same"


def test_a_new_submodule_is_in_the_first_assembly_of_the_next_process(interpreter: Interpreter) -> None:
    code = STACK + VPC + FIREWALL + SHOW_ASSEMBLIES
    assert interpreter.says(code) == "['@cdktf/provider-aws', '@cdktf/provider-aws-2']\n"
    interpreter.says(STACK + VPC)  # which creates the larger trimmed assembly
    assert interpreter.says(code) == "['@cdktf/provider-aws']\n"


def test_submodules_can_come_before_cdktf(interpreter: Interpreter) -> None:
    for folder in ("trimmed", f"used-{bindings_version()}"):
        shutil.rmtree(interpreter.cache / folder)  # so that the kernel starts without one
    code = "import bindings; bindings.install()\nfrom cdktf_cdktf_provider_aws.vpc import Vpc\nprint(Vpc.__name__)"
    assert interpreter.says(code) == "Vpc\n"


def test_a_new_submodule_can_come_before_cdktf(interpreter: Interpreter) -> None:
    new = f"import bindings; bindings.install()\nimport cdktf_cdktf_provider_aws.{NEW}\n"
    body = json.loads(interpreter.says(new + STACK + VPC + FIREWALL + SYNTH))["resource"]["aws_waf_web_acl"]
    assert body["firewall"]["metric_name"] == "firewall"


def test_only_what_is_imported_is_loaded(interpreter: Interpreter) -> None:
    show = """
import sys
print(sorted({name.split(".")[1] for name in sys.modules if name.startswith("cdktf_cdktf_provider_aws.")}))
"""
    assert interpreter.says(STACK + VPC + show) == "['_jsii', 'provider', 'vpc']\n"


def test_an_unknown_submodule_is_an_ordinary_import_error(interpreter: Interpreter) -> None:
    code = (
        STACK + "try:\n    import cdktf_cdktf_provider_aws.no_such\nexcept ModuleNotFoundError as e:\n    print(e.name)"
    )
    assert interpreter.says(code) == "cdktf_cdktf_provider_aws.no_such\n"


def test_an_error_of_the_kernel_is_the_same_exception(interpreter: Interpreter) -> None:
    code = STACK + VPC + "try:\n    Vpc(stack, 'vpc')\nexcept RuntimeError as e:\n    print(e)"
    assert "There is already a Construct with name 'vpc'" in interpreter.says(code)


def test_a_construct_of_ours_may_override_what_cdktf_calls(interpreter: Interpreter) -> None:
    code = """
import jsii
from constructs import IValidation, Node
@jsii.implements(IValidation)
class Refuses:
    def validate(self):
        return ["refused, says Python"]
stack.node.add_validation(Refuses())
print(stack.node.validate())
"""
    assert interpreter.says(STACK + code) == "['refused, says Python']\n"


@pytest.mark.parametrize("optimize", ["", "1"], ids=["plain", "python -O"])
def test_bytecode_is_kept_although_python_may_not_write_any(interpreter: Interpreter, optimize: str) -> None:
    environment = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONOPTIMIZE": optimize}
    interpreter.says(STACK + VPC, **environment)
    code = (
        "import builtins\ncompiled = []\noriginal = builtins.compile\n"
        "def counted(source, path, *rest, **named):\n"
        "    if 'cdktf' in str(path) or 'constructs' in str(path): compiled.append(path)\n"
        "    return original(source, path, *rest, **named)\n"
        "builtins.compile = counted\n"
    )
    assert interpreter.says(code + STACK + VPC + "print(compiled)", **environment) == "[]\n"
