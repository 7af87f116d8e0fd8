"""Who may do what. Each view names a permission, and a view that names none is closed to everyone."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.platform.marks import mark as mark_view
from course.platform.marks import marked

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


PUBLIC = "public"

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
    },
}
REVIEWER = frozenset({Permission.REVIEW, Permission.RATE})  # what the reviewer role adds to an administrator


def requires(permission: Permission) -> Callable[[View], View]:
    """Mark a view as open to people with the permission."""

    def mark(view: View) -> View:
        return mark_view(view, "access", permission)

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
    is_reviewer = person.role == Role.ADMIN and person.is_reviewer
    return permissions | REVIEWER if is_reviewer else permissions


def is_privileged(person: Any) -> bool:
    """Return whether the person may do more than a learner, and so needs a second factor."""
    return not granted(person) <= _EVERYONE


def may(permission: str) -> bool:
    """Return whether the person of this request has the permission."""
    return bool(current_user.is_authenticated) and permission in granted(current_user)


def init_app(app: Flask) -> None:
    public(app.view_functions["static"])
    app.before_request(_guard)
    app.add_template_global(may)


def _guard() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None  # no such address: the router answers 404
    access = marked("access")
    if access == PUBLIC or (access is not None and may(access)):
        return None
    if access is None or current_user.is_authenticated:
        abort(403)
    flash("Sign in to continue.", "info")
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=back), 303)
