"""Convert text of other formats to Markdown, noting what is lost, and keep vignettes inside stems."""

import re
from html.parser import HTMLParser

from course.content.exchange.report import Note
from course.content.items.base import Item

BREAKS = {"p": "\n\n", "div": "\n\n", "li": "\n\n", "tr": "\n\n", "br": "\n"}
MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*"}
SCRIPTS = {
    "sup": str.maketrans("0123456789+-−n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ"),
    "sub": str.maketrans("0123456789+-−", "₀₁₂₃₄₅₆₇₈₉₊₋₋"),
}
SILENT = {"script", "style"}
UNMARKED = {"span", "font", "html", "body", "tbody"}


def escaped(text: str) -> str:
    """Return plain text with Markdown characters escaped."""
    return re.sub(r"([\\`*_])", r"\\\1", text)


def plain(text: str) -> str:
    """Return plain text as Markdown without surrounding white space."""
    return escaped(text.strip())


def markdown(text: str, note: Note) -> str:
    """Return Markdown unchanged, noting HTML and pictures, which our Markdown does not support."""
    if re.search(r"<[A-Za-z/!][^<>]*>", text):
        note("HTML inside Markdown, which is shown as text")
    if "![" in text:
        note("a picture inside Markdown")
    return text.strip()


def from_html(html: str, note: Note) -> str:
    """Return HTML as Markdown: paragraphs, bold, italics, superscript and subscript digits. Note anything else."""
    converter = _Converter(note)
    converter.feed(_closed(html))
    converter.close()
    return converter.text()


def _closed(html: str) -> str:
    """Return the HTML without comments and declarations, and with &lt; for each < that begins no closed tag.

    The parser looks for the end of each of these again and again, so that a text of them took minutes.
    """
    before, *parts = html.split("<!--")
    html = before + "".join(part.partition("-->")[2] for part in parts)
    return re.sub(r"<(?![A-Za-z/][^<>]*>)", "&lt;", re.sub(r"<[!?][^<>]*>", "", html))


class _Converter(HTMLParser):
    def __init__(self, note: Note) -> None:
        super().__init__()
        self.note = note
        self.levels: list[tuple[str, list[str]]] = [("", [])]
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in MARKS or tag in SCRIPTS:
            self.levels.append((tag, []))
        elif tag in BREAKS:
            self._put(BREAKS[tag])
        elif tag == "img":
            named = dict(attrs)
            self.note(f"the picture {named.get('alt') or named.get('src') or 'without a name'}")
        elif tag not in UNMARKED:
            self.note(f"the HTML element {tag}" + ("" if tag in SILENT else "; its text is kept"))
        if any(name == "style" for name, _ in attrs):
            self.note(f"the style of an HTML element {tag}")
        self.silent += tag in SILENT

    def handle_endtag(self, tag: str) -> None:
        if tag in BREAKS and tag != "br":
            self._put(BREAKS[tag])
        elif self.levels[-1][0] == tag and len(self.levels) > 1:
            self._put(self._marked(tag, "".join(self.levels.pop()[1])))
        self.silent = max(0, self.silent - (tag in SILENT))

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self._put(escaped(re.sub(r"\s+", " ", data)))

    def _put(self, text: str) -> None:
        self.levels[-1][1].append(text)

    def _marked(self, tag: str, inner: str) -> str:
        """Return the text in the tag's Markdown marks, with white space at the ends outside, as Markdown requires."""
        bare = inner.strip()
        if tag in SCRIPTS:
            if {ord(character) for character in bare} <= SCRIPTS[tag].keys():
                return bare.translate(SCRIPTS[tag])
            self.note(f"the {'superscript' if tag == 'sup' else 'subscript'} “{bare}”, which becomes normal text")
            return inner
        if not bare or "\n\n" in bare:
            return inner
        before, after = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
        return f"{before}{MARKS[tag]}{bare}{MARKS[tag]}{after}"

    def text(self) -> str:
        """Return the Markdown of everything that was fed."""
        while len(self.levels) > 1:
            self.levels[-2][1].extend(self.levels.pop()[1])
        lines = [line.strip() for line in "".join(self.levels[0][1]).split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def with_vignette(item: Item) -> str:
    """Return the stem, after the vignette of its case as a block quotation."""
    if item.vignette is None:
        return item.stem
    quoted = "\n".join(f"> {line}" for line in item.vignette.split("\n"))
    return f"{quoted}\n\n{item.stem}"


def without_vignette(text: str) -> tuple[str | None, str]:
    """Return the vignette that `with_vignette` put before the stem, or None, and the stem."""
    quoted, separator, stem = text.partition("\n\n")
    lines = quoted.split("\n")
    if not separator or not all(line.startswith(">") for line in lines):
        return None, text
    return "\n".join(line[1:].removeprefix(" ") for line in lines), stem
