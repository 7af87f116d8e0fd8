"""What a provider's claims are taken to say."""

import pytest

from course.people.single_sign_on.identity import identity

CLAIMS = {"iss": "https://login.example.org", "sub": "ina-1"}


@pytest.mark.parametrize(
    ("claims", "counts"),
    [
        ({}, False),
        ({"amr": ["pwd"]}, False),
        ({"amr": ["otp"]}, False),
        ({"amr": "mfa"}, False),
        ({"amr": ["pwd", "mfa"]}, True),
        ({"amr": ["hwk"]}, True),
        ({"acr": "1"}, False),
        ({"acr": "phr"}, True),
        ({"acr": "https://refeds.org/profile/mfa"}, True),
    ],
)
def test_only_a_stated_second_factor_counts(claims, counts):
    assert identity(CLAIMS | claims).second_factor is counts


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_email_counts_only_if_the_provider_verified_it(verified):
    assert identity(CLAIMS | {"email": "ina@example.org", "email_verified": verified}).email is None
    assert identity(CLAIMS | {"email": "ina@example.org", "email_verified": True}).email == "ina@example.org"


@pytest.mark.parametrize("subject", ["", "x" * 256, "a\0b"])
def test_a_subject_that_can_not_be_stored_is_refused(subject):
    with pytest.raises(ValueError, match="empty or too long"):
        identity(CLAIMS | {"sub": subject})


def test_odd_claims_do_no_harm():
    odd = identity(CLAIMS | {"email": ["a"], "email_verified": True, "given_name": 7, "auth_time": "x", "acr": ["phr"]})
    assert (odd.email, odd.given_name, odd.signed_in_at, odd.second_factor) == (None, "", None, False)


@pytest.mark.parametrize("seconds", [10**30, -(10**30), float("nan"), float("inf")])
def test_a_moment_outside_the_calendar_is_none(seconds):
    assert identity(CLAIMS | {"auth_time": seconds}).signed_in_at is None
