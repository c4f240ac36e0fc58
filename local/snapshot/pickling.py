"""Pickles the emulated account: what moto's objects contain besides data, and the bodies of S3 objects.

Ids in an account are random, so a journal of its requests would not reproduce it; and every service of moto keeps its
state in a different form, so an export would be a second model of each. A pickle has the objects as they are.
"""

import io
import json
import pickle
import tempfile
import threading
import weakref
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from types import FunctionType
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509 import Certificate, load_pem_x509_certificate
from moto.backends import get_backend
from moto.core.base_backend import AccountSpecificBackend, BackendDict

PROTOCOL = 5
S3_OBJECT = "moto.s3.models.FakeKey"
SSM_PARAMETERS = "moto.ssm.models.ParameterDict"
AWS_MANAGED_POLICY = "moto.iam.models.AWSManagedPolicy"
"""By name: these modules take a second to import, and a new account needs none of them."""
REGISTRIES = (AccountSpecificBackend, BackendDict)
LOCK, REENTRANT_LOCK = type(threading.Lock()), type(threading.RLock())
PRIVATE_KEYS = (RSAPrivateKey, EllipticCurvePrivateKey, Ed25519PrivateKey)
"""Of KMS keys and of certificates."""
SSM_TAGS_FACTORY = "SimpleSystemManagerBackend.__init__.<locals>.<lambda>"
"""A function inside another, which cannot be pickled: it creates a `defaultdict(dict)`."""
MANAGED_POLICY_STATE = ("id", "partition", "attachment_count", "tags")
"""What an account adds to a policy that AWS manages."""

ReadBody = Callable[[str], bytes]
"""Returns the body of an S3 object by its digest."""


class Bodies(Protocol):
    """Where the bodies of S3 objects are stored."""

    def has_body(self, digest: str) -> bool:
        """Whether the body with this digest is stored."""

    def write_body(self, body: bytes) -> str:
        """Store a body and return its digest."""


@dataclass(frozen=True, kw_only=True)
class Pickled:
    """A pickled account."""

    data: bytes
    bodies: frozenset[str]
    """Digests of all bodies that it refers to."""


def dumps(value: Any, bodies: Bodies) -> Pickled:
    """Pickle `value`; each body of an S3 object is stored once."""
    file = io.BytesIO()
    pickler = _Pickler(file, bodies)
    pickler.dump(value)
    return Pickled(data=file.getvalue(), bodies=frozenset(pickler.digests))


def loads(data: bytes, read_body: ReadBody) -> Any:
    """What `dumps` pickled."""
    return _Unpickler(io.BytesIO(data), read_body).load()


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, bodies: Bodies) -> None:
        super().__init__(file, PROTOCOL)
        self._bodies = bodies
        self.digests: set[str] = set()

    def reducer_override(self, value: Any) -> Any:
        """Called for every object whose type is not one of Python's own."""
        kind = f"{type(value).__module__}.{type(value).__qualname__}"
        if kind == S3_OBJECT:
            state = {name: each for name, each in vars(value).items() if name not in ("_value_buffer", "lock")}
            return _create_key, (type(value), state, _Body(self._digest(value)))
        if isinstance(value, _Body):
            return _read_body, (value.digest,)
        if kind == SSM_PARAMETERS:
            creation = (value.account_id, value.region_name)
            return type(value), creation, vars(value), None, iter(value.items())
        if isinstance(value, dict) and type(value).__module__.startswith("moto.") and not isinstance(value, REGISTRIES):
            # Some return other items than they hold, such as the last version of a key.
            return _new, (type(value),), (dict(vars(value)), list(dict.items(value))), None, None, _set_dict
        if isinstance(value, PRIVATE_KEYS):
            return _private_key, (_pem(value),)
        if isinstance(value, Certificate):
            return _certificate, (value.public_bytes(Encoding.PEM),)
        if isinstance(value, LOCK):
            return threading.Lock, ()
        if isinstance(value, REENTRANT_LOCK):
            return threading.RLock, ()
        if isinstance(value, weakref.ref):
            return weakref.ref, (value(),)
        if kind == AWS_MANAGED_POLICY:
            # The documents of all AWS managed policies would be 24 MB, in every snapshot.
            creation = (value.name, value.account_id)
            return _managed_policy, creation, {name: vars(value)[name] for name in MANAGED_POLICY_STATE}
        if isinstance(value, FunctionType) and value.__qualname__ == SSM_TAGS_FACTORY:
            return partial, (defaultdict, dict)
        # The registries of moto's modules, to which some objects refer.
        if isinstance(value, AccountSpecificBackend):
            return _account_backends, (value.service_name, value.account_id)
        if isinstance(value, BackendDict):
            return get_backend, (value.service_name,)
        return NotImplemented

    def _digest(self, key: Any) -> str:
        # The body of an object never changes: every upload makes a new object.
        digest: str | None = vars(key).get(_DIGEST)
        if digest is None or not self._bodies.has_body(digest):
            # The body of a deleted object is gone.
            digest = self._bodies.write_body(b"" if key._value_buffer.closed else key.value)
            setattr(key, _DIGEST, digest)
        self.digests.add(digest)
        return digest


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, read_body: ReadBody) -> None:
        super().__init__(file)
        self._read_body = read_body

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == (__name__, _read_body.__name__):
            return self._read_body
        return super().find_class(module, name)


class _Body:
    """The body of an S3 object, in a pickle."""

    def __init__(self, digest: str) -> None:
        self.digest = digest


_DIGEST = "windlass_body_digest"


def _read_body(digest: str) -> bytes:
    raise NotImplementedError(digest)  # the unpickler replaces it


def _new(cls: Any) -> Any:
    return cls.__new__(cls)


def _set_dict(value: dict[Any, Any], state: tuple[dict[str, Any], list[tuple[Any, Any]]]) -> None:
    attributes, items = state
    vars(value).update(attributes)
    dict.update(value, items)


def _pem(key: Any) -> bytes:
    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem


def _private_key(pem: bytes) -> Any:
    return load_pem_private_key(pem, None)


def _certificate(pem: bytes) -> Any:
    return load_pem_x509_certificate(pem)


def _create_key(key_type: Any, state: dict[str, Any], body: bytes) -> Any:
    key = key_type.__new__(key_type)
    vars(key).update(state)
    key.lock = threading.Lock()
    key._value_buffer = tempfile.SpooledTemporaryFile(key._max_buffer_size)  # noqa: SIM115 - the object owns it
    key.value = body
    return key


def _managed_policy(name: str, account: str) -> Any:
    from moto.iam.models import AWSManagedPolicy

    return AWSManagedPolicy.from_data(name, account, "us-east-1", _managed_policies()[name])


@lru_cache(maxsize=1)
def _managed_policies() -> dict[str, Any]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    policies: dict[str, Any] = json.loads(aws_managed_policies_data)
    return policies


def _account_backends(service: str, account: str) -> Any:
    backends: Any = get_backend(service)
    return backends[account]
