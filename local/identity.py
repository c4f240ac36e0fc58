"""Identity page of the embedded AWS, so that nothing else on the port is mistaken for it."""

IDENTITY_PATH = "/windlass/embedded-aws"
"""Path of the page that names the service, the instance and the process id, as JSON."""

SERVICE = "windlass-embedded-aws"
"""Value of the page's field `service`."""
