"""The template that certificates are printed with: the provider's, as it was put into force, or ours.

`templates/certificate/` in the data folder is the provider's to edit. Once it sets every sample, a copy is kept under
its hash and never changes, so that nobody issues with a half-saved file and every process finds the same.
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

MAIN = BUILT_IN.path.name
MAX_TEMPLATE_BYTES = 20_000_000
PACKAGE = re.compile(rb'"@[\w-]+/')
Files = dict[str, bytes]


@dataclass(frozen=True)
class Draft:
    """The provider's files as they lie there now. `fault`: why they can't be put into force; else they are kept."""

    digest: str
    fault: str | None


class Templates:
    """Reads and writes the data folder alone; what it says is the same in every process."""

    def __init__(self, data: Path, samples: Mapping[str, tuple[str, Facts]]) -> None:
        self.samples = samples
        self.folder = data / "templates" / "certificate"
        self._copies = data / "templates" / "kept"
        self._choices = data / "templates" / "in-force"  # a line for each choice, the newest last
        self._judged: dict[str, str | None] = {}

    def in_force(self) -> Template:
        """The newest choice that holds; ours where none does."""
        for digest in reversed(self._chosen()):
            if digest == BUILT_IN.digest:
                break
            if self._holds(digest):
                return self._template(digest)
        return BUILT_IN

    def fallen(self) -> str | None:
        """Return why the newest choice is no longer in force; None if it is."""
        newest = next(reversed(self._chosen()), BUILT_IN.digest)
        if newest == BUILT_IN.digest or self._holds(newest):
            return None
        mark = _mark(self._main(newest))
        return mark.read_text() if mark.exists() else "Its files are gone from the data folder."

    def fault(self) -> str | None:
        """What is wrong with the provider's template, be it the chosen one or the files as they are now."""
        if fallen := self.fallen():
            return fallen
        draft = self.draft()
        return draft.fault if draft else None

    def kept(self, digest: str) -> Template | None:
        """Return our template, or one of the provider's that set every sample; None if there is no such template."""
        if digest == BUILT_IN.digest:
            return BUILT_IN
        if not re.fullmatch("[0-9a-f]{64}", digest) or not self._main(digest).is_file():
            return None
        return self._template(digest)

    def draft(self) -> Draft | None:
        """None where the provider has no files. Each state of the files is tried once by each process."""
        files = _read(self.folder)
        if not files:
            return None
        digest = _digest(files)
        if digest not in self._judged or not (self._judged[digest] or self._main(digest).is_file()):
            self._judged[digest] = self._try(files, digest)
        return Draft(digest, self._judged[digest])

    def put_into_force(self, template: Template) -> None:
        _mark(template.path).unlink(missing_ok=True)
        self._choices.parent.mkdir(parents=True, exist_ok=True)
        with self._choices.open("a") as file:
            file.write(f"{template.digest}\n")

    def _chosen(self) -> list[str]:
        return self._choices.read_text().split() if self._choices.exists() else []

    def _holds(self, digest: str) -> bool:
        return self._main(digest).is_file() and not _mark(self._main(digest)).exists()

    def _template(self, digest: str) -> Template:
        return Template(self._main(digest), digest)

    def _main(self, digest: str) -> Path:
        return self._copies / digest / MAIN

    def _try(self, files: Files, digest: str) -> str | None:
        """Keeps the files if every sample can be printed with them, else says why not."""
        if fault := _unfit(files):
            return fault
        self._copies.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._copies) as room:
            copy = Path(room) / "copy"
            for name, data in files.items():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                (copy / name).write_bytes(data)
            for _, facts in self.samples.values():
                if fault := _failure(facts, Template(copy / MAIN, digest)):
                    return fault
            if not (self._copies / digest).exists():  # another process may have been first
                shutil.copytree(copy, Path(room) / "whole")
                (Path(room) / "whole").rename(self._copies / digest)
        return None


def set_aside(template: Template, why: str) -> None:
    """It failed after all: the one before it, or ours, takes its place. Ours can't be set aside."""
    if template == BUILT_IN:
        raise BrokenTemplate(why)
    _mark(template.path).write_text(why)


def _mark(main: Path) -> Path:
    """Return the file that marks a kept copy as failed, where all processes see it."""
    return main.parent.with_name(f"{main.parent.name}.failed")


def _read(folder: Path) -> Files:
    """Hidden files, copies that editors leave and links, which could lead out of the folder, are no part of it."""
    if not folder.is_dir():
        return {}
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    names = {path: path.relative_to(folder) for path in paths}
    wanted = [
        path for path in paths if not any(part.startswith(".") or part.endswith("~") for part in names[path].parts)
    ]
    return {names[path].as_posix(): path.read_bytes() for path in wanted}


def _digest(files: Files) -> str:
    found = hashlib.sha256()
    for name, data in files.items():
        found.update(f"{len(name.encode())} {name} {len(data)} ".encode() + data)
    return found.hexdigest()


def _unfit(files: Files) -> str | None:
    if MAIN not in files:
        return f"There is no {MAIN} among the files."
    if sum(map(len, files.values())) > MAX_TEMPLATE_BYTES:
        return f"The files have more than {MAX_TEMPLATE_BYTES // 1_000_000} MB together."
    for name, data in files.items():
        if name.endswith(".typ") and (found := PACKAGE.search(data)):
            line = data.count(b"\n", 0, found.start()) + 1
            return f"{name}, line {line}: packages come from the network; put their files next to the template instead."
    return None


def _failure(facts: Facts, template: Template) -> str | None:
    """Why no certificate with these facts can be printed, or what an employer or a wallet would miss on it."""
    try:
        document = pdf.render(facts, BADGE, template)
    except BrokenTemplate as error:
        return f"{error}." if error.file else f"{error.message[:1].upper()}{error.message[1:]}."
    except pdf.NameNotPrintable as error:
        return f"{error} Every sample's name has to be set."
    return _gap(document, facts)


def _gap(document: bytes, facts: Facts) -> str | None:
    try:
        opened = PdfFileReader(BytesIO(document))
        names = opened.root["/Names"]["/EmbeddedFiles"]["/Names"]
        attached = [names[place + 1].get_object()["/EF"]["/F"].get_object().data for place in range(0, len(names), 2)]
    except (PdfError, KeyError):
        attached = []
    if BADGE.encode() not in attached:
        return "The badge is not attached: #pdf.attach of bytes(sys.inputs.credential) as “credential.json” is missing."
    links = [
        annotation.get_object().get("/A", {}).get("/URI")
        for page in opened.root["/Pages"]["/Kids"]
        for annotation in page.get_object().get("/Annots", ())
    ]
    if facts.verify_url not in links:
        return "The address of the public check is not on it as a link: #link(d.verify_url) is missing."
    return None
