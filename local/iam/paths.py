"""Paths of the embedded AWS's pages about IAM."""

CALLS_PATH = "/windlass/iam/calls"
"""GET lists what roles did, `allowed` and `denied`, with counts; DELETE forgets it."""
AUTHORIZATION_PATH = "/windlass/iam/authorization"
"""POST with the session of a role and a call that a service would make for it: 403 with a `message` if it may not."""
CREDENTIALS_PATH = "/windlass/iam/credentials"
"""POST with `role_arn`, `service`, `source_arn` and `session_name` gives a service the credentials of a role that
trusts it, in the form of the container credentials endpoint; 403 with a `message` if the role does not.
"""
