"""The form of Airflow's sign-in page, sent as a browser sends it: with the address shown, cookies and the token."""

import http.client
import re
import ssl
from collections.abc import Iterator
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest

from tests.airflow.deployment import HOST, Deployment

pytestmark = [pytest.mark.airflow, pytest.mark.platform, pytest.mark.slow]


class Form:
    """The sign-in page in a minimal browser: keeps cookies, sends Referer and Origin."""

    def __init__(self, airflow: Deployment) -> None:
        self._airflow = airflow
        self.address = f"https://{HOST}:{airflow.platform.https_port}"
        self.cookies: SimpleCookie = SimpleCookie()

    def request(
        self, method: str, path: str, fields: dict[str, str] | None = None, **headers: str
    ) -> tuple[int, str, str]:
        """Status, Location and text of the answer."""
        context = ssl.create_default_context(cafile=str(self._airflow.data_plane.status().authority_path))
        connection = http.client.HTTPSConnection(
            "localhost", self._airflow.platform.https_port, timeout=30, context=context
        )
        sent = {"Host": self.address.removeprefix("https://"), "Accept": "text/html", **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())
        body = None
        if fields is not None:
            body, sent["Content-Type"] = urlencode(fields), "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body=body, headers=sent)
            response = connection.getresponse()
            for cookie in response.headers.get_all("Set-Cookie") or []:
                self.cookies.load(cookie)
            return response.status, response.headers["Location"] or "", response.read().decode()
        finally:
            connection.close()

    def send(self, *, referer: str | None = None) -> tuple[int, str]:
        """Open the page, fill it in, send it; status and Location."""
        page = f"{self.address}/auth/login/?next={self.address}/"
        status, _, text = self.request("GET", page.removeprefix(self.address))
        assert status == 200, text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
        assert token is not None, text
        fields = {"csrf_token": token.group(1), "username": "admin", "password": self._airflow.password()}
        status, location, _ = self.request(
            "POST", page.removeprefix(self.address), fields, Referer=referer or page, Origin=self.address
        )
        return status, location


@pytest.fixture
def form(airflow: Deployment) -> Iterator[Form]:
    yield Form(airflow)


def test_the_first_user_signs_in_with_the_form(form: Form) -> None:
    assert form.send() == (302, f"{form.address}/")
    assert form.request("GET", "/api/v2/dags")[0] == 401
    status, location, _ = form.request("GET", "/auth/")
    assert (status, location) == (302, form.address)
    assert form.request("GET", "/api/v2/dags")[0] == 200


def test_the_session_is_for_https_alone(form: Form) -> None:
    form.send()
    assert form.cookies["session"]["secure"]


def test_a_form_from_another_address_is_refused(form: Form) -> None:
    assert form.send(referer=f"https://{HOST}/auth/login/")[0] == 400
    assert form.send(referer="https://evil.example.com/")[0] == 400


def test_somebody_who_is_not_signed_in_is_sent_to_the_address_shown(form: Form) -> None:
    status, location, _ = form.request("GET", "/api/v2/auth/login")
    assert status in {302, 307}
    assert location.startswith(f"{form.address}/auth/login/")
