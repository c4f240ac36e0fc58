"""Environment variables and versions decide how bindings are loaded."""

import subprocess
from pathlib import Path

import pytest

from bindings import paths
from tests.bindings.interpreter import STACK, SYNTH, VPC, Interpreter

pytestmark = pytest.mark.slow

SHOW_PROVIDER = "\nimport jsii; print(type(jsii.kernel.provider).__name__)\n"


def test_node_is_that_of_the_wheel(interpreter: Interpreter) -> None:
    code = "import bindings, os; bindings.install(); print(os.environ['JSII_NODE'])"
    assert Path(interpreter.says(code).strip()) == paths.node_of_the_wheel()


def test_a_node_that_the_user_has_set_is_run_by_jsii_itself(interpreter: Interpreter, tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.symlink_to(str(paths.node_of_the_wheel()))
    code = STACK + VPC + SHOW_PROVIDER
    process = interpreter.start(code, JSII_NODE=str(node))
    output, errors = process.communicate(timeout=120)
    assert (output, process.returncode) == ("ProcessProvider\n", 0), errors


def test_the_stock_loading_is_left_as_installed(interpreter: Interpreter) -> None:
    code = """
import os, sys, bindings
finders = list(sys.meta_path)
bindings.install()
assert sys.meta_path == finders
assert not [name for name in sys.modules if name.startswith("cdktf")]
print([name for name in os.environ if name.startswith("JSII_")])
"""
    assert interpreter.says(code, WINDLASS_STOCK_BINDINGS="1") == "['JSII_NODE']\n"


def test_an_unknown_jsii_uses_its_own_provider(interpreter: Interpreter, expected: str) -> None:
    code = "import bindings; bindings.KNOWN_JSII = frozenset()" + STACK + VPC + SYNTH + SHOW_PROVIDER
    process = interpreter.start(code)
    output, errors = process.communicate(timeout=120)
    assert (output, process.returncode) == (f"{expected}ProcessProvider\n", 0), errors


def test_unused_bindings_leave_no_process_and_print_nothing(interpreter: Interpreter) -> None:
    assert interpreter.says("import bindings; bindings.install()") == ""


def test_install_may_be_called_again(interpreter: Interpreter) -> None:
    code = "import bindings, sys; bindings.install(); bindings.install(); print(len(sys.meta_path))"
    once = "import bindings, sys; bindings.install(); print(len(sys.meta_path))"
    assert interpreter.says(code) == interpreter.says(once)


def test_a_forked_child_starts_a_kernel_of_its_own(interpreter: Interpreter) -> None:
    code = """
import os, bindings
bindings.install()
child = os.fork()
import cdktf
app = cdktf.Testing.app(stack_traces=False)
assert "terraform" in cdktf.Testing.synth(cdktf.TerraformStack(app, "test")) or True
if child:
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    process = interpreter.start(code)
    output, errors = process.communicate(timeout=120)
    assert (output, process.returncode) == ("0\n", 0), errors


def test_a_pipe_of_output_and_errors_stays_one_that_waits(interpreter: Interpreter) -> None:
    code = "import os" + STACK + VPC + SYNTH + "print(os.get_blocking(1), os.get_blocking(2))"
    process = interpreter.start(code, stderr=subprocess.STDOUT)
    output, _ = process.communicate(timeout=120)
    assert output.endswith("}\nTrue True\n")


def test_the_stderr_of_node_is_shown(interpreter: Interpreter) -> None:
    process = interpreter.start(STACK + VPC, JSII_DEBUG="1")
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0
    assert "[@jsii/kernel]" in errors
