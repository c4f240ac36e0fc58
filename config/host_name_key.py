"""A host name as part of addresses and outputs."""


def key_of(host_name: str) -> str:
    """The key of a host name: `name-www-acme-example`, and `name-any-acme-example` for a wildcard.

    Two names may have the same key; a rule refuses them in one environment.
    """
    return f"name-{host_name.replace('*', 'any').replace('.', '-')}"
