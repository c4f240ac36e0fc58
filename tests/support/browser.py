"""A real browser, as a person on this machine has it: no host is mapped, no certificate error is ignored."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.support.waiting import PATIENCE

T = TypeVar("T")

PROGRAMS = {"chromium": "chromium", "chromedriver": "chromium-driver", "certutil": "libnss3-tools"}
"""Program → Debian package."""
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1400,900", "--no-first-run"),
    # It sends no requests other than those of the test.
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic"),
)
WAIT_SECONDS = 60
PAGE_LOAD_SECONDS = 90


def require_browser() -> None:
    """Skip the test where a program is missing, and say how to get it; in CI it fails instead."""
    packages = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
    if not packages:
        return
    message = f"the browser test needs: apt-get install {' '.join(packages)}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


class Browser:
    """Chromium, with waits for what a person would wait for."""

    def __init__(self, driver: webdriver.Chrome, pictures: Path) -> None:
        self._driver, self._pictures = driver, pictures

    @property
    def address(self) -> str:
        """What the address bar shows."""
        return str(self._driver.current_url)

    def open(self, url: str) -> None:
        """Type an address."""
        self._driver.get(url)

    def type(self, field: str, text: str) -> None:
        """Fill in a field of a form, by its name."""
        self.find(By.NAME, field).send_keys(text)

    def click(self, by: str, value: str) -> None:
        """Click on what is found in this way, once it can be clicked."""

        def clicked() -> bool:
            self.find(by, value).click()
            return True

        self.wait_for(f"a click on {value}", clicked)

    def find(self, by: str, value: str) -> WebElement:
        """The first element that is found and shown."""

        def shown() -> WebElement | None:
            return next((each for each in self._driver.find_elements(by, value) if each.is_displayed()), None)

        return self.wait_for(value, shown)

    @property
    def text(self) -> str:
        """All the text of the page."""
        return str(self._driver.find_element(By.TAG_NAME, "body").text)

    def wait_for(self, what: str, condition: Callable[[], T | None], seconds: float = WAIT_SECONDS) -> T:
        """Wait until a condition returns a true value, on a page that may still change.

        Raises:
            AssertionError: it does not; names the address and a picture of the page.
        """
        waiting = WebDriverWait(
            self._driver, seconds * PATIENCE, ignored_exceptions=(StaleElementReferenceException, WebDriverException)
        )
        try:
            return waiting.until(lambda _: condition())
        except WebDriverException as error:
            picture = self._pictures / "page.png"
            self._driver.save_screenshot(str(picture))
            raise AssertionError(f"no {what} at {self.address} (picture: {picture}):\n{self.text[:2000]}") from error


@contextmanager
def browser(home: Path) -> Iterator[Browser]:
    """A browser with this home directory and a new profile."""
    options = Options()
    options.binary_location = str(shutil.which("chromium"))
    for flag in FLAGS:
        options.add_argument(flag)
    variables = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    service = Service(
        str(shutil.which("chromedriver")),
        env={**variables, "HOME": str(home)},
        log_output=subprocess.DEVNULL,
    )
    driver = webdriver.Chrome(options=options, service=service)
    try:
        driver.set_page_load_timeout(PAGE_LOAD_SECONDS * PATIENCE)
        yield Browser(driver, home)
    finally:
        driver.quit()
