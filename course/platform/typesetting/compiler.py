"""Typst turns a template and data into an accessible, archival PDF (PDF/A-3a, PDF/UA-1) or pictures of its pages.

Fonts come from packages, never from the system, so that a document looks the same from every machine. Data is passed
as JSON, never as markup. If no font has a letter, there is an error instead of a document.
"""

import functools
import hashlib
import re
from collections.abc import Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import typst

FONT_PACKAGES = {
    "fontpkg_noto_sans": "fontpkg-noto-sans",
    "fontpkg_noto_sans_arabic": "fontpkg-noto-sans-arabic",
    "fontpkg_noto_sans_devanagari": "fontpkg-noto-sans-devanagari",
    "fontpkg_noto_sans_khmer": "fontpkg-noto-sans-khmer",
    "fontpkg_noto_sans_tamil": "fontpkg-noto-sans-tamil",
    "fontpkg_noto_sans_telugu": "fontpkg-noto-sans-telugu",
    "fontpkg_noto_sans_thai": "fontpkg-noto-sans-thai",
    "cvttf_NotoSansCJK_Regular": "cvttf-notosanscjk-regular",
}
UNPRINTABLE = re.compile(
    r'the text `"(.+?)"` could not be displayed|(?:PDF contains the|contains the disallowed) codepoint `"(.+?)"`'
)
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
PLACE = re.compile(r"┌─ (?:.*/)?(.+):(\d+):\d+")


class NotPrintable(Exception):
    """The fonts lack `letters`. A document would have empty boxes in their place, so none is made."""

    def __init__(self, letters: tuple[str, ...]) -> None:
        super().__init__(" ".join(letters))
        self.letters = letters


class BrokenTemplate(Exception):
    """The template does not compile. `file` and `line` (from 1) are the place, if Typst reports one."""

    def __init__(self, message: str, file: str | None = None, line: int | None = None) -> None:
        super().__init__(f"{file}, line {line}: {message}" if file else message)
        self.message, self.file, self.line = message, file, line


@functools.cache
def edition() -> str:
    """Return a digest of the versions of compiler and fonts, since other versions may print a template differently."""
    parts = [version("typst"), *(version(distribution) for distribution in FONT_PACKAGES.values())]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:12]


@functools.lru_cache(maxsize=8)
def fonts(folder: Path) -> typst.Fonts:
    """Return the packaged fonts and those in the template's folder."""
    return typst.Fonts(include_system_fonts=False, font_paths=[*map(str, _font_folders()), str(folder)])


def _font_folders() -> list[Path]:
    specs = [find_spec(package) for package in FONT_PACKAGES]
    return [Path(spec.submodule_search_locations[0]) for spec in specs if spec and spec.submodule_search_locations]


def pdf(template: Path, inputs: Mapping[str, str]) -> bytes:
    """Return the document; equal inputs give equal bytes. The template gets `inputs` as `sys.inputs`.

    It can read no file outside its folder. Raise NotPrintable or BrokenTemplate.
    """
    try:
        document = typst.compile(
            template,
            root=template.parent,
            format="pdf",
            sys_inputs=dict(inputs),
            font_paths=fonts(template.parent),
            pdf_standards=["a-3a", "ua-1"],
        )
    except typst.TypstError as error:
        raise _refusal(error) from error
    assert isinstance(document, bytes)
    return document


def pictures(
    template: Path, inputs: Mapping[str, str], *, ppi: float, kind: Literal["png", "svg"] = "png"
) -> list[bytes]:
    """Return each page. Raise BrokenTemplate. A letter without a font shows as a box; only `pdf` raises for it."""
    try:
        document = typst.compile(
            template,
            root=template.parent,
            format=kind,
            ppi=ppi,
            sys_inputs=dict(inputs),
            font_paths=fonts(template.parent),
        )
    except typst.TypstError as error:
        raise _refusal(error) from error
    return [document] if isinstance(document, bytes) else list(document or ())


def _refusal(error: typst.TypstError) -> NotPrintable | BrokenTemplate:
    if unprintable := [first or second for first, second in UNPRINTABLE.findall(error.diagnostic)]:
        letters = [ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), letter) for letter in unprintable]
        return NotPrintable(tuple(dict.fromkeys(letters)))
    place = PLACE.search(error.diagnostic)
    return BrokenTemplate(error.message, place[1], int(place[2])) if place else BrokenTemplate(error.message)
