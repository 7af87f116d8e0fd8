"""Typst turns a template and data into an accessible, archival PDF (PDF/A-3a, PDF/UA-1) or pictures of its pages.

Fonts come by package, never from the system, so that a document looks the same from every machine. Data goes in as
JSON, never as markup. The compiler refuses, rather than prints, a letter that no font has.
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

PACKAGES = {
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
    """The fonts lack `letters`. No document is made with an empty box in their place."""

    def __init__(self, letters: tuple[str, ...]) -> None:
        super().__init__(" ".join(letters))
        self.letters = letters


class BrokenTemplate(Exception):
    """The template does not compile. `file` and `line` (from 1) say where, as far as Typst knows."""

    def __init__(self, message: str, file: str | None = None, line: int | None = None) -> None:
        super().__init__(f"{file}, line {line}: {message}" if file else message)
        self.message, self.file, self.line = message, file, line


@functools.cache
def edition() -> str:
    """Return a digest of the versions of compiler and fonts, since another version may print a template otherwise."""
    parts = [version("typst"), *(version(distribution) for distribution in PACKAGES.values())]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:12]


@functools.lru_cache(maxsize=8)
def fonts(folder: Path) -> typst.Fonts:
    """Return our fonts and those in the template's folder."""
    return typst.Fonts(include_system_fonts=False, font_paths=[*map(str, _font_folders()), str(folder)])


def _font_folders() -> list[Path]:
    found = [find_spec(package) for package in PACKAGES]
    return [Path(one.submodule_search_locations[0]) for one in found if one and one.submodule_search_locations]


def pdf(template: Path, inputs: Mapping[str, str]) -> bytes:
    """Return the document. Equal inputs give equal bytes. The template reads `inputs` as `sys.inputs`.

    It reads no file outside its own folder. Raise NotPrintable or BrokenTemplate.
    """
    try:
        made = typst.compile(
            template,
            root=template.parent,
            format="pdf",
            sys_inputs=dict(inputs),
            font_paths=fonts(template.parent),
            pdf_standards=["a-3a", "ua-1"],
        )
    except typst.TypstError as error:
        raise _refusal(error) from error
    assert isinstance(made, bytes)
    return made


def pictures(
    template: Path, inputs: Mapping[str, str], *, ppi: float, kind: Literal["png", "svg"] = "png"
) -> list[bytes]:
    """Return each page. Raise BrokenTemplate. A letter that no font has shows as a box, so make the PDF as well."""
    try:
        made = typst.compile(
            template,
            root=template.parent,
            format=kind,
            ppi=ppi,
            sys_inputs=dict(inputs),
            font_paths=fonts(template.parent),
        )
    except typst.TypstError as error:
        raise _refusal(error) from error
    return [made] if isinstance(made, bytes) else list(made or ())


def _refusal(error: typst.TypstError) -> NotPrintable | BrokenTemplate:
    if lacking := [first or second for first, second in UNPRINTABLE.findall(error.diagnostic)]:
        letters = [ESCAPED.sub(lambda found: chr(int(found[1], 16)), one) for one in lacking]
        return NotPrintable(tuple(dict.fromkeys(letters)))
    place = PLACE.search(error.diagnostic)
    return BrokenTemplate(error.message, place[1], int(place[2])) if place else BrokenTemplate(error.message)
