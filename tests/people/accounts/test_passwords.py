"""Passwords: which are refused, and that every keyboard's way of writing one is the same password."""

import unicodedata

import pytest
from argon2 import PasswordHasher

from course.people.accounts import breached_passwords, passwords, queries
from course.people.accounts.passwords import hash_password, matches, needs_rehash, weakness
from course.platform import db
from course.platform.db import unit_of_work
from tests import factories
from tests.factories import PASSWORD

ACCENTED = "crème brûlée für Zoë 42"
OWN = ("nina.new@example.org", "Nina New", "Northlight Education", "learn.example.org")


@pytest.mark.parametrize(
    "password",
    [
        "Summer2026!!",
        "Passw0rd2024!",
        "ilovemywife1",
        "i love my wife",
        "iloveyouforever",
        "iloveyouforever99!",
        "correcthorsebatterystaple",
        "correct horse battery staple",
        "password password",
        "gearsofwar2012",
        "1qaz2wsx3edc",
        "October2026!",
        "aaaaaaaaaaaaaa",
        "trustno1trustno1",
    ],
)
def test_common_and_breached_passwords_are_weak(password):
    assert weakness(password) == passwords.GUESSABLE


@pytest.mark.parametrize(
    "password",
    [
        "needlewise12",
        "Needlewise2026",
        "n33dl3w1se2026!!",
        "Needle-Wise-2026",
        "needlewise-rocks!!",
        "dryneedling1",
        "dry needling course",
        "I love dry needling",
        "physicaltherapist",
        "physical therapist 2026",
        "triggerpoint12",
        "trigger point muscle",
        "northlight2026!",
        "Northlight Education 1",
        "learn.example.org",
        "nina.new@example.org",
        "NinaNewNinaNew",
        "nina new 2026!!",
    ],
)
def test_words_of_the_site_the_provider_and_the_person_make_no_password(password):
    assert weakness(password, *OWN) == passwords.GUESSABLE


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        ACCENTED,
        "quietcopperlantern",
        "zebra-tuba-quilt",
        "Kx7!mQ2z#pLw",
        "mossy river stones",
        "needling at dawn with tea",
        "nina likes copper lanterns",
        "ходит кот по крыше",
        "いろはにほへとちりぬるを",
    ],
)
def test_unrelated_words_and_random_signs_make_a_password(password):
    assert weakness(password, *OWN) is None


@pytest.mark.parametrize(("password", "words"), [("Kx7!mQ2z#pL", "at least 12"), ("quiet " * 22, "at most 128")])
def test_the_length_has_bounds(password, words):
    assert words in weakness(password)


def test_a_letter_with_a_separate_accent_counts_once():
    assert "at least 12" in weakness(unicodedata.normalize("NFD", "éèêëéèêëéèê"))


def test_the_list_of_breached_passwords_is_whole():
    data = breached_passwords.FILE.read_bytes()
    rows = [data[n : n + breached_passwords.DIGEST_BYTES] for n in range(0, len(data), breached_passwords.DIGEST_BYTES)]
    assert len(rows) == 43_941
    assert rows == sorted(set(rows))


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_every_way_of_writing_a_password_is_the_same_password(form):
    assert matches(unicodedata.normalize(form, ACCENTED), hash_password(ACCENTED))


def test_full_width_letters_are_the_same_password():
    assert matches("ｑｕｉｅｔ copper lantern ４２", hash_password("quiet copper lantern 42"))


@pytest.mark.parametrize("stored", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_a_hash_of_what_was_typed_before_normalization_still_matches(stored, typed):
    digest = passwords.HASHER.hash(unicodedata.normalize(stored, ACCENTED))
    assert matches(unicodedata.normalize(typed, ACCENTED), digest)


def test_only_a_hash_of_another_form_or_with_other_settings_is_made_again():
    other_form = passwords.HASHER.hash(unicodedata.normalize("NFD", ACCENTED))
    assert needs_rehash(ACCENTED, other_form)
    assert needs_rehash(PASSWORD, PasswordHasher(memory_cost=8, time_cost=1, parallelism=1).hash(PASSWORD))
    assert not needs_rehash(ACCENTED, hash_password(ACCENTED))
    assert not needs_rehash(unicodedata.normalize("NFD", ACCENTED), hash_password(ACCENTED))


def test_another_password_does_not_match():
    assert not matches(ACCENTED + "!", hash_password(ACCENTED))
    assert not matches("x" * 1_000_000, hash_password(ACCENTED))


@pytest.mark.parametrize("typed", ["NFC", "NFD", "NFKD"])
def test_sign_in_takes_the_password_of_an_older_account_from_any_keyboard(app, pages, learner, typed):
    @unit_of_work
    def set_older_hash():
        db.session.get_one(factories.User, learner.id).password_hash = passwords.HASHER.hash(
            unicodedata.normalize("NFD", ACCENTED)
        )

    with app.app_context():
        set_older_hash()
    data = {"email": learner.email, "password": unicodedata.normalize(typed, ACCENTED)}
    assert pages.post("/sign-in", data).location == "/home"
    with app.app_context():
        assert not needs_rehash(ACCENTED, queries.find_by_email(learner.email).password_hash)
