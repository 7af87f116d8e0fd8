"""Finding people in the console, by the same rule on both databases."""

import unicodedata

import pytest

from course.people.accounts import actions, name_actions, queries
from course.people.accounts.models import User
from course.people.accounts.name_parts import NameParts
from course.platform import db
from course.platform.db import unit_of_work
from course.platform.folding import search_key
from course.reporting.retention import actions as retention
from tests import factories
from tests.factories import NOON


def found(app, text):
    with app.app_context():
        return {user.legal_name for user in queries.search(text, number=1, size=50).rows}


@unit_of_work
def _give_email(user_id, email):
    db.session.get_one(User, user_id).email = email


@pytest.fixture
def people(either_app):
    emails = {"Émile Ångström": "emile@example.org", "Una Under": "first_last@example.org", "Percy Sign": "a%b@e.org"}
    for name in [*emails, "Sean O\u2019Neil", "José Núñez", "Lena Learner"]:
        person = factories.person(either_app, name)
        with either_app.app_context():
            _give_email(person.id, emails.get(name, person.email))
    return either_app


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *((text, "Émile Ångström") for text in ("Émile", "émile", "ÉMILE", "Émile Ångström", "Ångström", "ångström")),
        ("emile angstrom", "Émile Ångström"),
        ("Ångström Émile", "Émile Ångström"),
        ("first_last@example.org", "Una Under"),
        ("first_last", "Una Under"),
        ("_", "Una Under"),
        ("%", "Percy Sign"),
        ("mailto:first_last@example.org", "Una Under"),
        ("first_last@\u200bexample.org", "Una Under"),
        ("<FIRST_LAST@EXAMPLE.ORG>", "Una Under"),
        ("O'Neil", "Sean O\u2019Neil"),
        ("O\u2019Neil", "Sean O\u2019Neil"),
        ("oneil sean", "Sean O\u2019Neil"),
        ("Nunez", "José Núñez"),
        ("NÚÑEZ", "José Núñez"),
        (unicodedata.normalize("NFD", "José"), "José Núñez"),
        ("Núñez, José", "José Núñez"),
        ("learner lena", "Lena Learner"),
    ],
)
def test_a_person_is_found_alone(people, text, name):
    assert found(people, text) == {name}


@pytest.mark.parametrize("text", ["Lena Núñez", ".", "\\", "nobody", "__", "lena%"])
def test_every_word_has_to_match_as_it_is(people, text):
    assert found(people, text) == set()


def test_an_empty_search_lists_everybody(people):
    assert len(found(people, "  ")) == 6


@pytest.mark.parametrize("text", ["PT-40.213", "pt40213", "PT 40213", "40213", "lena 40213"])
def test_a_license_number_is_found_with_or_without_its_signs(either_app, text):
    for name, number in (("Lena Learner", "PT-40.213"), ("Otto Other", "PT55555")):
        factories.add_license(either_app, factories.person(either_app, name), number)
    assert found(either_app, text) == {"Lena Learner"}


def test_the_key_follows_the_name_the_email_and_the_license(app):
    person = factories.person(app, "Lena Learner")
    with app.app_context():
        name_actions.rename(queries.person(person.id), NameParts("Léna", "Wed").whole, now=NOON)
        _give_email(person.id, "wed@example.org")
        details = {"jurisdiction": "FL", "profession": "PT", "first_licensed": None, "expires_on": None}
        details |= {"renewal_months": None, "now": NOON}
        license_ = actions.save_license(queries.person(person.id), None, number="PT 1-2", **details)
        actions.save_license(queries.person(person.id), license_, number="PT 3-4", **details)
    assert found(app, "lena wed@example pt34") == {"Léna Wed"}
    assert found(app, "learner") == found(app, "pt12") == set()
    with app.app_context():
        retention.close(queries.person(person.id), now=NOON)
        user = db.session.get_one(User, person.id)
        assert user.search_key == search_key(user.legal_name, user.email)
    assert found(app, "lena") == found(app, "pt34") == set()
