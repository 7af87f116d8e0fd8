"""Key files: created once, readable by their owner only, rotated by adding."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from course.certificates.credentials import keys
from course.certificates.credentials.issuer import issuer
from course.platform.config import BadSetting
from tests.certificates.credentials.test_proofs import unsigned
from tests.factories import NOON


def test_the_first_start_creates_a_key_that_only_its_owner_can_read(tmp_path):
    keys.ensure(tmp_path)
    (path,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_processes_that_start_together_get_the_same_key(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: keys.ensure(tmp_path)[0].public, range(8)))
    assert len(found) == 1


def test_a_rotated_key_signs_and_the_old_ones_still_verify(tmp_path):
    before = issuer("https://ce.example.org", keys.ensure(tmp_path))
    signed = before.sign(unsigned(), NOON)
    new = keys.rotate(tmp_path)
    after = issuer("https://ce.example.org", keys.ensure(tmp_path))
    assert after.signed(signed)
    assert after.sign(unsigned(), NOON)["proof"]["verificationMethod"].endswith(new.public)
    assert not before.signed(after.sign(unsigned(), NOON))
    listed = [method["publicKeyMultibase"] for method in after.document["verificationMethod"]]
    assert listed == [before.keys[0].public, new.public]
    assert len(after.document["assertionMethod"]) == 2


def test_without_a_public_address_an_older_key_still_verifies_what_it_signed(tmp_path):
    signed = issuer("", keys.ensure(tmp_path)).sign(unsigned(), NOON)
    keys.rotate(tmp_path)
    assert issuer("", keys.ensure(tmp_path)).signed(signed)
    assert issuer("https://ce.example.org", keys.ensure(tmp_path)).signed(signed)


@pytest.mark.parametrize("text", ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_damaged_key_stops_the_start_with_a_message(tmp_path, text):
    keys.ensure(tmp_path)
    (path,) = (tmp_path / "keys").iterdir()
    path.write_text(text)
    with pytest.raises(BadSetting, match="is not an Ed25519 key"):
        keys.ensure(tmp_path)


def test_a_key_that_others_can_read_stops_the_start(tmp_path):
    keys.ensure(tmp_path)
    (path,) = (tmp_path / "keys").iterdir()
    path.chmod(0o644)
    with pytest.raises(BadSetting, match="chmod 600"):
        keys.ensure(tmp_path)


@pytest.mark.parametrize(
    ("url", "did"),
    [
        ("https://ce.example.org", "did:web:ce.example.org"),
        ("http://127.0.0.1:8000", "did:web:127.0.0.1%3A8000"),
    ],
)
def test_the_did_is_that_of_the_public_address(tmp_path, url, did):
    assert issuer(url, keys.ensure(tmp_path)).did == did


def test_without_a_public_address_the_key_itself_is_the_issuer(tmp_path):
    found = issuer("", keys.ensure(tmp_path))
    assert found.did == f"did:key:{found.keys[0].public}"
    assert json.dumps(found.document).count(found.did) == 4
