"""Addresses stay: people bookmarked them, certificates are printed with them, and they are in mails."""

from pathlib import Path

from flask import Flask

KEPT = Path(__file__).parent / "addresses.txt"


def addresses(app: Flask) -> set[str]:
    return {f"{rule.rule} {','.join(sorted(rule.methods - {'HEAD', 'OPTIONS'}))}" for rule in app.url_map.iter_rules()}


def test_every_address_of_before_is_still_there(app: Flask):
    """A new address is added to the file; one that was there is never taken out."""
    kept = set(KEPT.read_text().splitlines())
    assert len(kept) >= 168
    assert kept - addresses(app) == set()


def test_every_address_is_on_the_list(app: Flask):
    assert addresses(app) - set(KEPT.read_text().splitlines()) == set()
