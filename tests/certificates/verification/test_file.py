"""Verifying a file: issued here and unchanged, changed, issued elsewhere or unreadable, and never an error."""

import io
import json
import re
import socket
import zlib
from pathlib import Path

import pikepdf
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from limits import parse
from PIL import Image, PngImagePlugin
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from course.certificates.credentials import baking, pdf_signing
from course.certificates.issuing import ending, issuing, queries
from course.certificates.issuing.models import Certificate, Correction, Reason
from course.certificates.verification import uploaded_file, verdict
from course.certificates.verification.uploaded_file import FileKind, UnreadableUpload
from course.platform import db
from course.platform.db import unit_of_work
from course.site import site_of
from tests import factories
from tests.factories import NOON

SAMPLES = Path(__file__).parents[2] / "data" / "ob3" / "examples"
KINDS = ["pdf", "png", "svg", "json"]


@pytest.fixture
def unlimited(app):
    often = parse("1000000 per minute")
    factories.change_site(app, throttle=factories.replaced(site_of(app).throttle, requests=often))


class Files(dict[str, bytes]):
    """Files by kind, with a short name for failure messages."""

    def __repr__(self):
        return "files"


@pytest.fixture
def certificate(app, learner, admin):
    return factories.issue(app, learner, admin)


@pytest.fixture
def files(pages, learner, certificate):
    """Return each kind of file as the owner downloads it."""
    client = pages.as_(learner).client
    return Files((kind, client.get(f"/certificates/{certificate.code}.{kind}").data) for kind in KINDS)


def send(pages, data, name="file", **more):
    boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(data), name, "file")})
    return pages.post("/verify/", body, content_type=f"multipart/form-data; boundary={boundary}", **more)


def json_reply(pages, data):
    return send(pages, data, headers={"Accept": "application/json"}).response.get_json()


def end(app, certificate, admin, how):
    with app.app_context():
        row = queries.certificate_of(certificate.code)
        if how == "revoked":
            ending.revoke(row, Reason.AT_REQUEST, "asked", actor=admin, now=NOON)
        else:
            issuing.supersede(row, Correction.RESCORED, "a key was wrong", actor=admin, now=NOON)


class TestIssuedHere:
    @pytest.mark.parametrize("kind", KINDS)
    def test_a_downloaded_file_is_unchanged_and_valid(self, pages, certificate, files, kind):
        page = send(pages, files[kind])
        assert page.status == 200
        assert "Unchanged and valid" in page.text
        assert f"/verify/{certificate.code}" in page.html
        assert "Lena Learner" not in page.text  # only the certificate's page has the name

    @pytest.mark.parametrize("how", ["revoked", "superseded"])
    @pytest.mark.parametrize("kind", KINDS)
    def test_the_file_of_an_ended_certificate_is_reported_as_ended(
        self, app, pages, admin, certificate, files, kind, how
    ):
        end(app, certificate, admin, how)
        page = send(pages, files[kind])
        assert f"✗ Unchanged, but {how}" in page.text
        assert "valid" not in page.text
        assert json_reply(pages, files[kind]) == {
            "finding": "issued here and unchanged",
            "status": how,
            "certificate_on_record": {
                "number": certificate.code,
                "status": how,
                "url": certificate.facts["verify_url"],
            },
            "faults": [],
        }

    @pytest.mark.parametrize("kind", KINDS)
    def test_the_file_of_an_expired_certificate_is_reported_as_expired(self, app, pages, learner, admin, kind):
        factories.set_course(app, valid_months=1)
        certificate = factories.issue(app, learner, admin)
        data = pages.as_(learner).client.get(f"/certificates/{certificate.code}.{kind}").data
        assert "✗ Unchanged, but expired" in send(pages, data).text

    def test_a_reformatted_badge_is_the_same_badge(self, pages, files):
        badge = json.loads(files["json"])
        badge["credentialSubject"]["creditsEarned"] = 1.25
        for again in (json.dumps(badge, sort_keys=True), "\ufeff\n " + json.dumps(badge, indent=8)):
            assert "Unchanged and valid" in send(pages, again.encode()).text

    @pytest.mark.parametrize("kind", ["png", "svg"])
    def test_an_issued_badge_in_another_picture_is_not_reported_as_unchanged(self, pages, certificate, files, kind):
        if kind == "png":
            picture, extra = Image.new("RGB", (60, 60), "gold"), PngImagePlugin.PngInfo()
            extra.add_itxt("openbadgecredential", certificate.credential)
            picture.save(out := io.BytesIO(), "PNG", pnginfo=extra)
            forged = out.getvalue()
        else:
            forged = files["svg"].replace(b"</svg>", b"<text>40 hours</text></svg>")
        page = send(pages, forged)
        assert "Badge valid, picture changed" in page.text
        assert "Rely on the certificate's page, not on what the picture shows" in page.text

    def test_a_document_signed_by_an_older_key_is_recognized_after_a_rotation(self, app, config, pages, files):
        pdf_signing.add_own_key(config.data, "Provider", NOON)
        factories.change_site(app, signer=pdf_signing.ensure(config.data, "Provider", NOON))
        assert "Unchanged and valid" in send(pages, files["pdf"]).text

    def test_a_document_is_recognized_even_if_its_template_prints_no_number(self, app, pages, certificate):
        with pikepdf.new() as blank:
            blank.add_blank_page()
            blank.save(out := io.BytesIO())
        document = site_of(app).signer.sign(out.getvalue())
        assert uploaded_file.read(document).numbers == ()

        @unit_of_work
        def add():
            columns = {column.key: getattr(certificate, column.key) for column in Certificate.__table__.columns}
            other = {"id": None, "code": "AAAA-AAAA-AAAA-AAAA", "cycle": 9, "status_index": 1, "document": document}
            db.session.add(Certificate(**columns | other | {"document_sha256": verdict.digest_of(document)}))

        with app.app_context():
            add()
        page = send(pages, document)
        assert "Unchanged and valid" in page.text
        assert "/verify/AAAA-AAAA-AAAA-AAAA" in page.html


class TestChanged:
    @pytest.mark.parametrize("kind", KINDS)
    def test_one_changed_byte_is_noticed(self, pages, certificate, files, kind):
        changed = bytearray(files[kind])
        place = {"pdf": 40_000, "png": 30_000, "svg": 30_000, "json": files["json"].index(b"Lena")}[kind]
        changed[place] ^= 1
        page = send(pages, bytes(changed))
        assert "✗ Changed" in page.text or (kind == "svg" and "Badge valid" in page.text)
        assert f"/verify/{certificate.code}" in page.html

    @pytest.mark.parametrize(
        "change",
        [
            lambda badge: badge["credentialSubject"].update(creditsEarned=48),
            lambda badge: badge["credentialSubject"].update(creditsEarned=True),
            lambda badge: badge["credentialSubject"]["identifier"][1].update(identityHash="Somebody Else"),
            lambda badge: badge.update(extra="x"),
            lambda badge: badge.pop("proof"),
            lambda badge: badge["credentialSubject"].pop("result"),
        ],
    )
    def test_a_badge_with_another_fact(self, pages, files, change):
        badge = json.loads(files["json"])
        change(badge)
        assert "✗ Changed" in send(pages, json.dumps(badge).encode()).text

    def test_a_badge_with_a_duplicate_name(self, pages, files):
        twice = files["json"].replace(b'"creditsEarned": 1.25', b'"creditsEarned": 48, "creditsEarned": 1.25')
        assert "✗ Changed" in send(pages, twice).text

    def test_a_document_saved_by_another_program(self, pages, files):
        with pikepdf.open(io.BytesIO(files["pdf"])) as opened:
            opened.docinfo["/Title"] = "Another"
            opened.save(out := io.BytesIO(), object_stream_mode=pikepdf.ObjectStreamMode.generate)
        page = send(pages, out.getvalue())
        assert "✗ Changed" in page.text
        assert "has the number of a certificate" in page.text

    @pytest.mark.parametrize("cut", [0.3, 0.6, 0.99])
    def test_a_truncated_document(self, pages, files, cut):
        assert "✗ Changed" in send(pages, files["pdf"][: int(len(files["pdf"]) * cut)]).text

    def test_a_document_with_bytes_after_its_signature(self, pages, files):
        assert "✗ Changed" in send(pages, files["pdf"] + b"\n% more\n").text

    def test_a_document_without_its_number_is_recognized_by_its_signature(self, pages, certificate, files):
        parts = certificate.code.encode().split(b"-")
        blank = re.sub(rb".{0,4}".join(map(re.escape, parts)), b"X", files["pdf"])
        with_badge = re.compile(rb"stream\r?\n")
        blank = with_badge.sub(b"streax\n", blank)  # the badge inside has the number, too
        page = send(pages, blank)
        assert "✗ Changed" in page.text
        assert "has the provider's signature" in page.text


class TestNotOurs:
    @pytest.mark.parametrize(
        "name", ["simple", "simple-did-web-method", "simple-did-key-method", "simple-multiple-proofs"]
    )
    def test_a_good_badge_of_another_issuer_has_no_faults(self, pages, name):
        page = send(pages, (SAMPLES / f"{name}.json").read_bytes())
        assert page.status == 200
        assert "✗ Not issued here" in page.text
        assert "It names this issuer" in page.text
        assert "does not meet" not in page.text

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("simple-err-context", "contexts"),
            ("simple-err-type", "type"),
            ("simple-err-issuer", "issuer"),
            ("simple-err-credential-subject-type", "AchievementSubject"),
            ("simple-err-credential-subject-identifier-type", "IdentityObject"),
            ("simple-err-credential-subject-result-type", "not a Result"),
            ("simple-err-expired", "It has expired"),
            ("simple-err-proof-value", "changed after it was signed"),
            ("simple-noproof", "contexts"),
        ],
    )
    def test_a_bad_badge_of_another_issuer_gets_a_reason(self, pages, name, reason):
        page = send(pages, (SAMPLES / f"{name}.json").read_bytes())
        assert "✗ Not issued here" in page.text
        assert "It does not meet the Open Badges standard" in page.text
        assert reason in page.text

    @pytest.mark.parametrize("name", ["simple-json.png", "simple-json.svg"])
    def test_baked_samples_are_read(self, pages, name):
        assert "“Example Corp”" in send(pages, (SAMPLES / name).read_bytes()).text

    def test_text_from_the_file_is_escaped(self, pages):
        badge = {"issuer": {"name": "<script>alert(1)</script>"}}
        assert "<script>alert" not in send(pages, json.dumps(badge).encode()).html

    def test_a_badge_signed_here_that_is_not_on_record_is_not_accepted(self, app, pages, files, certificate):
        badge = json.loads(files["json"].replace(certificate.code.encode(), b"AAAA-AAAA-AAAA-AAAA"))
        del badge["proof"]
        signed = site_of(app).issuer.sign(badge, NOON)
        assert "✗ Not on record" in send(pages, json.dumps(signed).encode()).text
        signed["credentialSubject"]["creditsEarned"] = 48
        assert "✗ Changed" in send(pages, json.dumps(signed).encode()).text

    def test_a_document_signed_here_that_is_not_on_record_is_not_accepted(self, app, pages):
        with pikepdf.new() as blank:
            blank.add_blank_page()
            blank.save(out := io.BytesIO())
        assert "✗ Not issued here" in send(pages, out.getvalue()).text
        signed = site_of(app).signer.sign(out.getvalue())
        assert "✗ Not on record" in send(pages, signed).text
        assert "✗ Changed" in send(pages, signed + b"%").text


class TestUnreadable:
    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "No file was sent"),
            (b"hello", "not a PDF, PNG, SVG or JSON"),
            (b"PK\x03\x04", "not a PDF, PNG, SVG or JSON"),
            (b"{", "not valid JSON"),
            (b'{"a": NaN}', "not valid JSON"),
            (b'{"a": "\xff"}', "UTF-8"),
            (b'{"a": 1, "a": 2}', "twice"),
            (b'{"a":' * 60 + b"1" + b"}" * 60, "nested too deeply"),
            (b'{"a":' * 90_000, "nested too deeply"),
            (b'{"a": "' + b"x" * 1_100_000 + b'"}', "too long for a badge"),
            (b"<svg/>", "no badge in it"),
            (baking.PNG, "incomplete"),
            ((SAMPLES / "simple-jwt.png").read_bytes(), "JWT"),
            ((SAMPLES / "simple-jwt.svg").read_bytes(), "JWT"),
        ],
        ids=lambda value: value if isinstance(value, str) else str(len(value)),
    )
    def test_a_reason_is_given(self, pages, data, reason):
        page = send(pages, data)
        assert page.status == 422
        assert "? File can't be read" in page.text
        assert reason in page.text

    def test_a_system_gets_the_reason_too(self, pages):
        answer = send(pages, b"hello", headers={"Accept": "application/json"})
        assert answer.status == 422
        assert answer.response.get_json() == {
            "finding": "unreadable",
            "status": "unreadable",
            "certificate_on_record": None,
            "faults": ["The file is not a PDF, PNG, SVG or JSON file."],
        }

    def test_a_request_without_the_field_has_no_file(self, pages):
        assert "No file was sent" in pages.post("/verify/").text

    def test_a_file_of_more_than_five_megabytes_is_not_read(self, pages):
        page = send(pages, b"{" * 5_000_001)
        assert page.status == 413
        assert "larger than 5 megabytes" in page.text

    def test_streams_that_unpack_to_gigabytes_take_bounded_work(self):
        bomb = zlib.compress(b"\0" * 200_000_000, 9)
        numbers = uploaded_file.read(b"%PDF-1.7\n" + (b"stream\n" + bomb + b"\nendstream\n") * 20).numbers
        assert numbers == ()


def test_nothing_is_fetched_and_nothing_is_stored(app, pages, files, monkeypatch, config):
    def refuse(*_):
        raise AssertionError("a connection was opened")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    before = kept(config.data)
    hostile = json.loads(files["json"])
    hostile["@context"].append("https://attacker.example/context")
    for data in (*files.values(), json.dumps(hostile).encode(), (SAMPLES / "complete.json").read_bytes()):
        assert send(pages, data).status == 200
    assert kept(config.data) == before


def kept(folder):
    """Return all files in the data folder, except the counters of the rate limit."""
    paths = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("counts")]
    return {path: path.read_bytes() for path in paths}


def test_every_file_takes_one_statement(pages, files, count_queries):
    for data in (files["pdf"], files["json"], b"{}", b"%PDF-"):
        with count_queries() as seen:
            send(pages, data)
        assert len(seen) == 1, seen


def test_both_databases_find_a_file_by_its_hash_first_then_by_its_numbers(either_app):
    learner, other = factories.person(either_app, "Lena Learner"), factories.person(either_app, "Otto Other")
    admin = factories.person(either_app, "Ada Admin", role="admin")
    first, second = (factories.issue(either_app, person, admin) for person in (learner, other))
    with either_app.app_context():
        codes = [second.code, "AAAA-AAAA-AAAA-AAAA", first.code]
        assert [one.code for one in queries.of_file("", codes)] == [second.code, first.code]
        assert [one.code for one in queries.of_file(first.document_sha256, codes)] == [first.code, second.code]
        assert [one.credential for one in queries.of_file(first.document_sha256, [])] == [first.credential]
        assert queries.of_file("", []) == []


def test_files_count_toward_the_rate_limit(app, pages):
    factories.change_site(app, throttle=factories.replaced(site_of(app).throttle, requests=parse("1 per minute")))
    assert [send(pages, b"{}").status for _ in range(2)] == [200, 429]


def test_no_csrf_token_is_needed_because_nothing_changes(app, pages, files):
    app.config["WTF_CSRF_ENABLED"] = True
    assert json_reply(pages, files["json"])["status"] == "valid"


@given(
    st.one_of(
        st.binary(max_size=400),
        st.sampled_from([b"%PDF-", baking.PNG, b"<svg>", b"{"]).flatmap(
            lambda start: st.binary(max_size=300).map(lambda rest: start + rest)
        ),
    )
)
@example(b"\x00<\x00s\x00v\x00g")
@example(b"\xef\xbb\xbf{}")
def test_any_bytes_get_an_answer(pages, unlimited, data):
    assert send(pages, data).status in {200, 422}


@given(
    kind=st.sampled_from(KINDS),
    cuts=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    new=st.binary(max_size=20),
)
def test_an_issued_file_with_a_replaced_piece_is_never_unchanged(pages, unlimited, files, kind, cuts, new):
    whole = files[kind]
    start, stop = sorted(int(cut * len(whole)) for cut in cuts)
    changed = whole[:start] + new + whole[stop:]
    finding = json_reply(pages, changed)["finding"]
    if changed != whole and not (kind == "json" and _same(changed, whole)):
        assert finding != "issued here and unchanged"


def _same(changed, whole):
    try:
        return json.loads(changed) == json.loads(whole)
    except ValueError:
        return False


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(place=st.integers(0, 10**6), value=JSONS, number=st.booleans())
def test_a_badge_with_any_member_replaced_gets_an_answer(pages, unlimited, files, certificate, place, value, number):
    badge = json.loads(files["json"])
    holders = [one for one in holders_in(badge) if one]
    holder = holders[place % len(holders)]
    holder[list(holder)[place % len(holder)]] = value
    text = json.dumps(badge)
    if number:
        text = text.replace(certificate.code, "AAAA-AAAA-AAAA-AAAA")
    assert send(pages, text.encode()).status in {200, 422}


def holders_in(value):
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from holders_in(inner)


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"junk\n%PDF-1.4", FileKind.PDF), (b"\n\t {}", FileKind.JSON), (b'<?xml version="1.0"?><svg/>', FileKind.SVG)],
)
def test_the_first_bytes_decide_the_kind(data, kind):
    assert uploaded_file.read(data).kind is kind


def test_true_differs_from_one_but_two_equals_two_point_zero():
    assert uploaded_file.is_same({"hours": [2.0, None]}, {"hours": [2, None]})
    for other in ({"hours": 1}, {"hours": True, "more": 1}, {"hours": [True]}, {}):
        assert not uploaded_file.is_same({"hours": True}, other)


def test_a_number_is_found_in_packed_streams():
    packed = zlib.compress(b"<</URI (https://ce.example.org/verify/7K2M-9QWX-3T5B-8ZNH)>>")
    for line in (b"\n", b"\r\n"):
        document = b"%PDF-1.7\nstream" + line + b"not packed\nendstream\nstream" + line + packed + b"\nendstream"
        assert uploaded_file.read(document).numbers == ("7K2M-9QWX-3T5B-8ZNH",)


def test_only_the_first_numbers_are_looked_up():
    many = b" ".join(b"%04d-AAAA-AAAA-AAAA" % n for n in range(500))
    assert len(uploaded_file.read(b"%PDF-" + many).numbers) == uploaded_file.MAX_NUMBERS
    assert uploaded_file.read(b"%PDF-7K2M-9QWX-3T5B-8ZNHX 7K2M-9QWX-3T5B-8ZN\xff").numbers == ()
    with pytest.raises(UnreadableUpload):
        uploaded_file.read(b"7K2M-9QWX-3T5B-8ZNH")
