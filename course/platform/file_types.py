"""Types of uploaded documents, recognized by their first bytes and never by their name."""

MAX_FILE_BYTES = 10_000_000
MEDIA_TYPES = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


def media_type(data: bytes) -> str | None:
    """Return the media type of a PDF, JPEG or PNG; None for anything else."""
    return next((kind for first_bytes, kind in MEDIA_TYPES.items() if data.startswith(first_bytes)), None)


def fault(data: bytes) -> str | None:
    """Return why a document is refused, as a sentence for the person who uploaded it; None if it is accepted."""
    if len(data) > MAX_FILE_BYTES:
        return f"The file has {len(data) / 1_000_000:.1f} MB. The limit is 10 MB."
    if media_type(data) is None:
        return "The file is not a PDF, JPEG or PNG. Scan or photograph the document, or save it as a PDF."
    return None
