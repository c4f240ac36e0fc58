"""Limits of AWS services that no request can raise, or that Windlass stays below.

A value is what AWS documents. Rules of the environment file and inputs of modules read it from here, so that both
refuse the same.
"""

from typing import Final

CERTIFICATE_MAIN_NAME_CHARACTERS: Final = 64
"""Length of a certificate's main name, which becomes its common name; further names may have 253."""

CERTIFICATE_NAMES: Final = 10
"""Names in one certificate of ACM, the main one included, in an account that has not asked for more."""

CODEDEPLOY_ALARMS_PER_GROUP: Final = 10
"""Alarms in one deployment group of CodeDeploy."""

CONTAINERS_PER_TASK_DEFINITION: Final = 10
"""Containers in one task definition of ECS."""

LISTENER_RULE_CONDITIONS: Final = 5
"""Values of all conditions of one listener rule: host names, paths and sources together."""

LISTENER_RULE_PRIORITY_MAX: Final = 50_000
"""Highest priority of a listener rule; the lowest is 1."""

SCALING_POLICY_QUERIES: Final = 10
"""Metric queries in one target tracking policy of Application Auto Scaling."""
