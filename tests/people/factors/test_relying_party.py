"""The name that passkeys are bound to."""

import pytest

from course.people.factors.relying_party import RelyingParty, relying_party


@pytest.mark.parametrize(
    ("public_url", "requested", "id_", "origin"),
    [
        ("https://learn.example.org", "http://evil.example/", "learn.example.org", "https://learn.example.org"),
        ("https://Learn.Example.org:443", "http://x/", "learn.example.org", "https://learn.example.org"),
        ("https://learn.example.org:8443", "http://x/", "learn.example.org", "https://learn.example.org:8443"),
        ("", "http://localhost:8000/", "localhost", "http://localhost:8000"),
        ("", "http://localhost/", "localhost", "http://localhost"),
    ],
)
def test_it_is_the_public_address_or_localhost(public_url, requested, id_, origin):
    assert relying_party(public_url, requested) == RelyingParty(id_, origin)


@pytest.mark.parametrize(
    ("public_url", "requested"),
    [
        ("", "http://127.0.0.1:8000/"),
        ("", "http://[::1]:8000/"),
        ("", "http://evil.example/"),
        ("http://192.0.2.7", "http://localhost/"),
    ],
)
def test_there_is_none_at_an_ip_address_or_a_name_that_only_the_request_gives(public_url, requested):
    assert relying_party(public_url, requested) is None
