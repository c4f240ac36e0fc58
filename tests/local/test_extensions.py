import importlib
import sys

import pytest

from local.extensions import COMMON, EXTENDED_SERVICES, extend
from local.extensions.patching import OutdatedExtensionError, add_method, wrap_method


@pytest.mark.parametrize("service", sorted(EXTENDED_SERVICES))
def test_every_extension_loads_once_and_says_why_it_exists(service):
    extend(service)
    extend(service)
    assert "Symptom" in (importlib.import_module(EXTENDED_SERVICES[service]).__doc__ or "")


@pytest.mark.parametrize("module", COMMON)
def test_what_all_have_in_common_says_why_too(module):
    assert "Symptom" in (importlib.import_module(module).__doc__ or "")


def test_a_service_without_an_extension_is_left_alone():
    for module in COMMON:
        importlib.import_module(module)
    loaded = set(sys.modules)
    extend("sqs")
    assert set(sys.modules) == loaded


class Moto:
    def describe(self) -> str:
        return "moto"


def test_extending_a_method_that_moto_no_longer_has_is_an_error():
    with pytest.raises(OutdatedExtensionError, match="has no gone to extend"):
        wrap_method(Moto, "gone")


def test_adding_a_method_that_moto_has_by_now_is_an_error():
    def describe(_moto):
        return "ours"

    with pytest.raises(OutdatedExtensionError, match="remove the extension"):
        add_method(Moto)(describe)


def test_a_wrapped_method_gets_the_original():
    @wrap_method(Moto, "describe")
    def describe(original, moto):
        return original(moto) + ", extended"

    assert Moto().describe() == "moto, extended"
