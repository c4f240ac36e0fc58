"""Changes that interrupt wait for the maintenance window, unless the environment file says otherwise."""

from typing import Any

from tests.support.documents import Documents, documents, documents_of


def applied_at_once(of: Documents) -> dict[str, Any]:
    data = of["data"]["resource"]
    return {
        kind: body["apply_immediately"]
        for kind in ("aws_db_instance", "aws_elasticache_replication_group")
        for body in data[kind].values()
    }


def test_changes_wait_by_default_and_each_store_can_be_told_not_to() -> None:
    assert set(applied_at_once(documents("prod")).values()) == {False}
    for section, kind in (("database", "aws_db_instance"), ("cache", "aws_elasticache_replication_group")):

        def change(data: dict[str, Any], section: str = section) -> None:
            data[section]["apply_immediately"] = True

        changed = applied_at_once(documents_of("prod", change))
        assert {name for name, value in changed.items() if value} == {kind}
