"""The operator's own key and certificate for signing documents, in a PKCS#12 file from a certificate authority."""

from datetime import datetime
from pathlib import Path

from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.sign.signers import SimpleSigner

from course.platform.config import BadSetting

MIN_RSA_BITS = 2048


def read(path: Path, password: str, now: datetime) -> tuple[SimpleSigner, Certificate]:
    """Return signer and certificate. Raise BadSetting, with what to do, if the file can't sign documents now."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadSetting(f"PDF_P12: {path} can't be read ({error.strerror}).") from None
    secret = password.encode() or None
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(data, secret)
    except ValueError:
        raise BadSetting(
            f"PDF_P12: {path} can't be opened with the password in PDF_P12_PASSWORD, or is not a PKCS#12 file."
        ) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) or certificate is None:
        raise BadSetting(f"PDF_P12: {path} must contain an RSA or EC private key and its certificate; export both.")
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < MIN_RSA_BITS:
        raise BadSetting(f"PDF_P12: the RSA key in {path} is shorter than {MIN_RSA_BITS} bits.")
    _require_signing(certificate, now)
    signer: SimpleSigner | None = SimpleSigner.load_pkcs12_data(data, other_certs=[], passphrase=secret)
    if signer is None or signer.signing_cert is None:
        raise BadSetting(f"PDF_P12: {path} can't be used to sign.")
    return signer, signer.signing_cert


def _require_signing(certificate: x509.Certificate, now: datetime) -> None:
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
        raise BadSetting("PDF_P12: the key usage of the certificate does not allow signatures.")
