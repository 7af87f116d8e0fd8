"""The two exchanges with a passkey, registration and sign-in, checked by the webauthn library."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import webauthn
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from course.people.factors.relying_party import RelyingParty

TIMEOUT_S = 300
MAX_CREDENTIAL_CHARACTERS = 20_000


@dataclass(frozen=True)
class NewKey:
    credential_id: bytes
    public_key: bytes
    sign_count: int


@dataclass(frozen=True)
class Answer:
    """What a browser sent. `user` is the account that the passkey says it is for."""

    credential_id: bytes
    user: UUID | None
    sent: dict[str, Any]


def registration_options(
    party: RelyingParty, site_name: str, user: UUID, email: str, name: str, challenge: bytes, known: Iterable[bytes]
) -> dict[str, Any]:
    """Return the options for a new passkey. A device with one of the `known` passkeys makes no second one."""
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=site_name,
        user_id=user.bytes,
        user_name=email,
        user_display_name=name,
        challenge=challenge,
        timeout=TIMEOUT_S * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
    )
    return _plain(options)


def sign_in_options(party: RelyingParty, challenge: bytes) -> dict[str, Any]:
    """Return the options for signing in. They name no passkey, so they don't say who has an account."""
    return _plain(
        webauthn.generate_authentication_options(
            rp_id=party.id,
            challenge=challenge,
            timeout=TIMEOUT_S * 1000,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def _plain(options: Any) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return plain


def new_key(party: RelyingParty, sent: str, challenge: bytes) -> NewKey | None:
    """Return the key of a new passkey, or None if the reply isn't from this site, this challenge and its owner."""
    try:
        verified = webauthn.verify_registration_response(
            credential=sent,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except Exception:  # the library's parsers raise exceptions of many kinds for hostile bytes
        return None
    return NewKey(verified.credential_id, verified.credential_public_key, verified.sign_count)


def read_answer(sent: str) -> Answer | None:
    """Return what a browser sent, not verified yet; None if it is no answer of a passkey."""
    try:
        answer = json.loads(sent)
        handle = answer["response"].get("userHandle")
        user = UUID(bytes=base64url_to_bytes(handle)) if handle else None
        return Answer(base64url_to_bytes(answer["rawId"]), user, answer)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def new_sign_count(
    party: RelyingParty, answer: Answer, challenge: bytes, *, public_key: bytes, sign_count: int
) -> int | None:
    """Return the new sign count, or None if the answer is forged, for another site or challenge, or of a copied key.

    A key that counts its signatures must have counted on. If it did not, there are two of it.
    """
    try:
        return webauthn.verify_authentication_response(
            credential=answer.sent,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        ).new_sign_count
    except Exception:  # the library's parsers raise exceptions of many kinds for hostile bytes
        return None
