"""Single sign-on by OpenID Connect: the client of one provider, by authlib. No request waits longer than MAX_WAIT_S."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from authlib.integrations.base_client import BaseApp, OAuth2Mixin, OAuthError, OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from requests import RequestException

from course.platform.config import OpenIDSettings
from course.platform.web import Refused

R = TypeVar("R")
MAX_WAIT_S = 5
STEP_TIMEOUT_S = 2  # for each of the requests to the provider
PARALLEL_REQUESTS = 4  # of one process; a provider that hangs holds up no more threads than these
SCOPE = "openid email profile"
# The algorithms with a public key. Others would trust everyone who has the client's secret, or anyone at all.
ALGORITHMS = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
log = logging.getLogger(__name__)


class ProviderUnavailable(Refused):
    status = 503

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} can't be reached at the moment. Sign in with your password, or try again later.")


class SignInFailed(Refused):
    status = 400

    def __init__(self, name: str) -> None:
        super().__init__(f"The sign-in with {name} did not work. Try again, or sign in with your password.")


@dataclass(frozen=True)
class Authorization:
    """The address to send the browser to, and what its reply is compared with."""

    address: str
    state: str
    nonce: str
    code_verifier: str


class _Client(OAuth2Mixin, OpenIDMixin, BaseApp):  # type: ignore[misc]  # authlib carries no types
    client_cls = OAuth2Session


def provider(settings: OpenIDSettings | None) -> "Provider | None":
    """Return the provider in the settings, if there is one."""
    return Provider(settings) if settings else None


class Provider:
    """An OpenID provider. `name` is for people. What it supports is read from its metadata at the first use."""

    def __init__(self, settings: OpenIDSettings) -> None:
        self.issuer, self.client_id, self.name = settings.issuer, settings.client_id, settings.name
        self.client = _Client(
            framework=None,
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            server_metadata_url=f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={"scope": SCOPE, "code_challenge_method": "S256", "default_timeout": STEP_TIMEOUT_S},
        )
        self.pool = ThreadPoolExecutor(PARALLEL_REQUESTS, "open-id")

    def authorization(self, redirect_uri: str, **more: str) -> Authorization:
        """Return where to send the browser. Raise ProviderUnavailable or SignInFailed."""

        def ask() -> Authorization:
            self._check_metadata()
            made = self.client.create_authorization_url(redirect_uri, **more)
            return Authorization(made["url"], made["state"], made["nonce"], made["code_verifier"])

        return self._within_limit(ask)

    def claims(self, code: str, redirect_uri: str, nonce: str, code_verifier: str) -> dict[str, Any]:
        """Return what the provider says of the person, verified. Raise ProviderUnavailable or SignInFailed."""
        expected = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self.client_id},
        }

        def ask() -> dict[str, Any]:
            self._check_metadata()
            token = self.client.fetch_access_token(redirect_uri, code=code, code_verifier=code_verifier)
            claims = self.client.parse_id_token(token, nonce, claims_options=expected)
            if not claims:
                raise ValueError("no ID token")
            if "email" in claims or "userinfo_endpoint" not in self.client.server_metadata:
                return dict(claims)
            more = self.client.userinfo(token=token)
            if more.get("sub") != claims["sub"]:
                raise ValueError("the user info is of somebody else")
            return dict(more) | dict(claims)

        return self._within_limit(ask)

    def _check_metadata(self) -> None:
        """Raise ValueError if the metadata are another issuer's. Leave out algorithms without a public key."""
        metadata = self.client.load_server_metadata()
        if metadata.get("issuer") != self.issuer:
            metadata.pop("_loaded_at", None)  # read them again at the next try
            raise ValueError(f"the metadata are of {metadata.get('issuer')!r}, not of {self.issuer!r}")
        supported = metadata.get("id_token_signing_alg_values_supported", ["RS256"])
        metadata["id_token_signing_alg_values_supported"] = [one for one in supported if one in ALGORITHMS]

    def _within_limit(self, ask: Callable[[], R]) -> R:
        future = self.pool.submit(ask)
        try:
            return future.result(MAX_WAIT_S)
        except (TimeoutError, RequestException) as error:
            future.cancel()
            log.warning("the OpenID provider can't be reached: %s", error or "no answer in time")
            raise ProviderUnavailable(self.name) from None
        except (OAuthError, JoseError, ValueError, KeyError, TypeError, RuntimeError) as error:
            log.warning("a sign-in with the OpenID provider failed: %s", error)
            raise SignInFailed(self.name) from None
