"""All services in JSON: a member that has no value is left out of an answer.

Symptom: `DescribeScheduledActions` answers with `"Timezone": null`, and so do many others. AWS leaves such members out.
SDKs read null in the same way; what reads an answer itself does not, such as `jq` in a script.
"""

import json
from typing import Any

from moto.core.responses import BaseResponse

from local.extensions.patching import wrap_method

NULL = "null"


@wrap_method(BaseResponse, "call_action")
def without_null(original: Any, response: Any) -> Any:
    """Answer an operation. Bodies in XML, and objects of S3, do not come this way."""
    status, headers, body = original(response)
    # A text may hold the word, and then the body stays as it is but for its blanks.
    if isinstance(body, str) and NULL in body and body.startswith("{"):
        body = json.dumps(_without_null(json.loads(body)))
    return status, headers, body


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_null(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_without_null(one) for one in value]
    return value
