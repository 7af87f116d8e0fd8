"""Runs tools that others wrote against the packages and a running site, and fails on a finding that is not accepted.

Run it with .ci/scan, which installs the tools. The scanned site is a demo on a loopback address.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from course.platform.config import ROOT
from course.tools import demo
from tests.network import free_port

WAPITI = ROOT / ".venv-wapiti/bin/wapiti"
SCAN_S, MODULE_S = 60, 12
# Modules that answer to a server of Wapiti's makers are left out: a check must not depend on the network.
MODULES = "cookieflags,crlf,csp,csrf,exec,file,http_headers,redirect,sql,xss"
# Findings that are not faults, as (category, path, how the description begins), and why.
ACCEPTED = {
    ("Cross Site Request Forgery", "/verify/", "Lack of"): "a public check changes nothing and needs no session",
    ("Clickjacking Protection", "/", "X-Frame-Options"): "frame-ancestors 'none' does it in every browser we support",
    ("Secure Flag cookie", "/", "Secure flag"): "the scan is over HTTP; with an HTTPS address all cookies are Secure",
}


def audit_packages() -> list[str]:
    """Return the known holes in the locked packages. Say so if the database of holes can't be reached."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "-r",
        "requirements.txt",
        "--disable-pip",
        "--require-hashes",
        "-f",
        "json",
    ]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(answer.stdout)["dependencies"]
    except ValueError:
        print("pip-audit: its data can't be reached from here; nothing was checked.")
        return []
    audited = [one for one in packages if "skip_reason" not in one]
    print(f"pip-audit: {len(audited)} of {len(packages)} packages checked; the others are not in its data.")
    return [f"{one['name']} {one['version']}: {hole['id']}" for one in audited for hole in one["vulns"]]


def scan_site() -> list[str]:
    """Return what Wapiti finds as a visitor and as a therapist who is signed in."""
    with tempfile.TemporaryDirectory() as folder:
        address = f"http://127.0.0.1:{(port := free_port())}"
        environ = os.environ | {"COURSE_DATA": folder + "/data", "PORT": str(port)}
        course = [sys.executable, "-m", "course"]
        subprocess.run([*course, "demo", "--learners", "3"], cwd=ROOT, env=environ, capture_output=True, check=True)
        log = Path(folder) / "log"
        with (
            log.open("wb") as lines,
            subprocess.Popen([*course, "serve"], cwd=ROOT, env=environ, stdout=lines, stderr=lines) as server,
        ):
            try:
                _wait_for(address)
                found = _findings(address, Path(folder))
            finally:
                server.terminate()
        errors = log.read_text().count("Traceback")
        return found + ([f"{errors} errors in the site's log"] if errors else [])


def _wait_for(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=2)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"{address} does not answer")


def _findings(address: str, folder: Path) -> list[str]:
    report = folder / "report.json"
    command = [
        *(WAPITI, "-u", f"{address}/", "-m", MODULES, "-x", f"{address}/sign-out", "-d", "4", "--no-bugreport"),
        *("--form-url", f"{address}/sign-in", "--form-user", f"therapist1@{demo.DOMAIN}"),
        *("--form-password", demo.PASSWORD, "--max-scan-time", str(SCAN_S), "--max-attack-time", str(MODULE_S)),
        *("--flush-session", "--store-session", folder / "session", "-f", "json", "-o", report),
    ]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    found = json.loads(report.read_text())
    print(f"Wapiti: {found['infos']['crawled_pages_nbr']} pages, signed in: {found['infos']['auth']['logged_in']}")
    if not found["infos"]["auth"]["logged_in"]:
        return ["Wapiti could not sign in, so it saw the public pages only."]
    return unaccepted(found)


def unaccepted(report: dict[str, Any]) -> list[str]:
    """Return the findings of a report that are not among ACCEPTED."""
    return [
        f"{category}: {one['method']} {one['path']}: {one['info']}"
        for kind in ("vulnerabilities", "anomalies")
        for category, findings in report[kind].items()
        for one in findings
        if not any((category, one["path"]) == key[:2] and one["info"].startswith(key[2]) for key in ACCEPTED)
    ]


def main() -> None:
    faults = audit_packages() + scan_site()
    for fault in faults:
        print(fault)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
