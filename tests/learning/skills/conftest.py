import pytest
from flask import Flask

from course.people.accounts.models import User
from tests import factories


@pytest.fixture(autouse=True)
def hands_on(request):
    """Give the course a hands-on part in tests that use an app."""
    name = next((one for one in ("either_app", "app") if one in request.fixturenames), None)
    if name:
        factories.set_course(request.getfixturevalue(name), hands_on_minutes=600)


@pytest.fixture
def ines(app: Flask, admin: User) -> User:
    return factories.instructor(app, admin, "Ines Instructor")
