"""What verifiers that nobody here wrote say of a badge or a signed document: in JavaScript, run offline by Node."""

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
INSTALLED = FOLDER / "node_modules" / ".package-lock.done"  # ./test puts the lock here when it has installed it
NODE = Path(sys.executable).parent / "node"
TIMEOUT_S = 60


@dataclass(frozen=True)
class Verdict:
    """`ended`: the bit in the status list, which `accepted` knows nothing of; `steps`: of the second family."""

    accepted: bool
    ended: list[bool]
    error: str | None
    steps: dict[str, bool]
    schema: list[dict[str, Any]]
    errors: list[str]


def verdict(credential: dict[str, Any], *documents: dict[str, Any]) -> Verdict:
    """`documents`: did.json and status lists, found by their ids; contexts and the schema are there already."""
    known = {url: contexts.document(url) for url in contexts.PINNED} | {one["id"]: one for one in documents}
    known[SCHEMA] = json.loads((OB3 / "schema" / "ob_v3p0_achievementcredential_schema.json").read_text())
    said = _run("verify.js", json.dumps([{"credential": credential, "documents": known}]).encode())[0]
    first, second = said["digitalBazaar"], said["verifierCore"]
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
    """`whole`: nothing lies outside what was signed but the signature itself."""

    verified: bool
    whole: bool
    signers: list[str]
    error: str | None


def signature(document: bytes) -> Signature:
    """Of a PDF, by a library that did not make it."""
    return Signature(**_run("pdf.js", document))


def _run(script: str, given: bytes) -> Any:
    if not INSTALLED.exists() or INSTALLED.read_bytes() != LOCK.read_bytes():
        raise RuntimeError(f"the packages of {LOCK} are not installed; ./test installs them")
    run = subprocess.run([NODE, FOLDER / script], input=given, capture_output=True, timeout=TIMEOUT_S)
    if run.returncode:
        raise RuntimeError(run.stderr.decode())
    return json.loads(run.stdout)
