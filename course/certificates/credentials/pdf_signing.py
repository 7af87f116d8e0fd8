"""Sign documents with an invisible signature (PAdES, P-256), and check whether a document is ours and unchanged."""

import asyncio
import io
import re
import stat
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from asn1crypto.cms import ContentInfo
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import NoEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
from pyhanko_certvalidator import ValidationContext

from course.certificates.credentials import operator_certificate
from course.platform.config import BadSetting
from course.platform.files import write_once

T = TypeVar("T")
OWN_CERTIFICATE_YEARS = 10
RENEWAL_BEFORE_END = timedelta(days=365)
WARNING_BEFORE_END = timedelta(days=60)
SIGNATURE = re.compile(rb"<[0-9A-Fa-f]{1,100000}>")  # a longer one isn't ours, and could hold thousands of certificates
BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]")
OWN_KEY_FILES = "document-*.p12"
MAX_SIGNATURE_BYTES = 2048  # without its certificates; RSA with 4096 bits takes 1200
METADATA = PdfSignatureMetadata(
    field_name="Signature",
    subfilter=SigSeedSubFilter.PADES,
    md_algorithm="sha256",
    certify=True,
    docmdp_permissions=MDPPerm.NO_CHANGES,
)


class SignatureFinding(StrEnum):
    INTACT = "signed here and unchanged"
    CHANGED = "changed after it was signed here"
    FOREIGN = "not signed here"


@dataclass(frozen=True)
class DocumentSigner:
    """`certificate`: of the key that signs now. `roots`: the certificates of all keys so far, that one included."""

    signer: SimpleSigner
    certificate: Certificate
    roots: tuple[Certificate, ...]

    def sign(self, document: bytes) -> bytes:
        """Return the document with a signature appended; the bytes before it stay the same."""
        writer = IncrementalPdfFileWriter(io.BytesIO(document))
        signing = PdfSigner(METADATA, self.signer).async_sign_pdf(writer, bytes_reserved=self._reserved_digits)
        signed = _finished(signing)
        return bytes(signed.getvalue())

    def ends_soon(self, now: datetime) -> str | None:
        """Return a warning for the operator if the certificate ends within WARNING_BEFORE_END, else None."""
        end: datetime = self.certificate.not_valid_after
        if end - now > WARNING_BEFORE_END:
            return None
        return f"The certificate that signs documents ends on {end:%Y-%m-%d}: set PDF_P12 to a renewed one before then."

    @property
    def _reserved_digits(self) -> int:
        """Hexadecimal digits reserved for the signature. Without a number, the library signs twice to find one."""
        certificates = [self.certificate, *self.signer.cert_registry]
        return 2 * (MAX_SIGNATURE_BYTES + sum(len(one.dump()) for one in certificates))

    def check(self, document: bytes) -> SignatureFinding:
        """Return whose signature the document has, and whether it is unchanged.

        Only bytes are read, not the structure of a PDF, so a hostile file costs no more than its length.
        """
        text = document.lower()
        if not any(root.dump().hex().encode() in text for root in self.roots):
            return SignatureFinding.FOREIGN
        try:
            return SignatureFinding.INTACT if self._is_intact(document) else SignatureFinding.CHANGED
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
            return SignatureFinding.CHANGED

    def _is_intact(self, document: bytes) -> bool:
        """Return whether the one signature is by one of our keys and covers every byte except its own."""
        ranges = BYTE_RANGE.findall(document)
        if len(ranges) != 1 or document.count(b"/ByteRange") != 1:
            return False
        start, length, rest, rest_length = map(int, ranges[0])
        signature = document[length:rest]
        if start != 0 or rest + rest_length != len(document) or not SIGNATURE.fullmatch(signature):
            return False
        signed = ContentInfo.load(bytes.fromhex(signature[1:-1].decode()))["content"]
        trust = ValidationContext(trust_roots=list(self.roots), allow_fetching=False)
        status = _finished(async_validate_detached_cms(document[:length] + document[rest:], signed, trust))
        ours = {root.sha256 for root in self.roots}
        return bool(status.intact and status.valid and status.signing_cert.sha256 in ours)


def attached(document: bytes) -> bytes | None:
    """Return the Open Badge inside a certificate's document; None if it has none or is not a PDF."""
    try:
        names = PdfFileReader(io.BytesIO(document)).root["/Names"]["/EmbeddedFiles"]["/Names"]
        return bytes(names[1]["/EF"]["/F"].data)
    except (PdfError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _finished(work: Coroutine[Any, Any, T]) -> T:
    """Return the result of the coroutine. It runs in a thread of its own, in case the caller's has an event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def ensure(data: Path, provider: str, now: datetime, *, p12: Path | None = None, password: str = "") -> DocumentSigner:
    """Return the signer. Without `p12`, create our own key and certificate, and renew them a year before their end.

    Documents signed with earlier keys still verify. Raise BadSetting for an unusable file.
    """
    folder = data / "keys"
    folder.mkdir(mode=0o700, exist_ok=True)
    if p12 is not None:
        signer, certificate = operator_certificate.read(p12, password, now)
        _keep_certificate(folder, certificate)
        return DocumentSigner(signer, certificate, (*_own_certificates(folder), *_kept_certificates(folder)))
    newest = max(folder.glob(OWN_KEY_FILES), default=None)
    if newest is None or _read(newest)[1].not_valid_after - now < RENEWAL_BEFORE_END:
        add_own_key(data, provider, now)
    signer, certificate = _read(max(folder.glob(OWN_KEY_FILES)))
    return DocumentSigner(signer, certificate, (*_kept_certificates(folder), *_own_certificates(folder)))


def _own_certificates(folder: Path) -> list[Certificate]:
    return [_read(path)[1] for path in sorted(folder.glob(OWN_KEY_FILES))]


def _keep_certificate(folder: Path, certificate: Certificate) -> None:
    """Keep the certificate without its key, so that its documents still verify after the operator replaces it."""
    write_once(_kept_file(folder, certificate), certificate.dump())


def _kept_certificates(folder: Path) -> list[Certificate]:
    found = {path: Certificate.load(path.read_bytes()) for path in sorted(folder.glob("brought-*.cer"))}
    for path, certificate in found.items():
        if path != _kept_file(folder, certificate):
            raise BadSetting(f"COURSE_DATA: {path} has changed; restore it from a backup.")
    return list(found.values())


def _kept_file(folder: Path, certificate: Certificate) -> Path:
    return folder / f"brought-{certificate.sha256.hex()[:16]}.cer"


def add_own_key(data: Path, provider: str, now: datetime) -> None:
    """Add a key with a self-signed certificate."""
    folder = data / "keys"
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, provider[:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * OWN_CERTIFICATE_YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_signature_usage(), critical=True)
        .sign(private, SHA256())
    )
    number = len(list(folder.glob(OWN_KEY_FILES))) + 1
    sealed = serialize_key_and_certificates(provider.encode(), private, certificate, None, NoEncryption())
    write_once(folder / f"document-{number:04}.p12", sealed)


def _signature_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _read(path: Path) -> tuple[SimpleSigner, Certificate]:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise BadSetting(f"COURSE_DATA: {path} can be read by other users; run chmod 600 on it, then start again.")
    signer: SimpleSigner | None = SimpleSigner.load_pkcs12_data(path.read_bytes(), other_certs=[])
    if signer is None or signer.signing_cert is None:
        raise BadSetting(f"COURSE_DATA: {path} has no key and certificate; restore it from a backup.")
    return signer, signer.signing_cert
