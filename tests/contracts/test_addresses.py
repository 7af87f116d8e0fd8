"""Addresses never disappear, because they are in bookmarks, in mails and on printed certificates."""

from pathlib import Path

from flask import Flask

KEPT = Path(__file__).parent / "addresses.txt"


def addresses(app: Flask) -> set[str]:
    return {f"{rule.rule} {','.join(sorted(rule.methods - {'HEAD', 'OPTIONS'}))}" for rule in app.url_map.iter_rules()}


def test_every_listed_address_still_exists(app: Flask):
    """New addresses are added to the file, and none is ever removed."""
    kept = set(KEPT.read_text().splitlines())
    assert len(kept) >= 168
    assert kept - addresses(app) == set()


def test_every_address_is_listed(app: Flask):
    assert addresses(app) - set(KEPT.read_text().splitlines()) == set()
