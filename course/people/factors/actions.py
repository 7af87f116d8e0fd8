"""Second factors are added, used and removed here."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from course.people.accounts.models import User
from course.people.factors import ceremony, one_time_code, queries, recovery_code, sealed
from course.people.factors.ceremony import Answer, NewKey
from course.people.factors.models import AuthenticatorApp, Passkey, RecoveryCode
from course.people.factors.relying_party import RelyingParty
from course.people.sessions import actions as sessions
from course.platform import access, db, jobs
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.web import Refused
from course.site import site

MAX_PASSKEYS = 20
SEALED_FOR = "one-time code secret"
APP = "Authenticator app"


class PasskeyKnown(Refused):
    message = "This passkey is already registered."


class TooManyPasskeys(Refused):
    message = f"You have {MAX_PASSKEYS} passkeys. Remove one before you add another."


class LastFactor(Refused):
    message = "Your account needs a second factor. Add another one before you remove this one."


class NotForOneself(Refused):
    message = "You can't remove your own second factors here. Ask another administrator."


class NoFactors(Refused):
    message = "This person has no second factor."


@unit_of_work
def add_passkey(user: User, key: NewKey, name: str, *, now: datetime) -> Passkey:
    """Register a passkey, once however often it is sent. Raise PasskeyKnown or TooManyPasskeys."""
    db.locked(User, user.id)
    known = queries.passkey_of(key.credential_id)
    if known is not None and known.user_id == user.id:
        return known
    if len(queries.factors_of(user.id).passkeys) >= MAX_PASSKEYS:
        raise TooManyPasskeys
    passkey = Passkey(
        user_id=user.id,
        credential_id=key.credential_id,
        public_key=key.public_key,
        sign_count=key.sign_count,
        name=name,
        added_at=now,
        last_challenge_at=now,
    )
    db.session.add(passkey)
    try:
        db.session.flush()
    except IntegrityError:
        raise PasskeyKnown from None
    _added(user, name, now)
    return passkey


@unit_of_work
def rename_passkey(passkey: Passkey, name: str) -> None:
    passkey.name = name


@unit_of_work
def remove_passkey(user: User, passkey: Passkey, *, now: datetime) -> None:
    """Remove the passkey. Raise LastFactor if the account needs one and has no other."""
    name = passkey.name
    _require_another(user)
    db.session.execute(delete(Passkey).filter_by(id=passkey.id))
    _removed(user, name, now)


@unit_of_work
def use_passkey(
    answer: Answer, party: RelyingParty, challenge: bytes, challenged_at: datetime, *, now: datetime
) -> User | None:
    """Return the person whose passkey answered the challenge, or None if the answer is not valid.

    An answer is valid once: the next one has to be to a later challenge.
    """
    known = queries.passkey_of(answer.credential_id)
    if known is None:
        return None
    passkey = db.locked(Passkey, known.id)
    user = db.session.get_one(User, passkey.user_id)
    if user.closed_at is not None or answer.user not in {None, user.code} or challenged_at <= passkey.last_challenge_at:
        return None
    sign_count = ceremony.new_sign_count(
        party, answer, challenge, public_key=passkey.public_key, sign_count=passkey.sign_count
    )
    if sign_count is None:
        return None
    passkey.sign_count, passkey.last_used_at, passkey.last_challenge_at = sign_count, now, challenged_at
    return user


def seal_secret(user: User, secret: str) -> str:
    """Return the secret of an authenticator app in the form that is stored. It is readable for this account only."""
    return sealed.seal(site().secret_keys, f"{SEALED_FOR} {user.code}", secret)


def unseal_secret(user: User, sealed_secret: str) -> str | None:
    return sealed.unseal(site().secret_keys, f"{SEALED_FOR} {user.code}", sealed_secret)


@unit_of_work
def set_app(user: User, sealed_secret: str, counter: int, *, now: datetime) -> None:
    """Store the authenticator app, in place of an earlier one. `counter` is that of the code that confirmed it."""
    db.locked(User, user.id)
    app = queries.app_of(user.id) or AuthenticatorApp(user_id=user.id)
    if app.sealed_secret == sealed_secret:
        return  # the form was sent twice
    app.sealed_secret, app.last_counter, app.added_at, app.last_used_at = sealed_secret, counter, now, now
    db.session.add(app)
    _added(user, APP, now)


@unit_of_work
def remove_app(user: User, *, now: datetime) -> None:
    """Remove the authenticator app. Raise LastFactor if the account needs one and has no other."""
    _require_another(user)
    if queries.app_of(user.id) is not None:
        db.session.execute(delete(AuthenticatorApp).filter_by(user_id=user.id))
        _removed(user, APP, now)


@unit_of_work
def use_code(user: User, typed: str, *, now: datetime) -> bool:
    """Return whether the code is that of the person's authenticator app. A code works once."""
    db.locked(User, user.id)  # two requests with the same code take turns
    app = db.session.get(AuthenticatorApp, user.id, populate_existing=True)
    secret = unseal_secret(user, app.sealed_secret) if app else None
    if app is None or secret is None:
        return False
    counter = one_time_code.counter_of(secret, typed, now, after=app.last_counter)
    if counter is None:
        return False
    app.last_counter, app.last_used_at = counter, now
    return True


def make_recovery_codes(user: User, *, now: datetime) -> list[str]:
    """Replace the person's recovery codes and return the new ones, which can't be read again."""
    codes = [
        "".join(secrets.choice(recovery_code.ALPHABET) for _ in range(recovery_code.LENGTH))
        for _ in range(recovery_code.COUNT)
    ]
    salt = secrets.token_bytes(recovery_code.SALT_BYTES)
    digests = [recovery_code.digest(code, salt) for code in codes]
    _replace_codes(user, salt, digests, now)
    return [recovery_code.shown(code) for code in codes]


@unit_of_work
def _replace_codes(user: User, salt: bytes, digests: list[bytes], now: datetime) -> None:
    db.locked(User, user.id)
    db.session.execute(delete(RecoveryCode).filter_by(user_id=user.id))
    db.session.add_all(RecoveryCode(user_id=user.id, salt=salt, digest=digest) for digest in digests)
    record(Event.RECOVERY_CODES_MADE, user, f"person:{user.code}", person_id=user.id, now=now)
    _mail(user, "factor-codes", now)


def use_recovery_code(user: User, typed: str, *, now: datetime) -> bool:
    """Return whether the person has this unused recovery code. It is used up then, and the person gets a mail."""
    codes = queries.unused_codes(user.id)
    db.release()  # the hash is slow by design; no other writer waits for it
    salts = {code.salt for code in codes} or {bytes(recovery_code.SALT_BYTES)}  # the same time without a code
    digests = {recovery_code.digest(typed, salt) for salt in salts}
    return any(code.digest in digests and _use_up(user, code.id, now) for code in codes)


@unit_of_work
def _use_up(user: User, code_id: int, now: datetime) -> bool:
    """Mark the code as used. Return False if another request did it first."""
    unused = update(RecoveryCode).where(RecoveryCode.id == code_id, RecoveryCode.used_at.is_(None))
    changed: int = db.session.execute(unused.values(used_at=now)).rowcount  # type: ignore[attr-defined]
    if changed != 1:
        return False
    left = len(queries.unused_codes(user.id))
    record(Event.RECOVERY_CODE_USED, user, f"person:{user.code}", person_id=user.id, now=now, left=left)
    _mail(user, "factor-recovery", now, left=left)
    return True


@unit_of_work
def remove_all(admin: User, person: User, reason: str, *, now: datetime) -> None:
    """Remove the second factors of a person who lost them, and end their sessions. Raise NotForOneself or NoFactors.

    The reason says how the person proved who they are. The next sign-in asks for the password alone, and an account
    that needs a second factor is led to set up a new one.
    """
    if admin.id == person.id:
        raise NotForOneself
    db.locked(User, person.id)
    factors = queries.factors_of(person.id)
    if factors.count == 0:
        raise NoFactors
    for table in (Passkey, AuthenticatorApp, RecoveryCode):
        db.session.execute(delete(table).filter_by(user_id=person.id))
    sessions.end_all(person.id, now=now)  # a device that is lost may still be signed in
    record(
        Event.FACTORS_REMOVED,
        admin,
        f"person:{person.code}",
        person_id=person.id,
        now=now,
        factors=factors.names,
        reason=reason,
    )
    _mail(person, "factors-removed", now, reason=reason)


@unit_of_work
def remove_added_since(user: User, moment: datetime, *, now: datetime) -> None:
    """Remove what was added since that moment by somebody else who was in the account."""
    db.locked(User, user.id)
    for passkey in db.session.scalars(select(Passkey).where(Passkey.user_id == user.id, Passkey.added_at >= moment)):
        db.session.delete(passkey)
        _removed(user, passkey.name, now)
    app = queries.app_of(user.id)
    if app is not None and app.added_at >= moment:
        db.session.delete(app)
        _removed(user, APP, now)


def _require_another(user: User) -> None:
    """Lock the person's factors. Raise LastFactor if only one is left and the account needs one."""
    user = db.locked(User, user.id)
    if access.is_privileged(user) and queries.factors_of(user.id).count <= 1:
        raise LastFactor


def _added(user: User, name: str, now: datetime) -> None:
    record(Event.FACTOR_ADDED, user, f"person:{user.code}", person_id=user.id, now=now, name=name)
    _mail(user, "factor-added", now, factor=name)


def _removed(user: User, name: str, now: datetime) -> None:
    record(Event.FACTOR_REMOVED, user, f"person:{user.code}", person_id=user.id, now=now, name=name)
    _mail(user, "factor-removed", now, factor=name)
    if queries.factors_of(user.id).count == 0:  # they stand in for a factor, and there is none
        db.session.execute(delete(RecoveryCode).filter_by(user_id=user.id))


def _mail(user: User, template: str, now: datetime, **values: Any) -> None:
    jobs.put(
        "mail",
        key=f"{template}:{user.code}:{now.isoformat()}:{secrets.token_hex(4)}",
        now=now,
        to=user.email,
        template=template,
        name=user.name_in_mails,
        link=f"{site().base_url}/profile/security",
        **values,
    )
