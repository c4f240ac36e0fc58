"""How the embedded AWS says who it is, so that nothing else on the port is taken for it."""

IDENTITY_PATH = "/windlass/embedded-aws"
"""Path of the page that names the service, the instance and the process id, as JSON."""

SERVICE = "windlass-embedded-aws"
"""What that page says in its field `service`."""
