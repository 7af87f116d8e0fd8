"""Forms for signing in, and who has done the first of two steps."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from flask import session
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import DataRequired

from course.people.accounts import queries as accounts
from course.people.accounts.models import User

FIRST_STEP = "first-step"
FIRST_STEP_LASTS = timedelta(minutes=10)


class SignInForm(FlaskForm):
    email = EmailField("Email", [DataRequired("Enter your email.")])
    password = PasswordField("Password", [DataRequired("Enter your password.")])


class ConfirmForm(FlaskForm):
    password = PasswordField("Password", [DataRequired("Enter your password.")])


def remember_first_step(user: User, now: datetime) -> None:
    """Keep in the browser's signed cookie that the person gave the right password. It opens no page but the next."""
    session[FIRST_STEP] = [str(user.code), _state(user), now.isoformat()]


def first_step(now: datetime) -> User | None:
    """Return who gave the right password in this browser, if it is still the right one."""
    code, state, at = session.get(FIRST_STEP, ("", "", ""))
    if not code or now - datetime.fromisoformat(at) > FIRST_STEP_LASTS:
        return None
    user = accounts.find_by_code(UUID(code))
    return user if user and user.closed_at is None and _state(user) == state else None


def _state(user: User) -> str:
    """Return what changes with the password, but says nothing about it."""
    return hashlib.sha256(user.password_hash.encode()).hexdigest()[:20]
