"""Finds people, licenses and invitations."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, false, func, or_, select, true
from sqlalchemy.orm import selectinload

from course.content.queries import catalog
from course.people.accounts import license_number
from course.people.accounts.models import EmailChange, Invitation, License, User
from course.people.accounts.tokens import LIFETIME_S, Purpose, matches, read
from course.people.sessions.models import SignInSession
from course.platform import db
from course.platform.access import Role
from course.platform.dates import FIRST_TO_BEGIN, date_in
from course.platform.folding import search_words
from course.platform.mail import addresses
from course.platform.queries import Page, one_or_404, page_of
from course.platform.web import NotFound

MAX_SEARCH_WORDS = 12  # each costs a look at every row
# Built once, because every request of a signed-in person runs it.
_OPEN_SESSION = (
    select(SignInSession, User)
    .join(User, User.id == SignInSession.user_id)
    .where(SignInSession.digest == bindparam("digest"), SignInSession.ended_at.is_(None))
)


def of_session(digest: str) -> tuple[SignInSession, User] | None:
    """Return the session with that token's digest and its person, or None if there is none or it was ended."""
    row = db.session.execute(_OPEN_SESSION, {"digest": digest}).one_or_none()
    return (row[0], row[1]) if row else None


def find_by_email(typed: str) -> User | None:
    """Return the person with this email in any spelling of it, unless the account is closed."""
    spelled = typed.strip().lower()
    wanted = select(User).where(User.email_key.in_({spelled, addresses.key(typed)}), User.closed_at.is_(None))
    return min(db.session.scalars(wanted), key=lambda user: user.email_key != spelled, default=None)


def find_by_code(code: UUID) -> User | None:
    return db.session.scalars(select(User).filter_by(code=code)).one_or_none()


def is_taken(key: str, *, now: datetime, except_id: int = 0) -> bool:
    """Return whether an account has the email with this key, or may get it back because its change can be undone."""
    undoable_since = now - timedelta(seconds=LIFETIME_S[Purpose.UNDO_EMAIL_CHANGE])
    owned = select(User.id).where(User.email_key == key, User.id != except_id)
    changed = select(EmailChange.id).where(
        EmailChange.old_key == key,
        EmailChange.confirmed_at > undoable_since,
        EmailChange.undone_at.is_(None),
        EmailChange.user_id != except_id,
    )
    return db.session.scalar(select(owned.exists() | changed.exists())) or False


def waiting_email_changes(user_id: int) -> Sequence[EmailChange]:
    """Return the person's changes of email that wait for their confirmation; there is one at most."""
    return db.session.scalars(select(EmailChange).filter_by(user_id=user_id, confirmed_at=None, ended_at=None)).all()


def person_of(code: UUID) -> User:
    """Return the person with their licenses. Raise NotFound."""
    return one_or_404(select(User).filter_by(code=code).options(selectinload(User.licenses)))


def person(user_id: int) -> User:
    """Return the person whose id a row refers to."""
    return people_of([user_id])[user_id]


def people_of(ids: Sequence[int]) -> dict[int, User]:
    """Return the people with these ids, with their licenses."""
    people = db.session.scalars(select(User).where(User.id.in_(ids)).options(selectinload(User.licenses)))
    return {user.id: user for user in people}


def latest_today(user: User, now: datetime) -> date:
    """Return the latest day that it can be where the person is: in the time zones of their licenses.

    Without a license it is the day in the zone in which a day begins first, so that nobody is refused their own today.
    """
    places = catalog().licensing_places
    zones = [places[one.jurisdiction].time_zone for one in user.licenses] or [FIRST_TO_BEGIN]
    return max(date_in(zone, now) for zone in zones)


def licensed_in(code: str) -> Sequence[User]:
    """Return everyone with a license of that state in their profile, without closed accounts."""
    holders = select(License.user_id).where(License.jurisdiction == code, License.removed_at.is_(None))
    wanted = select(User).where(User.id.in_(holders), User.closed_at.is_(None))
    return db.session.scalars(wanted.order_by(User.id)).all()


def own_license(user: User, code: UUID) -> License:
    """Return the person's license with that code. Raise NotFound."""
    return one_or_404(select(License).filter_by(user_id=user.id, code=code, removed_at=None))


def license_of(license_id: int) -> License:
    return db.session.scalars(select(License).filter_by(id=license_id)).one()


def also_held_by(licenses: Collection[License]) -> dict[int, list[User]]:
    """Return the other people with a license of the same state and number, by license id. One statement in all."""
    states = {one.jurisdiction for one in licenses}
    compact = func.upper(License.number)
    for sign in " ./-":
        compact = func.replace(compact, sign, "")
    keys = {license_number.key(one.number) for one in licenses}
    rows = db.session.execute(
        select(License, User)
        .join(User, User.id == License.user_id)
        .where(License.jurisdiction.in_(states), compact.in_(keys), License.removed_at.is_(None))
        .order_by(User.id)
    ).all()
    return {
        one.id: [
            user
            for other, user in rows
            if user.id != one.user_id
            and other.jurisdiction == one.jurisdiction
            and license_number.key(other.number) == license_number.key(one.number)
        ]
        for one in licenses
    }


def has_admin() -> bool:
    return db.session.scalars(select(User.id).filter_by(role=Role.ADMIN, closed_at=None).limit(1)).first() is not None


def count_people(*, demo: bool) -> int:
    return db.session.scalars(select(func.count(User.id)).filter_by(is_demo=demo)).one()


def open_invitation(digest: str, now: datetime) -> Invitation:
    """Return the unused invitation with that digest. Raise NotFound if there is none or it has expired."""
    invitation = db.session.scalars(select(Invitation).filter_by(digest=digest, used_at=None)).one_or_none()
    if invitation is None or invitation.expires_at <= now:
        raise NotFound("This invitation has expired or was already used. Ask for a new one.")
    return invitation


def user_of_token(secret: Sequence[str], purpose: Purpose, token: str) -> User | None:
    """Return the person whom a link was mailed to, or None if the link is no longer valid."""
    if (parts := read(secret, purpose, token)) is None:
        return None
    user = db.session.scalars(select(User).filter_by(code=parts[0])).one_or_none()
    if user is None or not matches(parts[1], token_state(purpose, user)):
        return None
    return user


def token_state(purpose: Purpose, user: User) -> str:
    """Return what must not change for a mailed link of that purpose to stay valid."""
    return user.email if purpose is Purpose.CONFIRM else f"{user.email} {user.password_hash}"


def search(text: str, *, number: int, size: int) -> Page[User]:
    """Return one page of the people who match the text, newest first."""
    return page_of(matching(text), number=number, size=size)


def matching(text: str) -> Select[User]:
    """Return the people who have each word of the text in name, email or a license number, newest first.

    Without a word it is everybody, and a text of signs only matches nobody.
    """
    words = search_words(text)
    wanted = [_has(word) for word in words[:MAX_SEARCH_WORDS]] or [false() if text.strip() else true()]
    return select(User).where(*wanted).order_by(User.id.desc()).options(selectinload(User.licenses))


def _has(word: str) -> ColumnElement[bool]:
    """Return the condition that the word is somewhere in a key.

    No index serves a part of a word. Without one a search among 100,000 people takes a tenth of a second.
    """
    licensed = select(License.user_id).where(License.search_key.contains(word, autoescape=True))
    return or_(User.search_key.contains(word, autoescape=True), User.id.in_(licensed))
