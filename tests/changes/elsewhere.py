"""Keys of an environment file that have no row, and why."""

from collections.abc import Mapping

ANOTHER = "another value is another environment: it is built beside this one"
PLACE = "where the state is; `terraform init -migrate-state` moves it, and no resource changes"
RELEASE = "only the first deployment reads it; `./windlass deploy` changes what runs"
CREATION = "only read when the database is created (docs/runbooks/restore.md)"
NO_RESOURCE = "only checks read it; no resource changes"
ROLES = "roles and policies of pipelines and people, which no task uses; policies change in place"
NEW_TASKS = "a new task definition: ECS replaces tasks as with `services.*.cpu`, and workers finish theirs first"
ROTATION = "a rotation, tried in tests/airflow/test_rotation.py"
EXISTING = "names what exists outside the environment; moving there is a migration with steps of its own"
IN_PLACE = "a value of what a row switches on; it is changed in place"
CLIENTS = "changes who reaches Airflow, as the same key of the load balancer or of a service does"

ELSEWHERE: Mapping[str, str] = {
    "name": ANOTHER,
    "project": ANOTHER,
    "aws": ANOTHER,
    **{f"state.{key}": PLACE for key in ("backend", "bucket", "organization", "hostname", "project", "path")},
    "state.dynamodb_table": "may go once `state.use_lockfile` is applied",
    "throw_away": "settings for the deletion of buckets and repositories, changed in place",
    "quotas": NO_RESOURCE,
    "waivers": NO_RESOURCE,
    "delivery": ROLES,
    "network.existing": EXISTING,
    "dns.zone_id": EXISTING,
    "load_balancer.certificate_arn": EXISTING,
    "load_balancer.https": "clients that ask the other port fail by intention: the listener is another one",
    "load_balancer.https_port": "clients that ask the former port fail by intention",
    "load_balancer.http_port": "clients that ask the former port fail by intention",
    "database.restore_from_snapshot": CREATION,
    "database.restore_from_backup_arn": CREATION,
    "database.restore_to_time": CREATION,
    "database.apply_immediately": "decides when other changes happen; no resource changes on its own",
    "cache.apply_immediately": "decides when other changes happen; no resource changes on its own",
    "cache.accept_previous_password": ROTATION,
    "cache.maxmemory_policy": "a parameter of the cache, changed in place; beside Airflow only one value is allowed",
    "services.*.blue": RELEASE,
    "services.*.green": RELEASE,
    "services.*.image": RELEASE,
    "services.*.migration_command": "`./windlass deploy` runs it; no resource changes",
    "services.*.cpu_architecture": "as another image: deploy one for both architectures first",
    "services.*.deployment_config": "how the next deployment of CodeDeploy shifts requests; changed in place",
    "services.*.termination_wait_minutes": "what the next deployment of CodeDeploy waits for; changed in place",
    "services.*.test_listener": "a listener that no client of the service uses",
    "airflow.image": RELEASE,
    "airflow.docker_hub_credential_arn": "read with the next pull of an image; no task changes",
    "airflow.cpu_architecture": "as another image: use one for both architectures first",
    "airflow.priority": "a rule's number, changed in place, as with `services.*.priority`",
    "airflow.allowed_cidrs": CLIENTS,
    "airflow.dags.repositories.*.credentials": NEW_TASKS,
    "airflow.dags.repositories.*.secret_arn": NEW_TASKS,
    "airflow.dags.repositories.*.username": NEW_TASKS,
    "airflow.dags.repositories.*.known_hosts": NEW_TASKS,
    "airflow.dags.image": NEW_TASKS,
    "airflow.dags.bucket": EXISTING,
    "airflow.dags.file_system_id": EXISTING,
    "airflow.dags.access_point_id": EXISTING,
    "airflow.dags.security_group_id": EXISTING,
    "airflow.first_user": "only read where the user does not exist yet",
    "airflow.first_user_password_version": ROTATION,
    "airflow.database_password_version": ROTATION,
    "airflow.jwt_secret_version": ROTATION,
    "airflow.api_secret_key_version": ROTATION,
    "airflow.existing_fernet_keys_secret_arn": EXISTING,
    "airflow.database_name": "another database beside the former one, which stays; data does not move",
    "airflow.database_proxy.max_connections_percent": IN_PLACE,
    "airflow.database_proxy.connection_borrow_timeout_seconds": IN_PLACE,
    "airflow.database_proxy.idle_client_timeout_seconds": IN_PLACE,
    **{
        f"airflow.authentication.{key}": IN_PLACE
        for key in (
            "issuer",
            "authorization_endpoint",
            "token_endpoint",
            "user_info_endpoint",
            "client_id",
            "client_secret_arn",
            "client_secret_version",
            "scope",
            "session_timeout_hours",
            "api_without_login",
        )
    },
    "airflow.roles": EXISTING,
    "airflow.kms_key_arns": "statements of policies, changed in place",
    "airflow.secrets": NEW_TASKS,
    "airflow.workflows.task_role_arn": EXISTING,
    "airflow.workflows.execution_role_arn": EXISTING,
    "load_balancer.waf.web_acl_arn": EXISTING,
    "load_balancer.waf.rate_limit_per_five_minutes": IN_PLACE,
    "load_balancer.waf.airflow_rate_limit_per_five_minutes": IN_PLACE,
    "load_balancer.waf.count_only": IN_PLACE,
    "working_hours.days": IN_PLACE,
    "working_hours.services": IN_PLACE,
    "working_hours.stop_database": IN_PLACE,
    "alarms.https_endpoints": "a subscription of a topic, as with `alarms.emails`",
}
