"""The provider that a test attaches is not taken where it would mix things up."""

import json
import os
from pathlib import Path

import pytest

from cli.running.attached_provider import REATTACH
from tests.support.provider import attached_provider, refuse_several_configurations


@pytest.mark.parametrize("configurations", [[{}, {"alias": "other"}], {"alias": "other"}])
def test_several_configurations_are_refused(configurations: object, tmp_path: Path) -> None:
    (tmp_path / "cdk.tf.json").write_text(json.dumps({"provider": {"aws": configurations}}))
    with pytest.raises(ValueError, match="configures the AWS provider more than once"):
        refuse_several_configurations(tmp_path)
    with pytest.raises(ValueError, match="let Terraform start it"), attached_provider(tmp_path, os.environ):
        pass


def test_a_test_does_not_go_on_without_it(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=f"does not start, or {REATTACH}"), attached_provider(tmp_path, os.environ):
        pass
