"""A real OpenID provider on this machine: oidc-provider, which is certified, run by Node."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import requests

from course.platform.config import OpenIDSettings
from tests.network import free_port
from tests.verifiers import FOLDER, NODE, require_installed

CLIENT_ID, CLIENT_SECRET = "needlewise", "a secret of forty characters for the tests"
NAME = "City Hospital"


@dataclass
class OpenID:
    issuer: str

    @property
    def settings(self) -> OpenIDSettings:
        return OpenIDSettings(issuer=self.issuer, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, name=NAME)

    def sign_in_as(self, subject: str, *, amr: list[str] | None = None, **claims: object) -> None:
        """Sign in this person at the provider from now on."""
        body = json.dumps({"sub": subject, "amr": amr or ["pwd"], "claims": claims}).encode()
        urlopen(Request(f"{self.issuer}/as", body)).close()

    def visit(self, address: str) -> str:
        """Go through the provider's pages like a browser. Return where it sends the browser in the end."""
        with requests.Session() as browser:
            while address.startswith(self.issuer):
                answer = browser.get(address, allow_redirects=False, timeout=20)
                assert answer.status_code in {302, 303}, answer.text
                address = requests.compat.urljoin(address, answer.headers["Location"])
        return address


def parameters(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


@contextmanager
def running(redirect: str) -> Iterator[OpenID]:
    """Run the provider. It sends browsers back to `redirect`."""
    require_installed()
    settings = {"port": free_port(), "client": {"id": CLIENT_ID, "secret": CLIENT_SECRET}, "redirect": redirect}
    process = subprocess.Popen(
        [NODE, FOLDER / "provider.js"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        process.stdin.write(json.dumps(settings) + "\n")
        process.stdin.flush()
        yield OpenID(process.stdout.readline().strip())
        process.terminate()
