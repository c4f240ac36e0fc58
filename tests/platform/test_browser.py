"""A person with a browser: opens what the last screen shows, signs in, runs a DAG, reads its log, sees a colour."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from tests.support.browser import Browser, browser, require_browser
from tests.support.platform import Platform
from tests.support.waiting import PATIENCE

pytestmark = [pytest.mark.airflow, pytest.mark.platform, pytest.mark.slow]

RUN_SECONDS = 180
INTERSTITIAL = "ERR_CERT_AUTHORITY_INVALID"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home directory without any browser profile."""
    require_browser()
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def addresses(platform: Platform) -> dict[str, str]:
    """Name → address, as the last screen shows them (`local status` shows the same)."""
    platform.data_plane().wait_until_steady(300 * PATIENCE)  # tests before this one may have replaced tasks
    printed = platform.applied or platform.windlass("local", "status").stdout
    return dict(re.findall(r"^ *(Airflow|web) +(https://\S+)", printed, re.MULTILINE))


@pytest.fixture(scope="module")
def trusting(platform: Platform, home: Path, addresses: dict[str, str]) -> Iterator[Browser]:
    """A browser after `./windlass local trust`."""
    trusted = platform.windlass("local", "trust", variables={"HOME": str(home)})
    assert trusted.returncode == 0, trusted.stdout + trusted.stderr
    with browser(home) as opened:
        yield opened


def test_before_trust_the_browser_warns_as_the_last_screen_announces(addresses: dict[str, str], tmp_path: Path) -> None:
    require_browser()
    with browser(tmp_path) as opened:
        opened.open(addresses["web"])
        opened.wait_for("warning", lambda: INTERSTITIAL in opened.text)


def test_a_person_signs_in_triggers_a_dag_and_reads_its_log(
    platform: Platform, trusting: Browser, addresses: dict[str, str]
) -> None:
    password = platform.windlass("local", "airflow-password").stdout.strip()
    trusting.open(addresses["Airflow"])
    trusting.type("username", "admin")
    trusting.type("password", password)
    trusting.click(By.CSS_SELECTOR, "[type=submit]")
    trusting.wait_for("home page", lambda: trusting.address.rstrip("/") == addresses["Airflow"])

    trusting.open(f"{addresses['Airflow']}/dags/hello")
    trusting.click(By.CSS_SELECTOR, "button[aria-label='Trigger Dag']")
    trusting.click(By.XPATH, "//*[@role='dialog']//button[normalize-space()='Trigger']")
    trusting.wait_for("page of the run", lambda: "/dags/hello/runs/" in trusting.address)
    run = trusting.address
    trusting.wait_for("success of the run", lambda: "Success" in trusting.text.split("Task Instances")[0], RUN_SECONDS)

    trusting.open(f"{run}/tasks/greet")
    trusting.wait_for("log of the task", lambda: "Hello from a worker" in trusting.text)


def test_the_sample_service_shows_its_colour_and_version(trusting: Browser, addresses: dict[str, str]) -> None:
    trusting.open(addresses["web"])
    assert trusting.find(By.ID, "colour").text in {"blue", "green"}
    assert trusting.find(By.ID, "version").text == "0.1.0"


def test_plain_http_leads_to_the_address_shown(
    platform: Platform, trusting: Browser, addresses: dict[str, str]
) -> None:
    http_port = platform.variables["WINDLASS_LOAD_BALANCER__HTTP_PORT"]
    trusting.open(f"http://app.windlass.localhost:{http_port}/health")
    assert trusting.address == f"{addresses['web']}/health"
