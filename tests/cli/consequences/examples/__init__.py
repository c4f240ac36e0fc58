"""Changes as Terraform's plan has them, each with what it costs: a file for each part of the table."""

from tests.cli.consequences.examples.caches import CACHES
from tests.cli.consequences.examples.databases import DATABASES
from tests.cli.consequences.examples.networks import NETWORKS
from tests.cli.consequences.examples.services import SERVICES
from tests.cli.consequences.examples.stores import STORES

EXAMPLES = (*DATABASES, *CACHES, *STORES, *SERVICES, *NETWORKS)
