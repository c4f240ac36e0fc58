"""Layers exchange declared outputs only: what one publishes is exactly what others can read (S03)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import pytest

from backend.state import RemoteState
from config import Environment, load
from layers import LAYERS
from layers.outputs import DataOutputs, NetworkOutputs, ServiceOutputs
from layers.remote_state import output, publish, read
from tests.support.documents import ENVIRONMENTS, ROOT, documents, documents_of
from tests.support.stack import module_stack, synthesised

CLASSES = {"network": NetworkOutputs, "data": DataOutputs, "service": ServiceOutputs}
REFERENCE = re.compile(r"data\.terraform_remote_state\.(\w+)\.outputs\.(\w+)((?:\.[\w-]+)*)")


@dataclass(frozen=True, kw_only=True)
class Outputs:
    name: str = output("A name.")
    ids: Mapping[str, str] = output("Ids by zone.", keys=lambda environment: environment.network.zones)
    cache: str | None = output("Only with a cache.", when=lambda environment: environment.cache is not None)


@dataclass(frozen=True, kw_only=True)
class Bucket:
    arn: str
    kms_key_arn: str | None = output("Only with a cache.", when=lambda environment: environment.cache is not None)
    names: Mapping[str, str] = output("Names by zone.", keys=lambda environment: environment.network.zones)


@dataclass(frozen=True, kw_only=True)
class NestedOutputs:
    logs: Bucket | None = output("A bucket.", when=lambda environment: environment.airflow is not None)
    buckets: Mapping[str, Bucket] = output("Buckets by zone.", keys=lambda environment: environment.network.zones)


@pytest.fixture(scope="module")
def prod() -> Environment:
    return load("prod", ROOT)


@pytest.fixture(scope="module")
def dev() -> Environment:
    """Development without a cache, and so without Airflow."""
    return load("dev", ROOT).model_copy(update={"cache": None, "airflow": None})


def test_what_is_read_is_an_expression_over_the_state_of_the_other_layer(prod: Environment) -> None:
    outputs = read(Outputs, RemoteState(layer="network"), prod)
    assert outputs.name == "${data.terraform_remote_state.network.outputs.name}"
    assert outputs.ids["eu-west-1b"] == "${data.terraform_remote_state.network.outputs.ids.eu-west-1b}"
    assert list(outputs.ids) == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]


def test_what_an_environment_does_not_have_is_neither_read_nor_published(dev: Environment) -> None:
    assert read(Outputs, RemoteState(layer="data"), dev).cache is None
    with module_stack() as stack:
        publish(stack, Outputs(name="a", ids={"eu-west-1a": "1", "eu-west-1b": "2"}), dev)
        assert set(synthesised(stack).document["output"]) == {"name", "ids"}


def test_an_output_that_is_forgotten_is_refused(prod: Environment) -> None:
    with module_stack() as stack, pytest.raises(ValueError, match="output name must be a string"):
        publish(stack, Outputs(ids={}, cache="c"), prod)


def test_a_mapping_with_other_keys_than_declared_is_refused(prod: Environment) -> None:
    with module_stack() as stack, pytest.raises(ValueError, match="output ids must have the keys"):
        publish(stack, Outputs(name="a", ids={"eu-west-1a": "1"}, cache="c"), prod)


def test_an_object_is_published_and_read_with_its_own_fields(prod: Environment, dev: Environment) -> None:
    outputs = read(NestedOutputs, RemoteState(layer="data"), prod)
    prefix = "data.terraform_remote_state.data.outputs"
    assert outputs.logs is not None
    assert outputs.logs.arn == f"${{{prefix}.logs.arn}}"
    assert outputs.buckets["eu-west-1a"].names["eu-west-1b"] == f"${{{prefix}.buckets.eu-west-1a.names.eu-west-1b}}"
    small = read(NestedOutputs, RemoteState(layer="data"), dev)
    assert small.logs is None
    with module_stack() as stack:
        publish(stack, small, dev)
        published = synthesised(stack).document["output"]
    assert set(published) == {"buckets"}
    assert published["buckets"]["value"]["eu-west-1a"] == {
        "arn": f"${{{prefix}.buckets.eu-west-1a.arn}}",
        "names": {zone: f"${{{prefix}.buckets.eu-west-1a.names.{zone}}}" for zone in ("eu-west-1a", "eu-west-1b")},
    }


def test_a_field_that_is_forgotten_inside_an_object_is_refused_with_its_path(prod: Environment) -> None:
    zones = {zone: f"bucket-{zone}" for zone in prod.network.zone_names}
    whole = {zone: Bucket(arn=zone, kms_key_arn="k", names=zones) for zone in zones}
    for wrong, said in (
        (Bucket(arn="a", names=zones), r"output buckets\.eu-west-1a\.kms_key_arn must be a string"),
        (Bucket(arn="a", kms_key_arn="k", names={}), r"output buckets\.eu-west-1a\.names must have the keys"),
    ):
        outputs = NestedOutputs(logs=whole["eu-west-1a"], buckets={**whole, "eu-west-1a": wrong})
        with module_stack() as stack, pytest.raises(ValueError, match=said):
            publish(stack, outputs, prod)


def test_objects_of_several_classes_cannot_be_read_as_expressions(prod: Environment) -> None:
    with pytest.raises(TypeError, match=r"output services is .*; only a string or one class of objects can be read"):
        read(ServiceOutputs, RemoteState(layer="service"), prod)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_reference_to_another_layer_points_at_something_published(name: str) -> None:
    all_documents = documents(name)
    for layer in LAYERS:
        text = str(all_documents[layer]).replace("'", '"')
        for other, name_of_output, keys in REFERENCE.findall(text):
            assert LAYERS.index(other) < LAYERS.index(layer)
            value = all_documents[other]["output"][name_of_output]["value"]
            for key in keys.split(".")[1:]:
                assert key in value, f"{layer} reads {other}.{name_of_output}{keys}"
                value = value[key]
            assert isinstance(value, str), f"{layer} reads {other}.{name_of_output}{keys}, which is not a string"


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_a_layer_publishes_its_outputs_class_and_nothing_else(name: str) -> None:
    environment = load(name, ROOT)
    for layer, outputs_class in CLASSES.items():
        wanted = {field.name for field in fields(outputs_class) if field.metadata["when"](environment)}
        published = documents(name)[layer]["output"]
        assert set(published) == wanted
        assert all(body["description"] for body in published.values())


def test_a_service_may_be_called_what_an_output_is_called() -> None:
    def rename(data: dict[str, Any]) -> None:
        data["services"] = {"services": data["services"]["web"]}

    output = documents_of("prod", rename)["service"]["output"]["services"]["value"]
    assert list(output) == ["services"]
