"""Figure files of a module: SVG that is checked against a short list of allowed elements and put into the page."""

import re
import xml.etree.ElementTree as ET
from html import escape

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = frozenset(
    "svg g path rect circle ellipse line polyline polygon text tspan title desc defs marker".split()  # noqa: SIM905
)
FORBIDDEN = frozenset({"style", "href", "fill", "stroke", "color"})


class FigureFault(Exception):
    """A figure file that can't be used. `line` counts from 1."""

    def __init__(self, line: int, wrong: str, remedy: str) -> None:
        super().__init__(wrong)
        self.line, self.wrong, self.remedy = line, wrong, remedy


def inline(text: str, alt: str, caption_html: str) -> str:
    """Return the figure as HTML, named by its alternative text. Raise FigureFault if the file can't be used."""
    svg = _checked(text)
    for tag in ("title", "desc"):  # the alternative text describes the whole picture
        for parent in svg.iter():
            for child in [c for c in parent if c.tag == SVG + tag]:
                parent.remove(child)
    for name in ("width", "height"):
        svg.attrib.pop(name, None)
    svg.attrib.update({"role": "img", "aria-label": alt, "class": "drawing", "focusable": "false"})
    ET.register_namespace("", SVG[1:-1])
    picture = ET.tostring(svg, encoding="unicode").replace(' xmlns="http://www.w3.org/2000/svg"', "", 1)
    return f'<figure class="figure">{picture}<figcaption>{caption_html}</figcaption></figure>\n'


def _checked(text: str) -> ET.Element:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise FigureFault(1, "the file has a document type or entities", "remove them")
    try:
        svg = ET.fromstring(text)  # noqa: S314 - a file of the repository, without entities
    except ET.ParseError as error:
        raise FigureFault(error.position[0], f"the file is not well-formed XML: {error}", "correct the SVG") from None
    if svg.tag != SVG + "svg" or not re.fullmatch(r"[\d.]+ [\d.]+ [\d.]+ [\d.]+", svg.get("viewBox", "")):
        raise FigureFault(
            1,
            "the file does not begin with an <svg> that has a viewBox",
            'begin with <svg xmlns=… viewBox="0 0 360 240">',
        )
    for element in svg.iter():
        _check_element(element, text)
    return svg


def _check_element(element: ET.Element, text: str) -> None:
    name = element.tag.removeprefix(SVG)
    if name not in ELEMENTS:
        raise FigureFault(
            _line(text, f"<{name}"),
            f"<{name}> is not allowed",
            "draw it with the elements that docs/authoring.md lists",
        )
    for attribute, value in element.attrib.items():
        bare = attribute.rpartition("}")[2]
        if bare in FORBIDDEN or bare.startswith("on") or "url(" in value.replace("url(#", ""):
            line = _line(text, f"{bare}=")
            raise FigureFault(line, f'{bare}="{escape(value)}" is not allowed', "use a `class` that says what is drawn")


def _line(text: str, start: str) -> int:
    return text[: max(0, text.find(start))].count("\n") + 1
