from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import selectinload

from course.people.accounts import license_number
from course.people.accounts.models import Invitation, License, User
from course.people.accounts.tokens import Purpose, fits, read
from course.platform import db
from course.platform.access import Role
from course.platform.web import NotFound

_BY_CODE = select(User).where(User.code == bindparam("code"))  # made once: every request of a signed-in person asks it


def user_of_session(session_id: str) -> User | None:
    """Who a session cookie stands for, unless their sessions were ended since."""
    code, _, epoch = session_id.partition(".")
    try:
        user = db.session.scalars(_BY_CODE, {"code": UUID(code)}).one_or_none()
    except ValueError:
        return None
    return user if user and str(user.session_epoch) == epoch else None


def find_by_email(email: str) -> User | None:
    return db.session.scalars(select(User).filter_by(email=email.strip().lower())).one_or_none()


def person_of(code: UUID) -> User:
    user = db.session.scalars(select(User).filter_by(code=code).options(selectinload(User.licenses))).one_or_none()
    if user is None:
        raise NotFound
    return user


def person(user_id: int) -> User:
    """Return the person with that id; there is one wherever a row names it."""
    return people_of([user_id])[user_id]


def people_of(ids: Sequence[int]) -> dict[int, User]:
    found = db.session.scalars(select(User).where(User.id.in_(ids)).options(selectinload(User.licenses)))
    return {user.id: user for user in found}


def licensed_in(code: str) -> Sequence[User]:
    """Everyone with a license of that state in their profile; nobody whose account is closed."""
    holders = select(License.user_id).where(License.jurisdiction == code, License.removed_at.is_(None))
    wanted = select(User).where(User.id.in_(holders), User.closed_at.is_(None))
    return db.session.scalars(wanted.order_by(User.id)).all()


def own_license(user: User, code: UUID) -> License:
    found = db.session.scalars(select(License).filter_by(user_id=user.id, code=code, removed_at=None)).one_or_none()
    if found is None:
        raise NotFound
    return found


def license_of(license_id: int) -> License:
    return db.session.scalars(select(License).filter_by(id=license_id)).one()


def also_held_by(licenses: Collection[License]) -> dict[int, list[User]]:
    """Other people with a license of the same state and number: license -> people. One statement for any number."""
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
    found = db.session.scalars(select(Invitation).filter_by(digest=digest, used_at=None)).one_or_none()
    if found is None or found.expires_at <= now:
        raise NotFound("This link was used already or is too old. Ask for a new one.")
    return found


def user_of_token(secret: str, purpose: Purpose, token: str) -> User | None:
    """Whom a mailed link speaks for, while the state that it was made for still holds."""
    if (parts := read(secret, purpose, token)) is None:
        return None
    user = db.session.scalars(select(User).filter_by(code=parts[0])).one_or_none()
    if user is None or not fits(parts[1], token_state(purpose, user)):
        return None
    return user


def token_state(purpose: Purpose, user: User) -> str:
    return user.email if purpose is Purpose.CONFIRM else user.password_hash


def search(text: str, *, page: int, size: int) -> tuple[Sequence[User], int]:
    """People whose name, e-mail or license number holds `text`, newest first, and how many pages there are."""
    pattern = f"%{text.strip().lower().replace('%', '').replace('_', '')}%"
    licensed = select(License.user_id).where(func.lower(License.number).like(pattern))
    wanted = or_(func.lower(User.legal_name).like(pattern), User.email.like(pattern), User.id.in_(licensed))
    total = db.session.scalars(select(func.count(User.id)).where(wanted)).one()
    found = db.session.scalars(
        select(User)
        .where(wanted)
        .order_by(User.id.desc())
        .offset((page - 1) * size)
        .limit(size)
        .options(selectinload(User.licenses))
    ).all()
    return found, max(1, -(-total // size))
