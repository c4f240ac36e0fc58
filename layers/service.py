"""The `service` layer: load balancer, cluster, web services, Airflow. It can be destroyed and recreated (S02)."""

from constructs import Construct

from config import Environment
from config.host_name_key import key_of
from config.load_balancer import Waf
from layers.airflow.context import AirflowContext
from layers.airflow.service_layer import airflow_service
from layers.airflow_outputs import AirflowService
from layers.alarms import data_alarms
from layers.boundary import limit_roles
from layers.context import ServiceContext, sessions_key_name
from layers.layer import Layer
from layers.listener_certificates import ListenerCertificates, listener_certificates
from layers.outputs import DataOutputs, NetworkOutputs, ServiceOutputs
from layers.reachability import LOAD_BALANCER
from layers.remote_state import publish
from layers.web import web_service
from layers.working_hours import database_hours
from modules.alb import AccessLogs, LoadBalancer, LoadBalancerInputs, LoadBalancerOutputs
from modules.dns import AliasRecord, AliasRecordInputs
from modules.ecs import Cluster, ClusterInputs, ClusterOutputs, ExecuteCommandLogs
from modules.kms import Key, KeyInputs
from modules.observability import AlarmTopic, AlarmTopicInputs
from modules.waf import ExistingFirewall, ExistingFirewallInputs, Firewall, FirewallInputs, ToolHosts


class ServiceLayer(Layer):
    """Everything that runs, and the load balancer in front of it."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, environment, "service")
        self.network = self.outputs_of("network", NetworkOutputs)
        self.data = self.outputs_of("data", DataOutputs)
        certificates = listener_certificates(self, environment, self.network)
        balancer = self._load_balancer(certificates)
        sessions_key = self._sessions_key()
        cluster = self._cluster(sessions_key)
        context = ServiceContext(
            environment=environment,
            network=self.network,
            data=self.data,
            load_balancer=balancer,
            certificates=certificates,
            cluster=cluster,
            sessions_key_arn=sessions_key,
            alarm_topic_arn=self._alarm_topic(),
        )
        services = {name: web_service(self, name, settings, context) for name, settings in environment.services.items()}
        data_alarms(self, environment, self.data, context.alarm_topic_arn)
        database_hours(self, environment, self.data, self.network.kms_key_arn)
        airflow = self._airflow(context)
        self._names(balancer)
        self.outputs = ServiceOutputs(
            load_balancer_dns_name=balancer.dns_name,
            listener_arn=balancer.listener_arn,
            cluster_name=cluster.name,
            services=services,
            airflow=airflow,
        )
        limit_roles(self, environment, self.network.boundary_arn)
        publish(self, self.outputs, environment)

    def _load_balancer(self, certificates: ListenerCertificates | None) -> LoadBalancerOutputs:
        environment, settings = self.environment, self.environment.load_balancer
        internal = settings.scheme == "internal"
        subnets = self.network.private_subnet_ids if internal else self.network.public_subnet_ids
        inputs = LoadBalancerInputs(
            name=environment.prefix,
            subnet_ids=list(subnets.values()),
            security_group_ids=[self.network.security_group_ids[LOAD_BALANCER]],
            internal=internal,
            tls=None if certificates is None else certificates.tls(environment.host_names),
            https_port=settings.https_port,
            http_port=settings.http_port,
            allow_public_http=environment.kind == "development",
            access_logs=AccessLogs(bucket=self.data.access_logs_bucket_name),
            deletion_protection=settings.deletion_protection,
            idle_timeout_seconds=settings.idle_timeout_seconds,
        )
        balancer = LoadBalancer(self, "load-balancer", inputs).outputs
        if settings.waf is not None:
            self._firewall(settings.waf, balancer)
        return balancer

    def _firewall(self, settings: Waf, balancer: LoadBalancerOutputs) -> None:
        if settings.web_acl_arn is not None:
            existing = ExistingFirewallInputs(web_acl_arn=settings.web_acl_arn, load_balancer_arn=balancer.arn)
            ExistingFirewall(self, "firewall", existing)
            return
        inputs = FirewallInputs(
            name=self.environment.prefix,
            load_balancer_arn=balancer.arn,
            rate_limit_per_five_minutes=settings.rate_limit_per_five_minutes,
            count_only=settings.count_only,
            tool=self._airflows_hosts(settings),
            log_retention_days=self.environment.cluster.logs_retention_days,
            log_kms_key_arn=self.network.kms_key_arn,
        )
        Firewall(self, "firewall", inputs)

    def _airflows_hosts(self, settings: Waf) -> ToolHosts | None:
        """Airflow's hosts as browsers name them: with the port, where it is not the scheme's own."""
        airflow, balancer = self.environment.airflow, self.environment.load_balancer
        if airflow is None or not airflow.host_names:
            return None
        port, usual = (balancer.https_port, 443) if balancer.https else (balancer.http_port, 80)
        suffix = "" if port == usual else f":{port}"
        return ToolHosts(
            host_names=tuple(name + suffix for name in airflow.host_names),
            rate_limit_per_five_minutes=settings.airflow_rate_limit_per_five_minutes,
        )

    def _sessions_key(self) -> str | None:
        """A key for sessions of ECS Exec alone: every task role may decrypt with it, without a condition."""
        environment = self.environment
        if not environment.cluster.execute_command:
            return None
        inputs = KeyInputs(
            name=sessions_key_name(environment),
            account=environment.aws.account,
            description=f"Encrypts sessions of ECS Exec in {environment.prefix}",
            deletion_window_days=7,
        )
        return Key(self, "sessions-key", inputs).outputs.key_arn

    def _cluster(self, sessions_key_arn: str | None) -> ClusterOutputs:
        environment, settings = self.environment, self.environment.cluster
        logs = ExecuteCommandLogs(
            log_group_name=environment.path("execute-command"),
            retention_days=settings.logs_retention_days,
            kms_key_arn=self.network.kms_key_arn,
            session_kms_key_arn=sessions_key_arn,
        )
        inputs = ClusterInputs(
            name=environment.prefix,
            container_insights=settings.container_insights,
            insights_retention_days=settings.logs_retention_days,
            insights_kms_key_arn=self.network.kms_key_arn,
            execute_command_logs=logs if settings.execute_command else None,
        )
        return Cluster(self, "cluster", inputs).outputs

    def _alarm_topic(self) -> str:
        environment, aws = self.environment, self.environment.aws
        inputs = AlarmTopicInputs(
            name=f"{environment.prefix}-alarms",
            account=aws.account,
            kms_key_arn=self.network.kms_key_arn,
            emails=environment.alarms.emails,
            https_endpoints=environment.alarms.https_endpoints,
        )
        return AlarmTopic(self, "alarms", inputs).outputs.topic_arn

    def _names(self, balancer: LoadBalancerOutputs) -> None:
        """A record for each host name that a service answers to (N08)."""
        if self.network.dns_zone_id is None:
            return
        for name in self.environment.host_names:
            inputs = AliasRecordInputs(
                zone_id=self.network.dns_zone_id,
                name=name,
                target_dns_name=balancer.dns_name,
                target_zone_id=balancer.zone_id,
            )
            AliasRecord(self, key_of(name), inputs)

    def _airflow(self, context: ServiceContext) -> AirflowService | None:
        settings, data = self.environment.airflow, self.data.airflow
        if settings is None or data is None:
            return None
        airflow = AirflowContext(shared=context, settings=settings, data=data)
        return airflow_service(self, airflow, context.url(settings.host_names))
