"""The data plane's clients are alike, for the account's root and for roles; what it leaves alone is known."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from local.dataplane import DataPlane, Settings
from local.dataplane.desired_state import clients
from local.dataplane.desired_state.aws_client import AwsClient
from local.dataplane.desired_state.registry_images import RegistryImages
from local.dataplane.fingerprint import fingerprint

URL = "http://127.0.0.1:5999"


def test_every_client_has_the_same_limits_and_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-the-person")
    images = RegistryImages(URL)
    every = [*AwsClient(URL, "eu-west-1", is_included=lambda _: True)._clients.values(), images._client("eu-west-1")]
    assert {each.meta.config.read_timeout for each in every} == {15}
    assert {each._request_signer._credentials.access_key for each in every} != {"of-the-person"}
    assert {each.meta.endpoint_url for each in every} == {URL}


def test_nothing_else_says_how_long_a_client_waits() -> None:
    folder = Path(clients.__file__).parents[1]
    saying = {path.name for path in folder.rglob("*.py") if "Config(" in path.read_text(encoding="utf-8")}
    assert {each for each in saying if each != "__main__.py"} == {"clients.py"}


def test_what_the_running_data_plane_leaves_alone_is_what_it_was_started_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(
        endpoint_url=URL,
        folder=tmp_path,
        windlass_folder=tmp_path,
        region="eu-west-1",
        skipped_services=("x-airflow-*", "x-shop"),
    )
    names = ("x-web-blue", "x-airflow-scheduler", "x-shop")
    plane = DataPlane(Settings(endpoint_url=URL, folder=tmp_path, windlass_folder=tmp_path, region="eu-west-1"))
    assert plane.left_alone(names) == ()
    monkeypatch.setattr(plane._process, "find_running", lambda: SimpleNamespace(details=fingerprint(settings)))
    assert plane.left_alone(names) == ("x-airflow-scheduler", "x-shop")
