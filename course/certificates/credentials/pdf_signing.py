"""Signs documents invisibly (PAdES, P-256) and says of a document whether it is one of ours, as it was signed."""

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

from course.certificates.credentials import brought
from course.platform.config import BadSetting
from course.platform.files import write_once

T = TypeVar("T")
YEARS = 10
RENEWED_BEFORE = timedelta(days=365)  # its end
TOLD_BEFORE = timedelta(days=60)
BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]")
PATTERN = "document-*.p12"
ROOM = 2048  # bytes of a signature without its certificates; the longest usual ones, of RSA with 4096 bits, take 1200
METADATA = PdfSignatureMetadata(
    field_name="Signature",
    subfilter=SigSeedSubFilter.PADES,
    md_algorithm="sha256",
    certify=True,
    docmdp_permissions=MDPPerm.NO_CHANGES,
)


class Finding(StrEnum):
    INTACT = "signed here and unchanged since"
    CHANGED = "changed after it was signed here"
    FOREIGN = "not signed here"


@dataclass(frozen=True)
class DocumentSigner:
    """`roots`: the certificates of every key there ever was, `certificate`, the one of `signer`, among them."""

    signer: SimpleSigner
    certificate: Certificate
    roots: tuple[Certificate, ...]

    def sign(self, document: bytes) -> bytes:
        """The same document with a signature after it; what was there stays as it was, to the byte."""
        writer = IncrementalPdfFileWriter(io.BytesIO(document))
        signing = PdfSigner(METADATA, self.signer).async_sign_pdf(writer, bytes_reserved=self._room)
        signed = _finished(signing)
        return bytes(signed.getvalue())

    def ends_soon(self, now: datetime) -> str | None:
        """A sentence for who runs the site, while there is time to get another certificate."""
        end: datetime = self.certificate.not_valid_after
        if end - now > TOLD_BEFORE:
            return None
        return f"The certificate that signs documents ends on {end:%Y-%m-%d}: set PDF_P12 to a renewed one before."

    @property
    def _room(self) -> int:
        """Hexadecimal digits that the signature may take. Left to itself, the library signs twice to find out."""
        certificates = [self.certificate, *self.signer.cert_registry]
        return 2 * (ROOM + sum(len(one.dump()) for one in certificates))

    def check(self, document: bytes) -> Finding:
        """Reads bytes, not the structure of a PDF, so that a file of a stranger costs no more than its length."""
        text = document.lower()
        if not any(root.dump().hex().encode() in text for root in self.roots):
            return Finding.FOREIGN
        try:
            return Finding.INTACT if self._is_intact(document) else Finding.CHANGED
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
            return Finding.CHANGED

    def _is_intact(self, document: bytes) -> bool:
        """Whether its one signature is by one of our keys and over every byte but its own."""
        ranges = BYTE_RANGE.findall(document)
        if len(ranges) != 1 or document.count(b"/ByteRange") != 1:
            return False
        start, length, rest, rest_length = map(int, ranges[0])
        signature = document[length:rest]
        if start != 0 or rest + rest_length != len(document) or not re.fullmatch(rb"<[0-9A-Fa-f]+>", signature):
            return False
        signed = ContentInfo.load(bytes.fromhex(signature[1:-1].decode()))["content"]
        trust = ValidationContext(trust_roots=list(self.roots), allow_fetching=False)
        status = _finished(async_validate_detached_cms(document[:length] + document[rest:], signed, trust))
        ours = {root.sha256 for root in self.roots}
        return bool(status.intact and status.valid and status.signing_cert.sha256 in ours)


def attached(document: bytes) -> bytes | None:
    """The Open Badge inside a certificate's document; None where there is none, or no PDF."""
    try:
        names = PdfFileReader(io.BytesIO(document)).root["/Names"]["/EmbeddedFiles"]["/Names"]
        return bytes(names[1]["/EF"]["/F"].data)
    except (PdfError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _finished(work: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own, so that it makes no difference whether the caller's thread has an event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def ensure(data: Path, provider: str, now: datetime, *, p12: Path | None = None, password: str = "") -> DocumentSigner:
    """The signer. Without `p12`, key and certificate are made, and made anew in time. What ever signed still proves.

    Raises BadSetting for a file that is unusable.
    """
    folder = data / "keys"
    folder.mkdir(mode=0o700, exist_ok=True)
    if p12 is not None:
        signer, certificate = brought.read(p12, password, now)
        _remember(folder, certificate)
        return DocumentSigner(signer, certificate, (*_made(folder), *_remembered(folder)))
    newest = max(folder.glob(PATTERN), default=None)
    if newest is None or _read(newest)[1].not_valid_after - now < RENEWED_BEFORE:
        make(data, provider, now)
    signer, certificate = _read(max(folder.glob(PATTERN)))
    return DocumentSigner(signer, certificate, (*_remembered(folder), *_made(folder)))


def _made(folder: Path) -> list[Certificate]:
    return [_read(path)[1] for path in sorted(folder.glob(PATTERN))]


def _remember(folder: Path, certificate: Certificate) -> None:
    """Without its key, so that what it signed is known when the operator has brought the next one."""
    write_once(_place(folder, certificate), certificate.dump())


def _remembered(folder: Path) -> list[Certificate]:
    found = {path: Certificate.load(path.read_bytes()) for path in sorted(folder.glob("brought-*.cer"))}
    for path, certificate in found.items():
        if path != _place(folder, certificate):
            raise BadSetting(f"COURSE_DATA: {path} is not as it was written; bring it back from a backup.")
    return list(found.values())


def _place(folder: Path, certificate: Certificate) -> Path:
    return folder / f"brought-{certificate.sha256.hex()[:16]}.cer"


def make(data: Path, provider: str, now: datetime) -> None:
    """Adds a key with a certificate that it signs itself, for ten years."""
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
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_for_signatures(), critical=True)
        .sign(private, SHA256())
    )
    number = len(list(folder.glob(PATTERN))) + 1
    sealed = serialize_key_and_certificates(provider.encode(), private, certificate, None, NoEncryption())
    write_once(folder / f"document-{number:04}.p12", sealed)


def _for_signatures() -> x509.KeyUsage:
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
        raise BadSetting(f"COURSE_DATA: {path} can be read by others than its owner; chmod 600 it, then start again.")
    signer: SimpleSigner | None = SimpleSigner.load_pkcs12_data(path.read_bytes(), other_certs=[])
    if signer is None or signer.signing_cert is None:
        raise BadSetting(f"COURSE_DATA: {path} holds no key and certificate; bring it back from a backup.")
    return signer, signer.signing_cert
