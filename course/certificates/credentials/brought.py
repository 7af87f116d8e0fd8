"""The operator's own key and certificate for documents: a PKCS#12 file, as certificate authorities hand them out."""

from datetime import datetime
from pathlib import Path

from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.sign.signers import SimpleSigner

from course.platform.config import BadSetting

SHORTEST = 2048  # bits of an RSA key


def read(path: Path, password: str, now: datetime) -> tuple[SimpleSigner, Certificate]:
    """Raises BadSetting, with what to do, for a file that can't sign documents at this moment."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadSetting(f"PDF_P12: {path} can't be read ({error.strerror}).") from None
    secret = password.encode() or None
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(data, secret)
    except ValueError:
        raise BadSetting(
            f"PDF_P12: {path} can't be opened with the password in PDF_P12_PASSWORD, or is no PKCS#12 file."
        ) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) or certificate is None:
        raise BadSetting(f"PDF_P12: {path} must hold an RSA or EC private key with its certificate; export both.")
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < SHORTEST:
        raise BadSetting(f"PDF_P12: the RSA key in {path} is shorter than {SHORTEST} bits.")
    _must_sign(certificate, now)
    signer: SimpleSigner | None = SimpleSigner.load_pkcs12_data(data, other_certs=[], passphrase=secret)
    if signer is None or signer.signing_cert is None:
        raise BadSetting(f"PDF_P12: {path} can't be used to sign.")
    return signer, signer.signing_cert


def _must_sign(certificate: x509.Certificate, now: datetime) -> None:
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise BadSetting(
            f"PDF_P12: the certificate is valid from {certificate.not_valid_before_utc:%Y-%m-%d} to "
            f"{certificate.not_valid_after_utc:%Y-%m-%d} only; set PDF_P12 to a renewed one, or leave it out."
        )
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not usage.digital_signature and not usage.content_commitment:
        raise BadSetting("PDF_P12: the certificate is not meant for signatures (its key usage says so).")
