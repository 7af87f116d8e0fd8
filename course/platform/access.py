"""Who may do what. Each view names a permission, and a view that names none is closed to everyone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, request, session
from flask_login import LoginManager, current_user
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from course.platform import clock, visitor
from course.platform.marks import mark as mark_view
from course.platform.marks import marked
from course.platform.web import Refused
from course.site import site

View = TypeVar("View", bound=Callable[..., Any])


class Role(StrEnum):
    LEARNER = "learner"
    ADMIN = "admin"


class Permission(StrEnum):
    PROFILE = "accounts:profile:own"
    STUDY = "study:read"
    ATTEMPT = "assessment:attempt:own"
    CERTIFICATE_OWN = "certificates:own"
    CONSOLE = "admin:console"
    PEOPLE_READ = "accounts:people:read"
    CERTIFICATE_DECIDE = "certificates:decide"
    PEOPLE_CHANGE = "accounts:people:change"
    STATES_EDIT = "states:edit"
    REVIEW = "catalog:review"
    ITEMS = "quality:items"
    RATE = "quality:standard:rate"
    ACCOMMODATE = "assessment:accommodate"
    RESCORE = "rescoring:decide"
    TRANSCRIPT = "transcripts:own"
    TRANSCRIPT_CHECK = "transcripts:check"
    APPROVALS = "approvals:edit"
    TEMPLATE = "certificates:template"
    BOARDS = "boards:report"
    RECORDS = "records:audit"
    INSTRUCT = "hands-on:instruct"
    HANDS_ON = "hands-on:edit"


PUBLIC = "public"
PUT_OFF = "second-factor-put-off"

_EVERYONE = frozenset(
    {Permission.PROFILE, Permission.STUDY, Permission.ATTEMPT, Permission.CERTIFICATE_OWN, Permission.TRANSCRIPT}
)
GRANTS: dict[Role, frozenset[Permission]] = {
    Role.LEARNER: _EVERYONE,
    Role.ADMIN: _EVERYONE
    | {
        Permission.CONSOLE,
        Permission.PEOPLE_READ,
        Permission.PEOPLE_CHANGE,
        Permission.CERTIFICATE_DECIDE,
        Permission.STATES_EDIT,
        Permission.ITEMS,
        Permission.ACCOMMODATE,
        Permission.RESCORE,
        Permission.TRANSCRIPT_CHECK,
        Permission.APPROVALS,
        Permission.TEMPLATE,
        Permission.BOARDS,
        Permission.RECORDS,
        Permission.HANDS_ON,
    },
}
INSTRUCTOR = frozenset({Permission.INSTRUCT})  # what being an instructor adds to any role
REVIEWER = frozenset({Permission.REVIEW, Permission.RATE})  # what the reviewer role adds to an administrator


FRESH_FOR = timedelta(minutes=15)  # how long a proof of identity serves for what @requires(..., fresh=True)


class SignInNeeded(Exception):
    """The page is for people who are signed in."""


class FreshSignInNeeded(Exception):
    """The person has to prove again who they are."""


class SecondFactorNeeded(Exception):
    """The person has to prove in a second way who they are."""


class CanNotPutOff(Refused):
    message = "The second factor can be put off only on the machine that the site runs on."


def requires(permission: Permission, *, fresh: bool = False) -> Callable[[View], View]:
    """Mark a view as open to people with the permission.

    `fresh`: only for somebody who proved in the last FRESH_FOR who they are. Others are asked to, and come back.
    """

    def mark(view: View) -> View:
        return mark_view(mark_view(view, "access", permission), "fresh", fresh)

    return mark


def public(view: View) -> View:
    """Mark a view as open to everyone."""
    return mark_view(view, "access", PUBLIC)


def me() -> Any:
    """Return the signed-in person. It is the accounts room's User, a type that the platform does not import."""
    return current_user._get_current_object()


def granted(person: Any) -> frozenset[Permission]:
    """Return the permissions that the person's role grants. A role from an earlier release counts as a learner."""
    permissions = GRANTS.get(person.role, _EVERYONE)
    if person.is_instructor:
        permissions |= INSTRUCTOR
    is_reviewer = person.role == Role.ADMIN and person.is_reviewer
    return permissions | REVIEWER if is_reviewer else permissions


def is_privileged(person: Any) -> bool:
    """Return whether the person may do more than a learner, and so needs a second factor."""
    return not granted(person) <= _EVERYONE


def has_role_for(permission: str) -> bool:
    """Return whether the role of the person of this request grants the permission."""
    return bool(current_user.is_authenticated) and permission in granted(current_user)


def may(permission: str) -> bool:
    """Return whether the person of this request may use the permission now.

    What learners may not do needs a second factor too. A password that somebody found out opens none of it.
    """
    return has_role_for(permission) and (permission in _EVERYONE or has_second_factor())


def has_second_factor() -> bool:
    """Return whether the session was proved by a second factor, or needs none on this machine."""
    if current_session().second_factor_at is not None:
        return True
    return may_put_off() and (bool(current_user.is_demo) or bool(session.get(PUT_OFF)))


def may_put_off() -> bool:
    """Return whether the second factor may be put off: by a visitor on this machine, while the site is not public."""
    return not site().config.public_url and visitor.is_local()


def put_off_second_factor() -> None:
    """Need no second factor until the session ends. Raise CanNotPutOff."""
    if not may_put_off():
        raise CanNotPutOff
    session[PUT_OFF] = True


def current_session() -> Any:
    """Return the session of the signed-in person, or None if nobody is signed in.

    It is the sessions room's SignInSession, a type that the platform does not import.
    """
    return g.sign_in_session if current_user.is_authenticated else None


def is_fresh(now: datetime) -> bool:
    """Return whether the person of this request proved in the last FRESH_FOR who they are."""
    current = current_session()
    return current is not None and bool(now - current.proved_at < FRESH_FOR)


def init_app(app: Flask, signed_in: Callable[[], tuple[Any, Any] | None]) -> None:
    """Guard every view. `signed_in` returns the session of this request and its person, if it has one."""

    def load(_request: object) -> Any:
        found = signed_in()
        if found is None:
            return None
        g.sign_in_session, person = found
        return person

    manager = LoginManager(app)
    manager.request_loader(load)
    manager.session_protection = None  # a phone may change its network, and so its address, between two pages
    public(app.view_functions["static"])
    app.before_request(_guard)
    for function in (may, may_put_off, has_role_for):
        app.add_template_global(function)


def _guard() -> None:
    """Raise SignInNeeded, SecondFactorNeeded or FreshSignInNeeded, or answer 403."""
    if request.endpoint is None:
        return  # no such address: the router answers 404
    access = marked("access")
    if access == PUBLIC:
        return
    if access is None or (current_user.is_authenticated and not has_role_for(access)):
        abort(403)
    if not current_user.is_authenticated:
        raise SignInNeeded
    if not may(access):
        raise SecondFactorNeeded
    if marked("fresh") and not is_fresh(clock.now()):
        raise FreshSignInNeeded


def next_page(default: str) -> str:
    """Return the page that the person wanted before signing in, or the default if it isn't a page of ours."""
    target = request.args.get("next", "")
    if not target.startswith("/") or target.startswith(("//", "/\\")) or not target.isprintable():
        return default
    return target if view_at(target, "GET") else default


def view_at(address: str, method: str) -> str | None:
    """Return the endpoint that answers the method at an address of ours, or None. GET /sign-out, for one, has none."""
    path = address.partition("?")[0]
    adapter = current_app.create_url_adapter(request)
    try:
        return adapter.match(path, method=method)[0] if adapter else None
    except RequestRedirect:
        return view_at(f"{path}/", method)  # only the slash at the end is missing
    except HTTPException:
        return None
