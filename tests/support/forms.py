"""The encodings in which a secret may occur in a file: plain, and as programs write it."""

import base64
import json
from collections.abc import Mapping
from urllib.parse import quote, quote_plus


def forms(secret: str) -> set[str]:
    """Texts of which one is found wherever the secret is: plain, in a URL, in JSON, in hexadecimal, in base64."""
    raw = secret.encode()
    result = {
        secret,
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        json.dumps(json.dumps(secret)[1:-1])[1:-1],
        raw.hex(),
        raw.hex().upper(),
    }
    for offset in range(3):
        # Base64 writes three bytes as four characters, so the same text looks different at each of three offsets; what
        # depends on the bytes before and after it is cut off.
        whole = raw[(3 - offset) % 3 :]
        whole = whole[: len(whole) // 3 * 3]
        if len(whole) >= 9:
            encoded = base64.b64encode(whole).decode()
            result |= {encoded, encoded.replace("+", "-").replace("/", "_")}
    return result


def places(secret: str, searched: Mapping[str, str]) -> list[str]:
    """Names of the texts that contain the secret, in any encoding."""
    wanted = forms(secret)
    return [place for place, text in searched.items() if any(form in text for form in wanted)]
