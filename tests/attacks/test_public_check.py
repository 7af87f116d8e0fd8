"""Attacks on the public check: closing it for others, forgeries, and files that cost more than they should."""

import io
import json
import sys
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from course.certificates.credentials import foreign_badge, multibase
from course.certificates.verification import uploaded_file
from course.certificates.verification.views import FILE_CHECKS
from course.site import site_of
from tests import factories
from tests.pages import Pages

SAMPLES = Path(__file__).parents[1] / "data" / "ob3" / "examples"
JSON = {"Accept": "application/json"}
CREDENTIAL = b'<x:credential xmlns:x="https://purl.imsglobal.org/ob/v3p0">{}</x:credential>'
MISS = "/verify/AAAA-AAAA-AAAA-AAAA"


@pytest.fixture
def certificate(app, learner, admin):
    return factories.issue(app, learner, admin)


@pytest.fixture
def files(pages, learner, certificate):
    client = pages.as_(learner).client
    return {kind: client.get(f"/certificates/{certificate.code}.{kind}").data for kind in ("pdf", "png", "svg", "json")}


def send(app, data, **more):
    boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(data), "file", "file")})
    return Pages(app).post("/verify/", body, content_type=f"multipart/form-data; boundary={boundary}", **more)


def status_from(app, address, path):
    return Pages(app).get(path, environ_base={"REMOTE_ADDR": address}).status


class TestClosingTheCheckForOthers:
    def test_a_network_that_asks_1300_times_closes_it_for_no_other(self, app, certificate):
        asked = [status_from(app, f"2001:db8:0:{n:x}::1", "/verify/") for n in range(1300)]
        assert (asked.count(200), asked.count(429)) == (600, 700)
        path = f"/verify/{certificate.code}"
        assert [status_from(app, other, path) for other in ("2001:db8:1::1", "192.0.2.1")] == [200, 200]

    def test_wrong_numbers_close_it_for_no_right_one_of_the_same_address(self, app, certificate):
        asked = [status_from(app, "192.0.2.1", MISS) for _ in range(30)]
        assert asked == [404] * 20 + [429] * 10
        for path in (f"/verify/{certificate.code}", f"/verify/{certificate.code}.", "/directory/", "/verify/"):
            assert status_from(app, "192.0.2.1", path) == 200

    def test_wrong_numbers_close_no_share_link(self, app, pages, learner, certificate):
        holder = pages.as_(learner)
        holder.post(f"/certificates/{certificate.code}/links", {"label": "work"})
        page = holder.get(f"/certificates/{certificate.code}")
        link = next(text for text in page.html.split('"') if "/shared/" in text)
        path = link[link.index("/shared/") :]
        for _ in range(30):
            status_from(app, "192.0.2.1", MISS)
            status_from(app, "192.0.2.1", "/shared/guess")
        assert status_from(app, "192.0.2.1", path) == 200


class TestForgeries:
    """A system that reads one field, whichever it is, never takes a forgery for a certificate."""

    def forged(self, files):
        badge = json.loads(files["json"])
        badge["credentialSubject"]["creditsEarned"] = 48
        yield "badge", json.dumps(badge).encode()
        yield "document", files["pdf"] + b"\n% 48 hours\n"
        yield "svg", files["svg"].replace(b"</svg>", b"<text>48 hours</text></svg>")
        yield (
            "png",
            files["png"][:-12] + b"\0\0\0\5tEXta\0bcd" + zlib.crc32(b"tEXta\0bcd").to_bytes(4) + files["png"][-12:],
        )
        yield "foreign", (SAMPLES / "simple.json").read_bytes()
        yield "unreadable", b"hello"

    def test_no_field_of_the_answer_says_valid(self, app, files):
        seen = {}
        for name, data in self.forged(files):
            reply = send(app, data, headers=JSON).response.get_json()
            about_certificate = reply.pop("certificate_on_record")
            assert "valid" not in [str(value) for value in reply.values()]
            seen[name] = reply["status"], about_certificate and about_certificate["status"]
        assert seen == {
            "badge": ("altered", "valid"),
            "document": ("altered", "valid"),
            "svg": ("altered", "valid"),
            "png": ("altered", "valid"),
            "foreign": ("foreign", None),
            "unreadable": ("unreadable", None),
        }

    def test_a_file_as_it_was_issued_says_valid(self, app, certificate, files):
        for data in files.values():
            reply = send(app, data, headers=JSON).response.get_json()
            assert (reply["status"], reply["certificate_on_record"]["number"]) == ("valid", certificate.code)

    @pytest.mark.parametrize(
        "accept", ["application/json", "application/json, text/plain, */*", "application/json;q=0.9"]
    )
    def test_the_usual_headers_of_systems_get_the_answer_as_data(self, app, files, accept):
        assert send(app, files["json"], headers={"Accept": accept}).response.is_json


@contextmanager
def counted_steps(limit):
    """Raise as soon as more functions were called than the limit, in Python and in C."""
    steps = 0

    def count(_frame, event, _argument):
        nonlocal steps
        steps += event in {"call", "c_call"}
        if steps > limit:
            sys.setprofile(None)
            raise AssertionError("too many steps")

    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(None)


def badge_of_a_stranger(**members):
    """Return a badge that names the stranger's own key, so that its signature would be checked."""
    key = multibase.encode(multibase.ED25519 + Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-01-01T00:00:00Z",
        "verificationMethod": f"did:key:{key}#{key}",
        "proofPurpose": "assertionMethod",
        "proofValue": multibase.encode(b"x" * 64),
    }
    return {**json.loads((SAMPLES / "simple.json").read_text()), **members, "proof": proof}


def endorsements(depth):
    subject = {"id": "urn:x", "type": ["EndorsementSubject"]}
    whole = {"type": ["EndorsementCredential"], "credentialSubject": subject}
    for _ in range(depth):
        whole = {"type": ["EndorsementCredential"], "credentialSubject": subject, "endorsement": [whole]}
    return [whole]


COSTLY_BADGES = {
    "1580 nodes": {"evidence": [{"type": ["Evidence"], "name": str(n)} for n in range(1580)]},
    "endorsements of endorsements": {"endorsement": endorsements(12)},
    "many types": {"evidence": [{"type": ["Evidence", *map(str, range(6))]} for _ in range(100)]},
    "nodes that refer to each other": {
        "evidence": [{"id": f"_:b{n}", "type": ["Evidence"], "related": [f"_:b{(n + 1) % 9}"]} for n in range(9)]
    },
}


class TestCostlyFiles:
    @pytest.mark.parametrize("members", COSTLY_BADGES.values(), ids=COSTLY_BADGES.keys())
    def test_a_costly_badge_is_not_checked_further(self, app, members):
        badge = badge_of_a_stranger(**members)
        data = json.dumps(badge).encode()
        assert not foreign_badge.is_checkable(badge)
        send(app, b"{}")  # what is done once per process
        with counted_steps(200_000):
            page = send(app, data)
        assert (page.status, "Its signature was not checked" in page.text) == (200, True)
        reply = send(app, data, headers=JSON).response.get_json()
        assert reply["status"] == "foreign"
        assert "Its signature was not checked, because it has too many parts." in reply["faults"]

    def test_a_costly_badge_with_our_key_is_not_checked_further_either(self, app):
        badge = badge_of_a_stranger(**COSTLY_BADGES["1580 nodes"])
        ours = site_of(app).issuer.keys[0].public
        badge["proof"]["verificationMethod"] = f"did:key:{ours}#{ours}"
        with counted_steps(200_000):
            assert send(app, json.dumps(badge).encode(), headers=JSON).response.get_json()["status"] == "altered"

    def test_the_answer_names_only_the_first_faults_of_a_badge(self, app):
        badge = badge_of_a_stranger(evidence=[{}] * 3000)
        assert len(send(app, json.dumps(badge).encode(), headers=JSON).response.get_json()["faults"]) <= 21

    def test_an_ordinary_badge_is_still_checked(self):
        assert foreign_badge.is_checkable(badge_of_a_stranger())
        assert foreign_badge.is_checkable(json.loads((SAMPLES / "complete.json").read_text())["evidence"][0])

    @pytest.mark.parametrize(
        ("data", "fault"),
        [
            (b'{"a":[' + b"[]," * 160_000 + b"1]}", "too many parts"),
            (b'{"a":[' + b"1," * 240_000 + b"1]}", "too many parts"),
            (b"<svg>" + b"<a/>" * 240_000 + b"</svg>", "no badge in its first 10,000 parts"),
            (b"<svg>" + b"<a>" * 300_000, "no badge in its first 10,000 parts"),
            (b"<svg>%b%b</svg>" % (CREDENTIAL, b"<a/>" * 200_000), "too many parts"),
        ],
        ids=["lists", "numbers", "elements", "nested elements", "elements after a badge"],
    )
    def test_a_file_of_very_many_parts_is_refused_after_few_steps(self, data, fault):
        with counted_steps(200_000):
            assert fault in (uploaded_file.read(data).fault or "")

    def test_a_document_is_unpacked_only_so_far(self):
        packed = zlib.compress(b"\0" * 100_000_000, 9)
        document = b"%PDF-1.7\n" + (b"stream\n" + packed + b"\nendstream\n") * 30
        assert sum(map(len, uploaded_file.unpacked_streams(document))) == uploaded_file.MAX_UNPACKED_BYTES


class TestQueue:
    """Files are checked one at a time in a process, and pages answer meanwhile."""

    def test_one_file_waits_and_the_next_is_refused_while_pages_answer(self, app, certificate, files):
        with ThreadPoolExecutor(2) as pool:
            with FILE_CHECKS.turn():
                waits = pool.submit(send, app, files["json"])
                until_one_waits()
                refused = send(app, files["json"])
                assert (refused.status, refused.response.headers["Retry-After"]) == (503, "5")
                assert "try again in 5 seconds" in refused.text
                for path in (f"/verify/{certificate.code}", "/verify/", "/modules/"):
                    assert Pages(app).get(path).status == 200
            assert waits.result().status == 200
        assert send(app, files["json"]).status == 200

    def test_a_check_that_fails_leaves_the_queue(self):
        for _ in range(5):
            with pytest.raises(ZeroDivisionError), FILE_CHECKS.turn():
                raise ZeroDivisionError


def until_one_waits():
    """Return when the queue has no place left. It is asked in the way that a request asks."""
    for _ in range(500):
        if not FILE_CHECKS._places.acquire(blocking=False):
            return
        FILE_CHECKS._places.release()
        threading.Event().wait(0.01)
    raise AssertionError("nothing waits")
