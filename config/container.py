"""Values that containers of web services and of Airflow share."""

from typing import Annotated

from pydantic import StringConstraints

from aws import image_reference
from config.pattern import Pattern

EnvironmentName = Annotated[
    str, Pattern(r"[A-Za-z_][A-Za-z0-9_]{0,127}", "letters, digits and _, not starting with a digit", "LOG_LEVEL")
]


Text = Annotated[
    str,
    StringConstraints(max_length=4096),
    Pattern(r"(?![\s\S]*\{TfToken\[)[^\x00]*", "text without NUL, and without {TfToken[, which is reserved by CDKTF"),
]
"""Free text for a container. It arrives there verbatim: neither Terraform nor ECS interprets expressions in it."""


Argument = Annotated[Text, StringConstraints(min_length=1, max_length=1024)]
"""One word of a command line: the program or an argument, each for itself. No shell reads it."""

Folder = Annotated[
    str,
    Pattern(r"(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}){1,8}", "an absolute path, without a slash at the end", "/app/cache"),
]
"""A folder in a container."""

EnvironmentFile = Annotated[
    str,
    Pattern(
        r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.()=-]+){0,15}/[A-Za-z0-9!_.()=-]+\.env",
        "a bucket and the key of a file in it that ends in .env, as ECS requires",
        "acme-settings/web/prod.env",
    ),
]
"""A file of `NAME=VALUE` lines in S3."""

User = Annotated[
    str,
    Pattern(
        r"(0|[1-9]\d{0,8})(:(0|[1-9]\d{0,8}))?|[a-z_][a-z0-9_-]{0,31}",
        "a user of the image by number or name, or user and group by their numbers",
        "10001:10001",
    ),
]
"""Who runs the program in a container."""

Image = Annotated[
    str,
    StringConstraints(max_length=image_reference.MAX_CHARACTERS),
    Pattern(
        image_reference.IMAGE_PATTERN,
        image_reference.ALLOWED,
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop-prod/web:1.4.0",
    ),
]
"""A complete image reference (E05)."""
