"""botocore's service models, read without their documentation and shared with moto.

moto reads the same files for its own parsers and serialisers. They are documentation for the larger part, and botocore
reads them into ordered dictionaries: all models that an apply needs take 60 MiB that way, and 30 MiB this way. So the
models that judge requests cost less memory than they save.
"""

import functools
import json
import os
from typing import Any

import moto.core.utils
from botocore.loaders import JSONFileLoader
from moto.core.loaders import create_loader
from moto.core.model import ServiceModel
from moto.core.routing import get_router_class
from moto.core.utils import get_service_model

from local.extensions.patching import wrap_method

DOCUMENTATION = ("documentation", "documentationUrl")


def _without_documentation(read: dict[str, Any]) -> dict[str, Any]:
    for name in DOCUMENTATION:
        if isinstance(read.get(name), str):
            del read[name]
    return read


class LeanFileLoader(JSONFileLoader):  # type: ignore[misc]
    """Reads models into plain dictionaries, without documentation."""

    def _load_file(self, full_path: str, open_method: Any) -> Any:
        if not os.path.isfile(full_path):  # noqa: PTH113 - botocore's own test, of a string
            return None
        with open_method(full_path, "rb") as file:
            return json.loads(file.read(), object_hook=_without_documentation)


@wrap_method(moto.core.utils, "_load_service_model")
def load_lean(_original: Any, service_name: str, model_name: str) -> Any:
    """Load a model for moto and for the judge."""
    loader = create_loader()
    loader.file_loader = LeanFileLoader()
    return loader.load_service_model(service_name, model_name)


def model(service: str) -> ServiceModel:
    """The model of a service, by botocore's name. Loaded once; moto's additions to it change no constraint."""
    return get_service_model(service)


@functools.cache
def known_services() -> frozenset[str]:
    """The names of all services, as botocore has them."""
    return frozenset(create_loader().list_available_services("service-2"))


@functools.cache
def rest_router(service: str) -> Any:
    """Finds the operation of a request by its method and path."""
    described = model(service)
    router = get_router_class(service, described.metadata["protocol"])
    return router(described) if router is not None else None
