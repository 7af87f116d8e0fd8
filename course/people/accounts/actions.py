"""Accounts change here: sign-up and sign-in, mailed links, names, licenses, invitations and the reviewer role."""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError

from course.people.accounts import passwords, queries, tokens
from course.people.accounts.models import Invitation, License, User
from course.people.accounts.name_parts import NameParts
from course.people.accounts.tokens import Purpose
from course.people.sessions import actions as sessions
from course.people.sessions import queries as sessions_of
from course.people.sessions.models import SignInSession
from course.platform import browser, db, decisions, jobs, throttle
from course.platform.access import Role
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.jobs import Job
from course.platform.mail import addresses
from course.platform.web import Refused
from course.site import site

INVITATION_LIFETIME = timedelta(days=2)
MAX_LICENSES = 100  # of one person, also removed ones, whose rows stay


class EmailTaken(Refused):
    message = "An account with this email already exists. Sign in, or reset your password."


class AccountLinkInvalid(Refused):
    status = 410
    message = "This link has expired, was already used or is incomplete. Request a new one."


class LicenseAlreadyAdded(Refused):
    message = "This license is already in your profile."


class TooManyLicenses(Refused):
    message = f"You have entered {MAX_LICENSES} licenses, also counting removed ones, and no more can be added."


class NotAnAdministrator(Refused):
    message = "Only an administrator can be a reviewer."


@unit_of_work
def sign_up(name: NameParts, email: str, password_hash: str, *, now: datetime) -> UUID:
    """Create a learner's account, mail a link that confirms its email, and return the account's code.

    If the email has an account, mail its owner instead and return a code of nothing. The caller can't tell, and both
    ways write as many rows.
    """
    user = _add_user(name, email, password_hash, Role.LEARNER, now)
    if user is None:
        _record_second_sign_up(email, now)
        code = uuid4()
        mail_that_account_exists(addresses.normalized(email), cause=code, now=now)
        return code
    record(Event.SIGNED_UP, user, f"person:{user.code}", person_id=user.id, now=now, email=user.email)
    _mail_link(user, Purpose.CONFIRM, now)
    return user.code


@unit_of_work
def add_learner(name: NameParts, email: str, *, now: datetime) -> User:
    """Create a learner's account without a password, for an email that somebody else has verified. Raise EmailTaken."""
    user = _add_user(name, email, passwords.UNUSABLE_HASH, Role.LEARNER, now)
    if user is None:
        raise EmailTaken
    user.email_confirmed_at = now
    record(Event.SIGNED_UP, user, f"person:{user.code}", person_id=user.id, now=now, email=user.email)
    return user


def _record_second_sign_up(email: str, now: datetime) -> User | None:
    """Note that somebody signed up with an email that has an account. Return its owner."""
    owner = queries.find_by_email(email)
    subject = f"person:{owner.code}" if owner else "person"
    record(Event.SIGNED_UP_AGAIN, None, subject, person_id=owner.id if owner else None, now=now)
    return owner


def mail_that_account_exists(email: str, *, cause: UUID, now: datetime) -> None:
    """Tell the owner of the mailbox that it has an account already."""
    base = site().base_url
    jobs.put(
        "mail",
        key=f"account-exists:{cause}",
        now=now,
        to=email,
        template="account-exists",
        sign_in=f"{base}/sign-in",
        reset=f"{base}/forgotten-password",
    )


def _add_user(name: NameParts, email: str, password_hash: str, role: Role, now: datetime) -> User | None:
    """Add the account, or return None if its email is taken."""
    if queries.is_taken(addresses.key(email), now=now):
        return None
    user = User(
        legal_name=name.printed,
        name_parts=name,
        email=addresses.normalized(email),
        password_hash=password_hash,
        role=role,
        created_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError:
        return None  # somebody signed up with it since we looked
    return user


def _mail_link(user: User, purpose: Purpose, now: datetime) -> Job:
    """Mail the link, without the name: it may have been typed with somebody else's email."""
    return jobs.put(
        "mail",
        key=f"{purpose}:{user.code}:{now.isoformat()}",
        now=now,
        expires=now + timedelta(seconds=tokens.LIFETIME_S[purpose]),
        to=user.email,
        template=purpose,
        link=f"{site().base_url}{_path(user, purpose)}",
    )


def _path(user: User, purpose: Purpose) -> str:
    token = tokens.make(site().secret_keys, purpose, user.code, queries.token_state(purpose, user))
    return f"/{purpose}/{token}"


def reset_path(user: User) -> str:
    """Return the path at which the person sets a new password, for somebody who has just proved who they are."""
    return _path(user, Purpose.RESET)


def sign_in(email: str, password: str) -> User | None:
    """Return the person, or None if the email or the password is wrong. Raise TooOften.

    An unknown email is checked against a dummy hash, so that the time of the answer doesn't reveal who has an account.
    It is counted as well, so that the limit doesn't reveal it either.
    """
    user = queries.find_by_email(email)
    attempt = throttle.count_try(throttle.PASSWORDS, addresses.key(email), device=known_device(user))
    digest = user.password_hash if user else passwords.DUMMY_HASH
    db.release()  # checking a password is slow by design; no other writer waits for it
    if not passwords.matches(password, digest) or user is None:
        return None
    if passwords.needs_rehash(password, digest):
        _rehash(user.id, passwords.hash_password(password))
    attempt.succeeded()
    return queries.find_by_email(email)


def known_device(user: User | None) -> str | None:
    """Return the secret of this browser if the person signed in with it before."""
    key = browser.device().key
    if user is None or key is None or not sessions_of.is_known_device(user.id, sessions.digest(key)):
        return None
    return key


@unit_of_work
def _rehash(user_id: int, digest: str) -> None:
    db.locked(User, user_id).password_hash = digest


@unit_of_work
def send_confirmation(user: User, *, now: datetime) -> None:
    """Mail the link that confirms the email, unless it is confirmed."""
    if user.email_confirmed_at is None:
        _mail_link(user, Purpose.CONFIRM, now)


def person_of_link(purpose: Purpose, token: str) -> User:
    """Return the person to whom the link was mailed. Raise AccountLinkInvalid."""
    user = queries.user_of_token(site().secret_keys, purpose, token)
    if user is None:
        raise AccountLinkInvalid
    return user


@unit_of_work
def confirm_email(token: str, *, now: datetime) -> User:
    """Confirm the email that the link was mailed to. Raise AccountLinkInvalid."""
    user = person_of_link(Purpose.CONFIRM, token)
    if user.email_confirmed_at is None:
        user.email_confirmed_at = now
        record(Event.EMAIL_CONFIRMED, user, f"person:{user.code}", person_id=user.id, now=now, email=user.email)
    return user


@unit_of_work
def request_reset(email: str, *, now: datetime) -> None:
    """Mail a reset link if the email has an account. The caller can't tell whether it has.

    Two mails are written in any case, and those to nobody taken back, so that the answer takes as long.
    """
    owner = queries.find_by_email(email)
    to_nobody = [_mail_link(_nobody(email), Purpose.RESET, now) for _ in range(1 if owner else 2)]
    if owner is not None:
        _mail_link(owner, Purpose.RESET, now)
    db.session.flush()
    for job in to_nobody:
        db.session.delete(job)


def _nobody(email: str) -> User:
    """Return a person who has no account."""
    return User(code=uuid4(), email=addresses.normalized(email), password_hash=passwords.DUMMY_HASH)


@unit_of_work
def reset_password(token: str, password_hash: str, *, now: datetime) -> User:
    """Set the password and end every open session of the account. Raise AccountLinkInvalid."""
    user = person_of_link(Purpose.RESET, token)
    user.password_hash = password_hash
    sessions.end_all(user.id, forget_devices=True, now=now)
    user.email_confirmed_at = user.email_confirmed_at or now  # the link was mailed there
    record(Event.PASSWORD_RESET, user, f"person:{user.code}", person_id=user.id, now=now)
    mail_password_changed(user, now=now)
    return user


@unit_of_work
def save_license(
    user: User,
    license_: License | None,
    *,
    jurisdiction: str,
    profession: str,
    number: str,
    first_licensed: date | None,
    expires_on: date | None,
    renewal_months: int | None,
    number_confirmed: bool = False,
    now: datetime,
) -> License:
    """Add a license, or change the given one. Raise LicenseAlreadyAdded or TooManyLicenses."""
    before = license_.facts() if license_ else None
    license_ = license_ or _license_to_add(user, jurisdiction, profession, number.strip())
    license_.jurisdiction, license_.profession, license_.number = jurisdiction, profession, number.strip()
    license_.first_licensed, license_.expires_on = first_licensed, expires_on
    license_.renewal_months, license_.number_confirmed = renewal_months, number_confirmed
    try:
        db.session.flush()
    except IntegrityError:
        raise LicenseAlreadyAdded from None
    event = Event.LICENSE_CHANGED if before else Event.LICENSE_ADDED
    _record_license(event, user, license_, before, license_.facts(), now)
    return license_


def _license_to_add(user: User, jurisdiction: str, profession: str, number: str) -> License:
    """Return a new row, or the row of the same license that was removed before."""
    key = {"user_id": user.id, "jurisdiction": jurisdiction, "profession": profession, "number": number}
    known = db.session.query(License).filter_by(**key).one_or_none()
    if known is None:
        db.locked(User, user.id)
        if db.session.query(License).filter_by(user_id=user.id).count() >= MAX_LICENSES:
            raise TooManyLicenses
        known = License(**key)
        db.session.add(known)
    elif known.removed_at is None:
        raise LicenseAlreadyAdded
    known.removed_at = None
    return known


@unit_of_work
def remove_license(user: User, license_: License, *, now: datetime) -> None:
    """Take the license out of the profile. The row stays, because certificates refer to it."""
    license_.removed_at = now
    _record_license(Event.LICENSE_REMOVED, user, license_, license_.facts(), None, now)


def _record_license(event: Event, user: User, license_: License, before: object, after: object, now: datetime) -> None:
    subject = f"license:{license_.code}"
    record(event, user, subject, person_id=user.id, now=now, before=before, after=after)


@unit_of_work
def invite_admin(*, now: datetime) -> str:
    """Create a one-time invitation for an administrator and return the path of its link."""
    return _invite(Role.ADMIN, None, now)


def _invite(role: Role, person: User | None, now: datetime) -> str:
    token = secrets.token_urlsafe(24)
    expires_at = now + INVITATION_LIFETIME
    db.session.add(Invitation(digest=_digest(token), role=role, created_at=now, expires_at=expires_at))
    record(
        Event.INVITED,
        None,
        "invitation",
        person_id=person.id if person else None,
        now=now,
        role=role,
        expires_at=expires_at.isoformat(),
    )
    return f"/invitations/{token}"


@unit_of_work
def accept_invitation(token: str, name: NameParts, email: str, password_hash: str, *, now: datetime) -> UUID:
    """Create the account that the invitation is for, mail a link that confirms its email, and return its code.

    If the email has an account, mail its owner an invitation for that account instead and return a code of nothing.
    The caller can't tell. Raise NotFound or AccountLinkInvalid.
    """
    invitation = _use_invitation(token, now)
    user = _add_user(name, email, password_hash, Role(invitation.role), now)
    if user is None:
        owner = _record_second_sign_up(email, now)
        link = site().base_url + _invite(Role(invitation.role), owner, now)
        jobs.put(
            "mail",
            key=f"account-invited:{uuid4()}",
            now=now,
            expires=now + INVITATION_LIFETIME,
            to=addresses.normalized(email),
            template="account-invited",
            link=link,
        )
        return uuid4()
    record(Event.ADMIN_CREATED, user, f"person:{user.code}", person_id=user.id, now=now, email=user.email)
    _mail_link(user, Purpose.CONFIRM, now)
    return user.code


@unit_of_work
def accept_invitation_as(person: User, token: str, *, now: datetime) -> None:
    """Give the role of the invitation to a person who has an account. Raise NotFound or AccountLinkInvalid."""
    invitation = _use_invitation(token, now)
    user = db.locked(User, person.id)
    user.role = invitation.role
    record(Event.ADMIN_CREATED, user, f"person:{user.code}", person_id=user.id, now=now, email=user.email)


def _use_invitation(token: str, now: datetime) -> Invitation:
    invitation = db.locked(Invitation, queries.open_invitation(_digest(token), now).id)
    if invitation.used_at is not None:
        raise AccountLinkInvalid
    invitation.used_at = now
    return invitation


def require_invitation(token: str, *, now: datetime) -> None:
    """Raise NotFound if the invitation can't be used, so that nobody fills in its form in vain."""
    queries.open_invitation(_digest(token), now)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@unit_of_work
def make_reviewer(admin: User, person: User, *, credentials: str, proof: str, now: datetime) -> None:
    """Let an administrator sign clinical reviews with these credentials, or correct the credentials.

    `proof`: how the credentials were verified. Raise OwnRecord or NotAnAdministrator.
    """
    _set_reviewer(admin, person, credentials, proof, now)


@unit_of_work
def end_reviewer(admin: User, person: User, *, now: datetime) -> None:
    """End the reviewer role. Reviews already signed stay valid. Raise OwnRecord or NotAnAdministrator."""
    _set_reviewer(admin, person, None, None, now)


def _set_reviewer(admin: User, person: User, credentials: str | None, proof: str | None, now: datetime) -> None:
    decisions.require_another(admin, person.id)
    person = db.locked(User, person.id)
    if person.role != Role.ADMIN or person.closed_at is not None:
        raise NotAnAdministrator
    before = person.credentials if person.is_reviewer else None
    if before == credentials and person.is_reviewer == (credentials is not None):
        return
    person.is_reviewer, person.credentials = credentials is not None, credentials
    record(
        Event.REVIEWER_SET,
        admin,
        f"person:{person.code}",
        person_id=person.id,
        now=now,
        before=before,
        after=credentials,
        proof=proof,
    )


@unit_of_work
def change_password(user: User, password_hash: str, session: SignInSession, *, now: datetime) -> str:
    """Set the password and end the person's other sessions. Return the new token of this one."""
    user = db.locked(User, user.id)
    user.password_hash = password_hash
    sessions.end_all(user.id, except_id=session.id, forget_devices=True, now=now)
    record(Event.PASSWORD_CHANGED, user, f"person:{user.code}", person_id=user.id, now=now)
    mail_password_changed(user, now=now)
    return sessions.prove(session, now=now)


def mail_password_changed(user: User, *, now: datetime) -> None:
    """Let the person know that their password is another one, in case somebody else changed it."""
    link = f"{site().base_url}/forgotten-password"
    key = f"password-changed:{user.code}:{now.isoformat()}"
    jobs.put("mail", key=key, now=now, to=user.email, template="password-changed", name=user.name_in_mails, link=link)
