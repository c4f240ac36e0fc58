"""From what is sent to the members of a model, noting what fits none: the reverse of botocore's serialisers.

`decode_request` is for requests; the readers of JSON and XML read answers too, in tests.
"""

from local.strict.decoding.requests import decode_request

__all__ = ["decode_request"]
