"""Video and audio clips in a section. A clip has captions and a transcript."""

from codecs import BOM_UTF8
from html import escape
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints

from course.content import source
from course.content.base import Content, Text
from course.content.source import Document, Problems

FileName = Annotated[str, StringConstraints(pattern=r"^media/[a-z0-9-]+\.[a-z0-9]+$")]
ENDINGS = {"video": ("mp4", "webm"), "audio": ("mp3", "m4a", "ogg", "webm")}


class Clip(Content):
    """A clip. `file` and `captions` are paths relative to the module's folder."""

    kind: str
    module: str
    title: Text
    file: FileName
    captions: FileName
    transcript: Text

    @property
    def html(self) -> str:
        """Return the clip as it appears on the page."""
        base = f"/modules/{self.module}/"
        tag = "video" if self.kind == "video" else "audio"
        transcript = "".join(f"<p>{escape(line)}</p>" for line in self.transcript.split("\n\n"))
        return (
            f'<figure class="figure media"><{tag} controls preload="metadata" src="{base}{self.file}" '
            f'aria-label="{escape(self.title)}"><track kind="captions" srclang="en" label="English" default '
            f'src="{base}{self.captions}"></{tag}><figcaption>{escape(self.title)}</figcaption>'
            f'<details><summary>Transcript<span class="visually-hidden">: {escape(self.title)}</span></summary>'
            f"{transcript}</details></figure>\n"
        )


def clip(kind: str, document: Document, folder: Path, problems: Problems) -> Clip | None:
    """Return the clip that a block describes, or None after adding a problem for each fault."""
    found = source.typed(Clip, document, problems, kind=kind, module=folder.name)
    if found is None:
        return None
    valid = True
    for key in ("file", "captions"):
        if not (folder / getattr(found, key)).is_file():
            wrong = f"the file {getattr(found, key)} does not exist"
            problems.add(document.file, document.line([key]), wrong, "add it to the module's folder")
            valid = False
    if valid and not (folder / found.captions).read_bytes().removeprefix(BOM_UTF8).startswith(b"WEBVTT"):
        wrong = "the captions are not WebVTT"
        problems.add(document.file, document.line(["captions"]), wrong, "begin the file with the line WEBVTT")
        valid = False
    if found.file.rpartition(".")[2] not in ENDINGS[kind]:
        wrong, remedy = f"{found.file} is not a {kind} file", f"use a file of type {', '.join(ENDINGS[kind])}"
        problems.add(document.file, document.line(["file"]), wrong, remedy)
        valid = False
    return found if valid else None
