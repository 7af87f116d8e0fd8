"""Clips in a section: video or audio, with captions and a transcript or not at all."""

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
    """`file` and `captions` lie in the module's `media/` folder; `html` is how the clip stands in the page."""

    kind: str
    module: str
    title: Text
    file: FileName
    captions: FileName
    transcript: Text

    @property
    def html(self) -> str:
        base = f"/modules/{self.module}/"
        tag = "video" if self.kind == "video" else "audio"
        spoken = "".join(f"<p>{escape(line)}</p>" for line in self.transcript.split("\n\n"))
        return (
            f'<figure class="figure media"><{tag} controls preload="metadata" src="{base}{self.file}" '
            f'aria-label="{escape(self.title)}"><track kind="captions" srclang="en" label="English" default '
            f'src="{base}{self.captions}"></{tag}><figcaption>{escape(self.title)}</figcaption>'
            f'<details><summary>Transcript<span class="visually-hidden">: {escape(self.title)}</span></summary>'
            f"{spoken}</details></figure>\n"
        )


def clip(kind: str, document: Document, folder: Path, problems: Problems) -> Clip | None:
    """The clip that a block describes; None after adding a problem for each fault."""
    found = source.typed(Clip, document, problems, kind=kind, module=folder.name)
    if found is None:
        return None
    good = True
    for key in ("file", "captions"):
        if not (folder / getattr(found, key)).is_file():
            problems.add(document.file, document.line([key]), f"there is no {getattr(found, key)}", "add the file")
            good = False
    if good and not (folder / found.captions).read_text(encoding="utf-8").startswith("WEBVTT"):
        problems.add(document.file, document.line(["captions"]), "the captions are not WebVTT", "begin with WEBVTT")
        good = False
    if found.file.rpartition(".")[2] not in ENDINGS[kind]:
        problems.add(
            document.file, document.line(["file"]), f"not a file for {kind}", f"use {', '.join(ENDINGS[kind])}"
        )
        good = False
    return found if good else None
