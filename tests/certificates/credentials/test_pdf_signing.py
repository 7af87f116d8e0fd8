"""Documents signed with our own certificate or the operator's, read back by two other validators."""

import io
import os
import shutil
import subprocess
import sys
from datetime import timedelta

import pikepdf
import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption, pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from course import create_app, server
from course.certificates.credentials import pdf_signing
from course.certificates.credentials.pdf_signing import SignatureFinding
from course.certificates.issuing import queries
from course.cli import cli
from course.platform import clock
from course.platform.config import ROOT, BadSetting, Config
from course.site import site_of
from tests import factories
from tests.factories import NOON
from tests.verifiers import signature

DIGEST = SHA256()
PASSWORD = "grün und blau"


def name_of(words):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def certificate_of(key, words, *, issuer=None, issuer_key=None, days=365, usage=True, algorithm=DIGEST):
    made = (
        x509.CertificateBuilder()
        .subject_name(name_of(words))
        .issuer_name(issuer.subject if issuer else name_of(words))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOON - timedelta(days=400))
        .not_valid_after(NOON + timedelta(days=days))
    )
    if usage is not None:
        flags = dict.fromkeys(
            ("key_encipherment", "data_encipherment", "key_agreement", "crl_sign", "encipher_only", "decipher_only"),
            False,
        )
        purpose = x509.KeyUsage(digital_signature=usage, content_commitment=usage, key_cert_sign=not usage, **flags)
        made = made.add_extension(purpose, critical=True)
    return made.sign(issuer_key or key, algorithm)


@pytest.fixture(scope="module")
def ec_key():
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="module")
def rsa_key():
    return rsa.generate_private_key(65537, 2048)


def sealed(key, certificate, chain=None, password=PASSWORD):
    how = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return pkcs12.serialize_key_and_certificates(b"operator", key, certificate, chain, how)


@pytest.fixture
def write(tmp_path):
    def written(data, name="operator.p12"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return written


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def document():
    with pikepdf.new() as blank:
        blank.add_blank_page()
        blank.save(out := io.BytesIO())
    return out.getvalue()


def flipped(document, place=100):
    changed = bytearray(document)
    changed[place] ^= 1
    return bytes(changed)


def validated(document, root):
    """Return the status that pyhanko reads from the structure of the file."""
    (found,) = PdfFileReader(io.BytesIO(document)).embedded_signatures
    return validate_pdf_signature(found, ValidationContext(trust_roots=[root], allow_fetching=False))


@pytest.mark.parametrize("kind", ["ours", "ec", "rsa"])
def test_three_validators_accept_a_signed_document_and_refuse_a_changed_byte(
    data, write, document, ec_key, rsa_key, kind
):
    key = {"ec": ec_key, "rsa": rsa_key}.get(kind)
    path = write(sealed(key, certificate_of(key, "Operator"))) if key else None
    signer = pdf_signing.ensure(data, "Provider", NOON, p12=path, password=PASSWORD)
    signed = signer.sign(document)
    assert signed.startswith(document)

    status = validated(signed, signer.signer.signing_cert)
    assert status.intact
    assert status.valid
    assert "ENTIRE_FILE" in str(status.coverage)
    theirs = signature(signed)
    assert (theirs.verified, theirs.whole, theirs.error) == (True, True, None)
    assert theirs.signers == ["Operator" if key else "Provider"]
    assert signer.check(signed) is SignatureFinding.INTACT

    assert not signature(flipped(signed)).verified
    assert signer.check(flipped(signed)) is SignatureFinding.CHANGED
    assert not validated(flipped(signed), signer.signer.signing_cert).intact


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="pdfsig is not installed")
def test_pdfsig_agrees(data, document, tmp_path):
    signed = tmp_path / "signed.pdf"
    signed.write_bytes(pdf_signing.ensure(data, "Provider", NOON).sign(document))
    report = subprocess.run(["pdfsig", "-nocert", signed], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in report
    assert "Total document signed" in report


def test_the_chain_of_the_authority_is_in_the_document(data, write, document, ec_key, rsa_key):
    authority = certificate_of(rsa_key, "Authority", usage=False)
    leaf = certificate_of(ec_key, "Operator", issuer=authority, issuer_key=rsa_key)
    path = write(sealed(ec_key, leaf, [authority]))
    signed = pdf_signing.ensure(data, "Provider", NOON, p12=path, password=PASSWORD).sign(document)
    seen = signature(signed)
    assert seen.verified
    assert set(seen.signers) == {"Operator", "Authority"}


def test_documents_of_every_earlier_key_still_verify(data, write, document, ec_key, rsa_key):
    own = pdf_signing.ensure(data, "Provider", NOON)
    first_path = write(sealed(ec_key, certificate_of(ec_key, "First")), "1.p12")
    first = pdf_signing.ensure(data, "Provider", NOON, p12=first_path, password=PASSWORD)
    second_path = write(sealed(rsa_key, certificate_of(rsa_key, "Second")), "2.p12")
    second = pdf_signing.ensure(data, "Provider", NOON, p12=second_path, password=PASSWORD)
    first_path.unlink()
    second_path.unlink()
    after = pdf_signing.ensure(data, "Provider", NOON)
    for earlier in (own, first, second):
        assert after.check(earlier.sign(document)) is SignatureFinding.INTACT
    assert own.check(second.sign(document)) is SignatureFinding.FOREIGN
    assert not any(b"PRIVATE" in path.read_bytes() for path in (data / "keys").glob("brought-*"))


def test_a_remembered_certificate_that_was_damaged_stops_the_start(data, write, ec_key):
    path = write(sealed(ec_key, certificate_of(ec_key, "First")))
    pdf_signing.ensure(data, "Provider", NOON, p12=path, password=PASSWORD)
    (kept,) = (data / "keys").glob("brought-*")
    kept.chmod(0o600)
    kept.write_bytes(flipped(kept.read_bytes()))
    with pytest.raises(BadSetting, match="has changed"):
        pdf_signing.ensure(data, "Provider", NOON)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda ec_key, _: b"", "is not a PKCS#12 file"),
        (lambda ec_key, _: sealed(ec_key, certificate_of(ec_key, "X"), password="other"), "can't be opened"),
        (lambda ec_key, _: sealed(None, certificate_of(ec_key, "X")), "private key"),
        (lambda ec_key, _: sealed(ec_key, certificate_of(ec_key, "X", days=-1)), "renewed"),
        (lambda ec_key, _: sealed(ec_key, certificate_of(ec_key, "X", usage=False)), "does not allow signatures"),
        (
            lambda *_: sealed(weak := rsa.generate_private_key(65537, 1024), certificate_of(weak, "X")),
            "shorter than 2048",
        ),
        (
            lambda *_: sealed(odd := ed25519.Ed25519PrivateKey.generate(), certificate_of(odd, "X", algorithm=None)),
            "RSA or EC",
        ),
    ],
)
def test_a_file_that_cannot_sign_stops_the_start_and_says_what_to_do(data, write, ec_key, rsa_key, make, words):
    path = write(make(ec_key, rsa_key))
    with pytest.raises(BadSetting, match=words) as refusal:
        pdf_signing.ensure(data, "Provider", NOON, p12=path, password=PASSWORD)
    assert str(refusal.value).startswith("PDF_P12: ")
    assert PASSWORD not in str(refusal.value)


def test_a_file_that_is_not_there_stops_the_start(data, tmp_path):
    with pytest.raises(BadSetting, match="can't be read"):
        pdf_signing.ensure(data, "Provider", NOON, p12=tmp_path / "none.p12")


def test_a_file_without_password_needs_none(data, write, document, ec_key):
    path = write(sealed(ec_key, certificate_of(ec_key, "X", usage=None), password=""))
    assert signature(pdf_signing.ensure(data, "Provider", NOON, p12=path).sign(document)).verified


def test_our_own_certificate_is_renewed_a_year_before_its_end(data, document):
    first = pdf_signing.ensure(data, "Provider", NOON)
    later = NOON + timedelta(days=365 * 9 - 1)
    assert len(pdf_signing.ensure(data, "Provider", later).roots) == 1
    renewed = pdf_signing.ensure(data, "Provider", later + timedelta(days=2))
    assert len(renewed.roots) == 2
    assert renewed.signer.signing_cert.dump() != first.signer.signing_cert.dump()
    assert renewed.check(first.sign(document)) is SignatureFinding.INTACT


def test_certificates_are_signed_with_what_the_settings_name(app, config, catalog, write, learner, admin):
    key = ec.generate_private_key(ec.SECP256R1())
    path = write(sealed(key, certificate_of(key, "Operator", days=5000)))
    settings = factories.replaced(config, pdf_p12=path, pdf_p12_password=PASSWORD)
    assert PASSWORD not in repr(settings)
    site = create_app(factories.replaced(settings, database=f"sqlite:///{config.data / 'course.db'}"), catalog)
    certificate = factories.issue(site, learner, admin)
    with site.app_context():
        (_, document) = queries.document_of(admin, certificate.code, any_owner=True)
    site_of(site).engines.writing.dispose()
    seen = signature(document)
    assert (seen.verified, seen.whole, seen.signers) == (True, True, ["Operator"])


@pytest.mark.parametrize(("days", "warned"), [(20, True), (200, False)])
def test_the_start_warns_if_the_certificate_ends_soon(config, write, monkeypatch, days, warned):
    key = ec.generate_private_key(ec.SECP256R1())
    path = write(sealed(key, certificate_of(key, "Operator", days=(clock.now() - NOON).days + days)))
    notices_seen = []
    monkeypatch.setattr(server, "serve", lambda _host, _port, _address, notices, _work: notices_seen.extend(notices))
    env = {"COURSE_DATA": str(config.data), "PDF_P12": str(path), "PDF_P12_PASSWORD": PASSWORD}
    CliRunner().invoke(cli, ["serve"], env=env, catch_exceptions=False)
    assert any("set PDF_P12 to a renewed one" in line for line in notices_seen) == warned


def test_the_settings_come_from_the_environment(tmp_path):
    env = {"COURSE_DATA": str(tmp_path / "d"), "PDF_P12": "~/x.p12", "PDF_P12_PASSWORD": "a b"}
    config = Config.from_environ(env)
    assert config.pdf_p12.is_absolute()
    assert config.pdf_p12.name == "x.p12"
    assert config.pdf_p12_password == "a b"
    env = {"PATH": os.environ["PATH"], "COURSE_DATA": str(tmp_path / "d"), "PDF_P12": str(tmp_path / "none.p12")}
    done = subprocess.run(
        [sys.executable, "-m", "course", "migrate"], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.startswith("PDF_P12: ")
    assert done.stderr.count("\n") == 1
