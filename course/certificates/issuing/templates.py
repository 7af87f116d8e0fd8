"""The template that certificates are printed with: the provider's own or the built-in one.

The provider edits the files in `templates/certificate/` of the data folder. Once every sample can be printed with them,
a copy is stored under its hash. The copy never changes, so nobody issues a certificate with a half-saved file, and
every process uses the same template.
"""

import hashlib
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from course.certificates.issuing import pdf
from course.certificates.issuing.facts import Facts
from course.certificates.issuing.pdf import BUILT_IN, Template
from course.certificates.issuing.samples import BADGE
from course.platform.typesetting.compiler import BrokenTemplate

MAIN_FILE = BUILT_IN.path.name
MAX_TEMPLATE_BYTES = 20_000_000
PACKAGE_IMPORT = re.compile(rb'"@[\w-]+/')
Files = dict[str, bytes]


@dataclass(frozen=True)
class Draft:
    """The provider's files as they are now. `fault`: why they can't be used; None if they can, and a copy is stored."""

    digest: str
    fault: str | None


class Templates:
    """The templates in the data folder. Every process reads the same state from there."""

    def __init__(self, data: Path, samples: Mapping[str, tuple[str, Facts]]) -> None:
        self.samples = samples
        self.folder = data / "templates" / "certificate"
        self._copies = data / "templates" / "kept"
        self._choices = data / "templates" / "in-force"  # one digest per line, the newest choice last
        self._faults: dict[str, str | None] = {}

    def in_force(self) -> Template:
        """Return the newest chosen template that still works, or the built-in one."""
        for digest in reversed(self._chosen()):
            if digest == BUILT_IN.digest:
                break
            if self._is_usable(digest):
                return self._template(digest)
        return BUILT_IN

    def choice_fault(self) -> str | None:
        """Return why the newest chosen template is no longer in use; None if it is in use."""
        newest = next(reversed(self._chosen()), BUILT_IN.digest)
        if newest == BUILT_IN.digest or self._is_usable(newest):
            return None
        failure = _failure_file(self._main(newest))
        return failure.read_text() if failure.exists() else "Its files are gone from the data folder."

    def fault(self) -> str | None:
        """Return what is wrong with the chosen template or else with the provider's files; None if nothing is."""
        if fault := self.choice_fault():
            return fault
        draft = self.draft()
        return draft.fault if draft else None

    def kept(self, digest: str) -> Template | None:
        """Return the built-in template or a stored copy of the provider's; None if there is no such template."""
        if digest == BUILT_IN.digest:
            return BUILT_IN
        if not re.fullmatch("[0-9a-f]{64}", digest) or not self._main(digest).is_file():
            return None
        return self._template(digest)

    def draft(self) -> Draft | None:
        """Return the provider's files; None if there are none. Each process tries each state of the files once."""
        files = _read(self.folder)
        if not files:
            return None
        digest = _digest(files)
        if digest not in self._faults or not (self._faults[digest] or self._main(digest).is_file()):
            self._faults[digest] = self._try(files, digest)
        return Draft(digest, self._faults[digest])

    def put_into_force(self, template: Template) -> None:
        """Print new certificates with this template, also if it failed earlier."""
        _failure_file(template.path).unlink(missing_ok=True)
        self._choices.parent.mkdir(parents=True, exist_ok=True)
        with self._choices.open("a") as file:
            file.write(f"{template.digest}\n")

    def _chosen(self) -> list[str]:
        return self._choices.read_text().split() if self._choices.exists() else []

    def _is_usable(self, digest: str) -> bool:
        return self._main(digest).is_file() and not _failure_file(self._main(digest)).exists()

    def _template(self, digest: str) -> Template:
        return Template(self._main(digest), digest)

    def _main(self, digest: str) -> Path:
        return self._copies / digest / MAIN_FILE

    def _try(self, files: Files, digest: str) -> str | None:
        """Store a copy of the files if every sample can be printed with them, else return why not."""
        if fault := _files_fault(files):
            return fault
        self._copies.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._copies) as workspace:
            copy = Path(workspace) / "copy"
            for name, data in files.items():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                (copy / name).write_bytes(data)
            for _, facts in self.samples.values():
                if fault := _sample_fault(facts, Template(copy / MAIN_FILE, digest)):
                    return fault
            if not (self._copies / digest).exists():  # another process may have stored it first
                shutil.copytree(copy, Path(workspace) / "whole")
                (Path(workspace) / "whole").rename(self._copies / digest)
        return None


def set_aside(template: Template, why: str) -> None:
    """Stop using a template that failed; the one before it takes its place.

    Raise BrokenTemplate for the built-in template, which nothing can replace.
    """
    if template == BUILT_IN:
        raise BrokenTemplate(why)
    _failure_file(template.path).write_text(why)


def _failure_file(main: Path) -> Path:
    """Return the file that states why a stored copy failed, where all processes see it."""
    return main.parent.with_name(f"{main.parent.name}.failed")


def _read(folder: Path) -> Files:
    """Return the files by their path in the folder.

    Hidden files and the backup copies of editors are left out, and so are links, which could lead out of the folder.
    """
    if not folder.is_dir():
        return {}
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    names = {path: path.relative_to(folder) for path in paths}
    wanted = [
        path for path in paths if not any(part.startswith(".") or part.endswith("~") for part in names[path].parts)
    ]
    return {names[path].as_posix(): path.read_bytes() for path in wanted}


def _digest(files: Files) -> str:
    digest = hashlib.sha256()
    for name, data in files.items():
        digest.update(f"{len(name.encode())} {name} {len(data)} ".encode() + data)
    return digest.hexdigest()


def _files_fault(files: Files) -> str | None:
    """Return why the files can't be used, found without printing; None if they may work."""
    if MAIN_FILE not in files:
        return f"There is no {MAIN_FILE} among the files."
    if sum(map(len, files.values())) > MAX_TEMPLATE_BYTES:
        return f"Together, the files exceed {MAX_TEMPLATE_BYTES // 1_000_000} MB."
    for name, data in files.items():
        if name.endswith(".typ") and (found := PACKAGE_IMPORT.search(data)):
            line = data.count(b"\n", 0, found.start()) + 1
            return f"{name}, line {line}: packages are not downloaded. Put their files next to the template instead."
    return None


def _sample_fault(facts: Facts, template: Template) -> str | None:
    """Return why the sample can't be printed, or what its document lacks; None if it is fine."""
    try:
        document = pdf.render(facts, BADGE, template)
    except BrokenTemplate as error:
        return f"{error}." if error.file else f"{error.message[:1].upper()}{error.message[1:]}."
    except pdf.NameNotPrintable as error:
        return f"{error} The template must be able to print every sample's name."
    return _missing_part(document, facts)


def _missing_part(document: bytes, facts: Facts) -> str | None:
    """Return which part the document lacks that wallets (the badge) or employers (the link) need."""
    try:
        opened = PdfFileReader(BytesIO(document))
        names = opened.root["/Names"]["/EmbeddedFiles"]["/Names"]
        attached = [names[place + 1].get_object()["/EF"]["/F"].get_object().data for place in range(0, len(names), 2)]
    except (PdfError, KeyError):
        attached = []
    if BADGE.encode() not in attached:
        return "The badge is not attached. Add #pdf.attach of bytes(sys.inputs.credential) as “credential.json”."
    links = [
        annotation.get_object().get("/A", {}).get("/URI")
        for page in opened.root["/Pages"]["/Kids"]
        for annotation in page.get_object().get("/Annots", ())
    ]
    if facts.verify_url not in links:
        return "The link to the public verification page is missing. Add #link(d.verify_url)."
    return None
