"""Papers that people upload: what they are is told by their bytes, never by their name. Pure."""

LARGEST = 10_000_000  # bytes
BEGINNINGS = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


def media_type(data: bytes) -> str | None:
    """The media type of a PDF, JPEG or PNG; None for anything else."""
    return next((kind for beginning, kind in BEGINNINGS.items() if data.startswith(beginning)), None)


def fault(data: bytes) -> str | None:
    """Why a paper can't be taken, in a sentence for whoever sent it."""
    if len(data) > LARGEST:
        return f"The file has {len(data) / 1_000_000:.1f} MB; 10 MB is the most."
    if media_type(data) is None:
        return "This is no PDF, JPEG or PNG. Scan or photograph the paper, or save it as PDF."
    return None
