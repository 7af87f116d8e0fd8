"""Software of others, written in JavaScript and run offline by Node: verifiers of badges and signed documents."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.certificates.credentials import contexts
from course.certificates.issuing.badge import SCHEMA

FOLDER = Path(__file__).parent
OB3 = FOLDER.parent / "data" / "ob3"
LOCK = FOLDER / "package-lock.json"
INSTALLED = (
    FOLDER / "node_modules" / ".package-lock.done"
)  # ./test copies the lock here after it has installed the packages
NODE = Path(sys.executable).parent / "node"
TIMEOUT_S = 60


@dataclass(frozen=True)
class Verdict:
    """`ended` has the bits of the status list, which `accepted` ignores. `steps` are those of the second verifier."""

    accepted: bool
    ended: list[bool]
    error: str | None
    steps: dict[str, bool]
    schema: list[dict[str, Any]]
    errors: list[str]


def verdict(credential: dict[str, Any], *documents: dict[str, Any]) -> Verdict:
    """Verify a badge. `documents` are did.json and status lists; contexts and the schema are added to them."""
    known = {url: contexts.document(url) for url in contexts.PINNED} | {one["id"]: one for one in documents}
    known[SCHEMA] = json.loads((OB3 / "schema" / "ob_v3p0_achievementcredential_schema.json").read_text())
    result = _run("verify.js", json.dumps([{"credential": credential, "documents": known}]).encode())[0]
    first, second = result["digitalBazaar"], result["verifierCore"]
    return Verdict(
        accepted=first["verified"],
        ended=first["ended"],
        error=first["error"],
        steps=second["log"],
        schema=second["schema"],
        errors=second["errors"],
    )


@dataclass(frozen=True)
class Signature:
    """`whole`: the signature covers the whole document."""

    verified: bool
    whole: bool
    signers: list[str]
    error: str | None


def signature(document: bytes) -> Signature:
    """Verify the signature of a PDF with a library that did not create it."""
    return Signature(**_run("pdf.js", document))


def require_installed() -> None:
    """Raise RuntimeError if the packages are missing or of another lock file."""
    if not INSTALLED.exists() or INSTALLED.read_bytes() != LOCK.read_bytes():
        raise RuntimeError(f"the packages of {LOCK} are not installed; ./test installs them")


def _run(script: str, given: bytes) -> Any:
    require_installed()
    run = subprocess.run([NODE, FOLDER / script], input=given, capture_output=True, timeout=TIMEOUT_S)
    if run.returncode:
        raise RuntimeError(run.stderr.decode())
    return json.loads(run.stdout)
