"""jsii's provider over our own Node process, with less work for each message.

The messages are the same as those of jsii's own provider. It is used only for the versions that it was compared with
(`KNOWN_JSII`); others use jsii's own provider, which is slower.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import attr
import cattr
import jsii
from jsii._kernel.providers.process import ProcessProvider, _with_reference, jdefault, ohook
from jsii._kernel.types import (
    BeginRequest,
    Callback,
    CallbacksRequest,
    CompleteRequest,
    CreateRequest,
    CreateResponse,
    DeleteRequest,
    EndRequest,
    GetRequest,
    GetResponse,
    GetScriptCommandRequest,
    InvokeRequest,
    InvokeResponse,
    LoadRequest,
    LoadResponse,
    ObjRef,
    Override,
    SetRequest,
    SetResponse,
    StaticBeginRequest,
    StaticGetRequest,
    StaticInvokeRequest,
    StaticSetRequest,
    StatsRequest,
)
from jsii._stack_trace import capture_stack_trace, is_enabled
from jsii.errors import ErrorType, JavaScriptError, JSIIError

from bindings import node
from bindings.supply import SUPPLY

APIS: dict[type, str] = {
    BeginRequest: "begin",
    CallbacksRequest: "callbacks",
    CompleteRequest: "complete",
    CreateRequest: "create",
    DeleteRequest: "del",
    EndRequest: "end",
    GetRequest: "get",
    GetScriptCommandRequest: "getBinScriptCommand",
    InvokeRequest: "invoke",
    LoadRequest: "load",
    SetRequest: "set",
    StaticBeginRequest: "sbegin",
    StaticGetRequest: "sget",
    StaticInvokeRequest: "sinvoke",
    StaticSetRequest: "sset",
    StatsRequest: "stats",
}
FIELDS = {request: tuple(field.name for field in attr.fields(request)) for request in (*APIS, Override)}
DECODER = json.JSONDecoder(object_hook=ohook)


def adopt(process: node.Node, jsii_version: str) -> None:
    """Let jsii use this process instead of starting its own.

    A process whose early loads failed is replaced, and its trimmed assembly and unpacked packages are recreated.

    Raises:
        NodeStoppedError: the process does not work.
    """
    _greet(process)
    if not process.loads_succeeded():
        process.stop()
        for load in process.loads:
            if load.tarball != load.installed:
                Path(load.tarball).unlink(missing_ok=True)
        installed = [replace(load, tarball=load.installed) for load in process.loads if load.installed]
        process = node.Node(jsii_version, installed, node.fresh_package_cache())
        _greet(process)
    jsii.kernel.provider = OurProvider(process)
    SUPPLY.loaded_early(frozenset().union(*(load.submodules for load in process.loads)))


def _greet(process: node.Node) -> None:
    hello = process.greeting()
    if hello != f"@jsii/runtime@{jsii.__jsii_runtime_version__}":
        process.stop()
        raise node.NodeStoppedError(f"unexpected kernel {hello}")


class OurProvider(ProcessProvider):
    """jsii's provider, with the process replaced."""

    def __init__(self, process: node.Node) -> None:
        self._conversation = Conversation(process)

    @property
    def _process(self) -> "Conversation":
        return self._conversation


class Conversation:
    """Sends requests and parses responses, as jsii's `_NodeProcess` does."""

    def __init__(self, process: node.Node) -> None:
        self._node = process
        self._rare = cattr.Converter()
        self._rare.register_structure_hook(ObjRef, _with_reference)

    def send(self, request: Any, response_type: type) -> Any:
        """Send a request and return its response, or a callback that arrives first.

        Raises:
            JSIIError: the kernel rejected the request.
            RuntimeError: the requested code raised an error.
        """
        if type(request) is LoadRequest and request.name in self._node.responses:
            response = self._node.responses.pop(request.name)  # requested early
        else:
            self._node.write(self._message(request))
            response = DECODER.decode(self._node.read().decode())
        if "ok" in response:
            return self._response(response["ok"], response_type)
        if "callback" in response:
            return self._rare.structure(response["callback"], Callback)
        if response["name"] == ErrorType.JSII_FAULT.value:
            raise JSIIError(response["error"]) from _stack(response)
        raise RuntimeError(response["error"]) from _stack(response)

    def _message(self, request: Any) -> str:
        message = _plain(request)
        if is_enabled() and (trace := capture_stack_trace()):
            message["$jsii.stacktrace"] = trace
        return json.dumps(message, default=_plain)

    def _response(self, content: Any, response_type: type) -> Any:
        if response_type is CreateResponse:
            return CreateResponse(ref=content.ref)
        if response_type is InvokeResponse:
            return InvokeResponse(result=content.get("result"))
        if response_type is GetResponse:
            return GetResponse(value=content.get("value"))
        if response_type is SetResponse:
            return SetResponse()
        if response_type is LoadResponse:
            return LoadResponse(assembly=content["assembly"], types=content["types"])
        return self._rare.structure(content, response_type)


def _stack(response: dict[str, Any]) -> JavaScriptError:
    return JavaScriptError(response.get("stack", ""))  # type: ignore[no-untyped-call]


def _plain(value: Any) -> Any:
    """Convert what json cannot serialise: requests, references, jsii objects, dates."""
    fields = FIELDS.get(type(value))
    if fields is not None:
        message = {name: getattr(value, name) for name in fields}
        if api := APIS.get(type(value)):
            message["api"] = api
        return message
    if isinstance(value, ObjRef):
        if value.interfaces:
            return {"$jsii.byref": value.ref, "$jsii.interfaces": value.interfaces}
        return {"$jsii.byref": value.ref}
    if hasattr(value, "complete") and type(value).__name__ == "_CompleteRequest":
        return {"complete": value.complete}
    return jdefault(value)  # type: ignore[no-untyped-call]
