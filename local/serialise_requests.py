"""Handles one request at a time: moto's backends are dictionaries that one request changes while another iterates.

Symptom: about once in many applies, `aws_vpc_security_group_egress_rule` fails with InvalidPermission.Duplicate. moto
searches the tags of all resources for those of the new rule, fails with "dictionary changed size during iteration" if
another request tags something at that moment, and answers with status 500; the provider retries, and the rule exists
already. Python runs one thread at a time anyway, so waiting costs nothing.
"""

import threading
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

MOTO_LOCK = threading.RLock()
"""Held by everything that reads or changes moto's backends."""


def serialise_requests(application: Application) -> Application:
    """Wrap the application so that it answers one request at a time. A waiting request has its body already."""
    from werkzeug.wsgi import get_input_stream  # here: the command line answers --help without it

    def serialised(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"] = BytesIO(get_input_stream(environ).read())
        with MOTO_LOCK:
            return application(environ, start_response)

    return serialised
