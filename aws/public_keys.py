"""Public keys as settings carry them: host keys of SSH, and PEM blocks. They are random, and no secrets."""

import base64
import binascii
import re
from typing import Final

_FIELDS: Final = {"ssh-ed25519": 2, "ssh-rsa": 3, "ssh-dss": 5, "sk-ssh-ed25519@openssh.com": 3}
"""Fields of a key, with its kind, by kind; those of ECDSA are below."""

_ECDSA: Final = {"ecdsa-sha2": 3, "sk-ecdsa-sha2": 4}

_SSH = re.compile(r"(?P<kind>(?:ssh|ecdsa|sk)-[A-Za-z0-9@.-]+) (?P<key>[A-Za-z0-9+/]{16,}={0,2})(?![A-Za-z0-9+/=])")
_HASHED_HOST = re.compile(r"(?<![^\s,])\|1\|[A-Za-z0-9+/]{27}=\|[A-Za-z0-9+/]{27}=")
"""A host name as `ssh-keyscan -H` writes it: salt and hash."""

_PEM = re.compile(r"-----BEGIN (?P<what>PUBLIC KEY|CERTIFICATE)-----(?P<body>[A-Za-z0-9+/=\s]+)-----END (?P=what)-----")


def is_host_key(line: str) -> bool:
    """Return whether a line of `known_hosts` ends in a public key of the kind that it names."""
    words = line.split(" ")
    return len(words) == 3 and _is_ssh_key(words[1], words[2])


def without_public_keys(text: str) -> str:
    """Return a text with each public key, certificate and hashed host name before a key replaced by a word.

    What only resembles a key, such as one that was cut off, stays.
    """
    replaced = _SSH.sub(lambda each: "key" if _is_ssh_key(each["kind"], each["key"]) else each[0], text)
    if replaced != text:
        replaced = _HASHED_HOST.sub("host", replaced)
    return _PEM.sub(lambda each: "key" if _is_public_der(each["body"]) else each[0], replaced)


def _is_ssh_key(kind: str, text: str) -> bool:
    """Whether a text is a key of this kind: fields with their lengths, the first of which is the kind (RFC 4253)."""
    wanted = _FIELDS.get(kind) or _ECDSA.get(kind.partition("-nistp")[0])
    data = _decoded(text)
    if wanted is None or data is None:
        return False
    fields: list[bytes] = []
    while data:
        length = int.from_bytes(data[:4], "big")
        if len(data) < 4 + length or not length:
            return False
        fields.append(data[4 : 4 + length])
        data = data[4 + length :]
    return len(fields) == wanted and fields[0] == kind.encode()


def _is_public_der(body: str) -> bool:
    """Whether PEM's content begins as a public key or a certificate does: a private key begins with its version."""
    data = _decoded("".join(body.split()))
    if data is None or len(data) < 16 or data[0] != 0x30:
        return False
    size = data[1] & 0x7F if data[1] & 0x80 else 0
    length = int.from_bytes(data[2 : 2 + size], "big") if size else data[1]
    return len(data) == 2 + size + length and data[2 + size] == 0x30


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
