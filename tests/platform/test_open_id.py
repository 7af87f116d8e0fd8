"""The client of single sign-on against a real provider, and against one that lies or does not answer."""

import base64
import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from course.platform import open_id
from course.platform.config import OpenIDSettings
from course.platform.open_id import Provider, ProviderUnavailable, SignInFailed
from tests import openid
from tests.openid import CLIENT_ID, CLIENT_SECRET, NAME, OpenID, parameters

BACK = "http://localhost/sign-in/callback"


@pytest.fixture(scope="module")
def real() -> Iterator[OpenID]:
    with openid.running(BACK) as provider:
        yield provider


def client(issuer: str) -> Provider:
    settings = OpenIDSettings(issuer=issuer, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, name=NAME)
    return Provider(settings)


def test_a_code_is_exchanged_for_verified_claims(real):
    real.sign_in_as("ina-1", amr=["pwd", "mfa"], email="ina@example.org", email_verified=True, name="Ina Inger")
    here = client(real.issuer)
    asked = here.authorization(BACK)
    assert parameters(asked.address)["code_challenge_method"] == "S256"
    reply = parameters(real.visit(asked.address))
    assert (reply["state"], reply["iss"]) == (asked.state, real.issuer)
    claims = here.claims(reply["code"], BACK, asked.nonce, asked.code_verifier)
    assert (claims["iss"], claims["sub"], claims["amr"]) == (real.issuer, "ina-1", ["pwd", "mfa"])
    assert (claims["email"], claims["email_verified"]) == ("ina@example.org", True)


@pytest.mark.parametrize("changed", ["code", "nonce", "code_verifier"])
def test_a_code_without_what_belongs_to_it_is_refused(real, changed):
    real.sign_in_as("ina-1")
    here = client(real.issuer)
    asked = here.authorization(BACK)
    code = parameters(real.visit(asked.address))["code"]
    given = {"code": code, "nonce": asked.nonce, "code_verifier": asked.code_verifier} | {changed: "x" * 50}
    with pytest.raises(SignInFailed):
        here.claims(redirect_uri=BACK, **given)


def test_a_code_works_once(real):
    real.sign_in_as("ina-1")
    here = client(real.issuer)
    asked = here.authorization(BACK)
    code = parameters(real.visit(asked.address))["code"]
    here.claims(code, BACK, asked.nonce, asked.code_verifier)
    with pytest.raises(SignInFailed):
        here.claims(code, BACK, asked.nonce, asked.code_verifier)


class Liar:
    """A provider that can change anything in its replies. `claims` makes the ID token's claims."""

    def __init__(self) -> None:
        self.key, self.other_key = RSAKey.generate_key(2048, {"kid": "1"}), RSAKey.generate_key(2048, {"kid": "1"})
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "1"}
        self.signing: Any = self.key
        self.changes: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.info: dict[str, Any] | None = None
        self.nonce = "nonce"
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever).start()

    def _handler(liar) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(liar.reply(self.path)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def reply(self, path: str) -> Any:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/auth",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "userinfo_endpoint": f"{self.issuer}/me",
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            } | self.metadata
        if path == "/jwks":
            return {"keys": [self.key.as_dict(private=False)]}
        if path == "/me":
            return self.info
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": "ina", "aud": CLIENT_ID, "exp": now + 300, "iat": now}
        claims |= {"nonce": self.nonce, "email": "ina@example.org"} | self.changes
        claims = {name: value for name, value in claims.items() if value is not None}
        return {"access_token": "a", "token_type": "Bearer", "id_token": self.token(claims)}

    def token(self, claims: dict[str, Any]) -> str:
        if self.header["alg"] == "none":
            parts = (base64.urlsafe_b64encode(json.dumps(part).encode()) for part in (self.header, claims))
            return ".".join(part.decode().rstrip("=") for part in parts) + "."
        return jwt.encode(self.header, claims, self.signing, algorithms=[self.header["alg"]])


@pytest.fixture
def liar() -> Iterator[Liar]:
    one = Liar()
    yield one
    one.server.shutdown()
    one.server.server_close()


def claims_from(liar: Liar) -> dict[str, Any]:
    return client(liar.issuer).claims("code", BACK, "nonce", "v" * 48)


def test_the_other_provider_is_believed_while_it_does_not_lie(liar):
    assert claims_from(liar)["sub"] == "ina"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"aud": "another-client", "azp": CLIENT_ID},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"iat": None},
    ],
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(liar, changes):
    liar.changes = changes
    with pytest.raises(SignInFailed):
        claims_from(liar)


@pytest.mark.parametrize("attack", ["other key", "none", "secret"])
def test_a_token_that_the_provider_did_not_sign_is_refused(liar, attack):
    if attack == "other key":
        liar.signing = liar.other_key
    elif attack == "none":
        liar.header = {"alg": "none"}
    else:
        liar.header, liar.signing = {"alg": "HS256"}, OctKey.import_key(CLIENT_SECRET)
    with pytest.raises(SignInFailed):
        claims_from(liar)


def test_metadata_of_another_issuer_are_refused(liar):
    liar.metadata = {"issuer": "https://evil.example"}
    with pytest.raises(SignInFailed):
        client(liar.issuer).authorization(BACK)


def test_user_info_of_somebody_else_is_refused(liar):
    liar.changes, liar.info = {"email": None}, {"sub": "otto", "email": "otto@example.org", "email_verified": True}
    with pytest.raises(SignInFailed):
        claims_from(liar)


def silent() -> socket.socket:
    """Return a server that accepts connections and never answers."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.listen(8)
    return listening


def test_a_provider_that_is_down_or_silent_is_said_to_be_unreachable(monkeypatch):
    monkeypatch.setattr(open_id, "STEP_TIMEOUT_S", 0.3)
    with silent() as server:
        for issuer in (f"http://127.0.0.1:{server.getsockname()[1]}", "http://127.0.0.1:9"):
            with pytest.raises(ProviderUnavailable, match="City Hospital can't be reached"):
                client(issuer).authorization(BACK)


def test_nobody_waits_longer_than_the_limit_for_a_provider_that_sends_byte_by_byte(monkeypatch, liar):
    monkeypatch.setattr(open_id, "MAX_WAIT_S", 0.2)
    done = threading.Event()

    def slow(_path: str) -> Any:
        done.wait(3)
        return {}

    liar.reply = slow  # type: ignore[method-assign]
    with pytest.raises(ProviderUnavailable):
        client(liar.issuer).authorization(BACK)
    done.set()
