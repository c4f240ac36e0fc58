"""RDS: enhanced monitoring needs a role that RDS may assume.

Symptom: an instance with a role that RDS may not assume is created, where AWS refuses it.
Source: "Setting up and enabling Enhanced Monitoring" in the RDS User Guide.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.rds.exceptions import InvalidParameterValue
from moto.rds.responses import RDSResponse
from moto.utilities.utils import get_partition

from local.extensions.patching import wrap_method
from local.iam.service_roles import ServiceRole


@wrap_method(RDSResponse, "create_db_instance")
def create_db_instance(original: Any, response: Any) -> ActionResult:
    """CreateDBInstance."""
    _require_role(response)
    answer: ActionResult = original(response)
    return answer


@wrap_method(RDSResponse, "create_db_instance_read_replica")
def create_db_instance_read_replica(original: Any, response: Any) -> ActionResult:
    """CreateDBInstanceReadReplica."""
    _require_role(response)
    answer: ActionResult = original(response)
    return answer


@wrap_method(RDSResponse, "modify_db_instance")
def modify_db_instance(original: Any, response: Any) -> ActionResult:
    """ModifyDBInstance."""
    _require_role(response)
    answer: ActionResult = original(response)
    return answer


def _require_role(response: Any) -> None:
    role_arn = response.params.get("MonitoringRoleArn")
    if not role_arn:
        return
    account, region = response.current_account, response.region
    instance = response.params["DBInstanceIdentifier"]
    role = ServiceRole(
        arn=role_arn,
        service="monitoring.rds.amazonaws.com",
        account=account,
        region=region,
        source_arn=f"arn:{get_partition(region)}:rds:{region}:{account}:db:{instance}",
    )
    if role.distrust():
        raise InvalidParameterValue(
            "IAM role ARN value is invalid or does not include the required permissions for: ENHANCED_MONITORING"
        )
