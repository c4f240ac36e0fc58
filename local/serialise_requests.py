"""One request after the other: moto's backends are dictionaries that one request changes while another walks them.

Symptom: about once in many applies, `aws_vpc_security_group_egress_rule` fails with InvalidPermission.Duplicate. moto
looks for the tags of the rule that it has just made among the tags of all resources, fails with "dictionary changed
size during iteration" when another request tags something meanwhile, and answers with status 500; the provider asks
again, and the rule is there already. Python runs one thread at a time anyway, so waiting costs nothing.
"""

import threading
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

MOTO_LOCK = threading.RLock()
"""Whoever reads or changes moto's backends holds this."""


def serialise_requests(application: Application) -> Application:
    """The application, answering no two requests at once. A request waits for its turn with its body received."""
    from werkzeug.wsgi import get_input_stream  # here: the command line answers --help without it

    def alone(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"] = BytesIO(get_input_stream(environ).read())
        with MOTO_LOCK:
            return application(environ, start_response)

    return alone
