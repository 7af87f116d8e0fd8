"""Faults of badges that the official schema accepts, and of badges that it refuses."""

import copy
import json
from pathlib import Path

import pytest
from jsonschema import Draft201909Validator

from course.certificates.credentials import rules

DATA = Path(__file__).parents[2] / "data" / "ob3"
SCHEMA = Draft201909Validator(json.loads((DATA / "schema" / "ob_v3p0_achievementcredential_schema.json").read_text()))


def sample(name):
    return json.loads((DATA / "examples" / f"{name}.json").read_text())


OURS = sample("ours-eddsa-rdfc-2022")
COMPLETE = sample("complete")


def changed(change, base=OURS):
    badge = copy.deepcopy(base)
    change(badge)
    return badge


def subject(**more):
    return lambda badge: badge["credentialSubject"].update(more)


def achievement(**more):
    return lambda badge: badge["credentialSubject"]["achievement"].update(more)


def drop(*names):
    def change(badge):
        for name in names[:-1]:
            badge = badge[name]
        del badge[names[-1]]

    return change


def without_identity(badge):
    badge["credentialSubject"].pop("id", None)
    badge["credentialSubject"].pop("identifier", None)


MISSED = {
    "a moment in words": lambda badge: badge.update(validFrom="yesterday"),
    "nobody's": without_identity,
    "empty evidence": lambda badge: badge.update(evidence=[]),
    "criteria that say nothing": achievement(criteria={}),
    "a bare type": lambda badge: badge.update(type="VerifiableCredential"),
    "a status without id": drop("credentialStatus", "id"),
    "no place in a list": lambda badge: badge["credentialStatus"].update(statusListIndex=7),
    "a result of nothing described": subject(result=[{"type": ["Result"], "resultDescription": "urn:x:none"}]),
    "a date without zone": lambda badge: badge.update(awardedDate="2026-03-02T12:00:00"),
    "blank criteria": achievement(criteria={"narrative": " "}),
}


@pytest.mark.parametrize("change", MISSED.values(), ids=MISSED)
def test_what_the_schema_misses_is_a_fault(change):
    badge = changed(change)
    assert SCHEMA.is_valid(badge)  # if this fails, the schema checks it by now
    assert rules.faults(badge)


SEEN = {
    "no id": drop("id"),
    "no beginning": drop("validFrom"),
    "no issuer": drop("issuer"),
    "an issuer without id": drop("issuer", "id"),
    "old contexts": lambda badge: badge.update({"@context": ["https://www.w3.org/2018/credentials/v1"]}),
    "contexts in another order": lambda badge: badge.update({"@context": badge["@context"][::-1]}),
    "no subject": drop("credentialSubject"),
    "no achievement": drop("credentialSubject", "achievement"),
    "no description": drop("credentialSubject", "achievement", "description"),
    "an invented type": achievement(achievementType="ContinuingEducation"),
    "credits in words": subject(creditsEarned="1.25"),
    "a yes for credits": subject(creditsEarned=True),
    "a status that isn't": subject(result=[{"type": ["Result"], "status": "Done"}]),
    "a number as a value": subject(result=[{"type": ["Result"], "value": 1.25}]),
    "a stranger's identifier": subject(identifier=[{"type": "IdentityObject", "identityHash": "x"}]),
    "more in an identifier": subject(
        identifier=[
            {"type": "IdentityObject", "hashed": False, "identityHash": "x", "identityType": "name", "givenName": "x"}
        ]
    ),
    "an identifier of an invented type": subject(
        identifier=[{"type": "IdentityObject", "hashed": False, "identityHash": "x", "identityType": "nickname"}]
    ),
    "a null": lambda badge: badge.update(description=None),
    "an empty object deep inside": subject(source={"id": "https://example.org", "type": ["Profile"], "address": {}}),
}


@pytest.mark.parametrize("change", SEEN.values(), ids=SEEN)
def test_what_the_schema_refuses_is_a_fault_too(change):
    assert rules.faults(changed(change))


@pytest.mark.parametrize(
    "name",
    [
        "ours-eddsa-rdfc-2022",
        "complete",
        "simple",
        "simple-did-key-method",
        "simple-did-web-method",
        "simple-multiple-proofs",
    ],
)
def test_good_samples_have_no_faults(name):
    assert rules.faults(sample(name)) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("simple-err-context", "contexts"),
        ("simple-err-type", "type"),
        ("simple-err-issuer", "no issuer"),
        ("simple-err-credential-subject-type", "AchievementSubject"),
        ("simple-err-credential-subject-identifier-type", "IdentityObject"),
        ("simple-err-credential-subject-result-type", "not a Result"),
        ("simple-noproof", "contexts"),
        ("credential-status-revoked", "contexts"),
        ("endorsement-valid", "type"),
        ("bitstring-testlist", "type"),
        ("bitstring-credential-status-revoked", "position"),  # a number in this sample, text in the standard
    ],
)
def test_bad_samples_have_a_fault_that_says_why(name, words):
    assert words in " ".join(rules.faults(sample(name)))


def test_odd_values_anywhere_in_a_badge_raise_no_error():
    """Replace each member in turn by an odd value."""
    for odd in (None, 7, "x", [], {}, [None], [[]], {"type": 7}, True):
        for path in paths(COMPLETE):
            badge = copy.deepcopy(COMPLETE)
            place = badge
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = odd
            rules.faults(badge)


def paths(value, before=()):
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in pairs:
        yield (*before, step)
        yield from paths(inner, (*before, step))
