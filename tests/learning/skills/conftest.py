import pytest
from flask import Flask

from course.people.accounts.models import User
from course.site import site_of
from tests import factories


@pytest.fixture(autouse=True)
def hands_on(request):
    """Give the course a hands-on part in tests that use an app."""
    name = next((one for one in ("either_app", "app") if one in request.fixturenames), None)
    if name:
        app = request.getfixturevalue(name)
        skills = tuple(site_of(app).catalog.skills.by_id)
        factories.set_course(app, hands_on_minutes=600, skills=skills)


@pytest.fixture
def ines(app: Flask, admin: User) -> User:
    return factories.instructor(app, admin, "Ines Instructor")
