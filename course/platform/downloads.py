"""Files for download."""

import io

from flask import Response, send_file


def download(data: bytes, media_type: str, name: str, *, inline: bool = False) -> Response:
    """Return the bytes as a file of that name. `inline`: the browser may show it rather than save it."""
    response = send_file(
        io.BytesIO(data), mimetype=media_type, download_name=name, as_attachment=not inline, max_age=0, etag=False
    )
    del response.headers["Cache-Control"], response.headers["Expires"]  # send_file sets them for static files
    return response


def untrusted_download(data: bytes, media_type: str, name: str) -> Response:
    """Return a file that a person uploaded, so that a browser runs nothing in it."""
    response = download(data, media_type, name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
