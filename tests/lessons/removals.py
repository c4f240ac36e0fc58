"""The code that enforces each lesson, removed: a line of code, and its replacement.

`docs/lessons.md` names a test for each lesson. `test_removals.py` applies a removal to a copy of the project and
expects that test to fail, so that no row can name a test which would pass without the code. Guards need no entry:
`test_removals.py` takes each of them out of the list.
"""

from dataclasses import dataclass
from pathlib import Path

CONTAINERS = "modules/airflow/containers.py"
PORT = "{API_SERVER_PORT}"


@dataclass(frozen=True, kw_only=True)
class Removal:
    """One change of one file."""

    lesson: str
    file: str
    line: str
    """Text that the file has exactly once."""
    instead: str = ""
    """What replaces it."""

    def __str__(self) -> str:
        return f"{self.lesson}-{Path(self.file).stem}"


REMOVALS: tuple[Removal, ...] = (
    Removal(
        lesson="A01",
        file="config/airflow/settings_rules.py",
        line="    airflows_variables_are_not_reserved,\n",
    ),
    Removal(lesson="D07", file="modules/airflow/variables.py", line='"PGSSLMODE": "verify-full", '),
    Removal(
        lesson="D07",
        file=CONTAINERS,
        line="{**_UNCHECKED, **VERIFIED, ",
        instead="{**_UNCHECKED, ",
    ),
    Removal(
        lesson="D07",
        file="modules/web/container.py",
        line="    return container if inputs.root_certificates is None else with_root_certificates(container)\n",
        instead="    return container\n",
    ),
    Removal(lesson="D07", file="config/transport_rules.py", line="(the_roots_of_the_region_are_known,)", instead="()"),
    Removal(lesson="A03", file="docker/compose.yaml", line="\nservices:\n", instead="\nname: other\nservices:\n"),
    Removal(
        lesson="A04",
        file="modules/airflow/variables.py",
        line='        "AIRFLOW__FAB__ENABLE_PROXY_FIX": "True",\n',
    ),
    Removal(
        lesson="A05",
        file="modules/secrets/generated.py",
        line='"exclude_punctuation": True',
        instead='"exclude_punctuation": False',
    ),
    Removal(
        lesson="A07",
        file="release/migrate.py",
        line="    if ended.exit_code != 0:\n",
        instead="    if ended.exit_code == 250:\n",
    ),
    Removal(
        lesson="A09",
        file=CONTAINERS,
        line='_UNCHECKED = {"CONNECTION_CHECK_MAX_COUNT": "0"}',
        instead="_UNCHECKED: dict[str, str] = {}",
    ),
    Removal(
        lesson="A10",
        file="modules/airflow/secrets.py",
        line='    return "a" if version % 2 else "b"\n',
        instead='    return "a"\n',
    ),
    Removal(
        lesson="A10",
        file="layers/airflow/secrets.py",
        line="[keys[current], keys[previous]]",
        instead="[keys[current]]",
    ),
    Removal(
        lesson="A11",
        file="modules/airflow/deployment.py",
        line=f'return f"http://{{self.internal_host}}:{PORT}"',
        instead="return self.base_url",
    ),
    Removal(
        lesson="A12",
        file=CONTAINERS,
        line='        environment["WINDLASS_WAIT_FOR_URL"] = f"{airflow.internal_url}/api/v2/version"\n',
        instead="        pass\n",
    ),
    Removal(
        lesson="A13",
        file="layers/images.py",
        line="    if registry not in _copied(environment):\n",
        instead="    if environment is not None:\n",
    ),
    Removal(
        lesson="A14",
        file="modules/airflow/dags.py",
        line="= (MountPoint(volume=VOLUME, container_path=DAGS_FOLDER, read_only=True),)",
        instead="= (MountPoint(volume=VOLUME, container_path=DAGS_FOLDER),)",
    ),
    Removal(lesson="A15", file="modules/airflow/git_sync.py", line='        user="0:0",\n'),
    Removal(
        lesson="A16",
        file="config/airflow/components.py",
        line="Field(ge=2048, le=122880)",
        instead="Field(ge=1024, le=122880)",
    ),
    Removal(
        lesson="A17",
        file="modules/airflow/variables.py",
        line="        own |= _task_logs(airflow)\n",
        instead="        pass\n",
    ),
    Removal(lesson="A18", file=CONTAINERS, line='        "WINDLASS_POOLS": _json(pools),\n'),
    Removal(lesson="A20", file="config/airflow/section.py", line="Field(ge=3600, le=604800)", instead="Field(ge=1)"),
    Removal(
        lesson="A21",
        file="config/airflow/components_rules.py",
        line="    every_queue_has_one_group_of_workers,\n",
    ),
    Removal(
        lesson="A22",
        file="config/environment.py",
        line='return f"{self.project}-{self.name}"',
        instead='return f"{self.project}-all"',
    ),
    Removal(
        lesson="B01",
        file="modules/alb/target_group.py",
        line="LbTargetGroupStickiness(enabled=False",
        instead="LbTargetGroupStickiness(enabled=True",
    ),
    Removal(
        lesson="B01",
        file="modules/alb/route.py",
        line='            {groups["blue"].arn: inputs.blue_weight, groups["green"].arn: inputs.green_weight},\n',
        instead='            {groups["blue"].arn: inputs.blue_weight},\n',
    ),
    Removal(
        lesson="B04",
        file="release/preflight.py",
        line="    if health.healthy >= count:\n",
        instead="    if health is not None:\n",
    ),
    Removal(
        lesson="D06",
        file="config/database_rules.py",
        line="    backups_go_to_another_region,\n",
    ),
    Removal(
        lesson="E09",
        file="layers/airflow/workflows.py",
        line='            "region": (aws.region, "Region"),\n',
    ),
    Removal(
        lesson="E11",
        file="modules/dns/zone.py",
        line="        if inputs.existing_zone_id is not None:\n",
        instead='        if inputs.existing_zone_id == "":\n',
    ),
    Removal(
        lesson="N07",
        file="layers/outputs.py",
        line='output("Ids of the security groups, by role (N07).", keys=roles)',
        instead='output("Ids of the security groups, by role (N07).", keys=lambda _: ["load-balancer"])',
    ),
    Removal(
        lesson="N08",
        file="layers/service.py",
        line="        for name in self.environment.host_names:\n",
        instead="        for name in self.environment.host_names[:0]:\n",
    ),
    Removal(lesson="N09", file="local/extensions/acm.py", line="        if is_delegated(zone)\n"),
    Removal(
        lesson="P04",
        file="layers/images.py",
        line="    if registry not in _copied(environment):\n",
        instead="    if environment is not None:\n",
    ),
    Removal(
        lesson="S02",
        file="config/state.py",
        line='return f"{project}/{environment}/{layer}/terraform.tfstate"',
        instead='return f"{project}/{environment}/terraform.tfstate"',
    ),
    Removal(lesson="S04", file="main.py", line="    return WARNED\n", instead="    return 0\n"),
    Removal(
        lesson="S05",
        file="cli/commands/destroy.py",
        line="    refuse_protected(states, name, is_production=session.environment.is_production)\n",
    ),
)
"""At least one for every lesson that is kept by code other than a guard."""
