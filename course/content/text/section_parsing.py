"""Parse the Markdown of a section file: its text, figures, knowledge checks, clips, citations and links."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from markdown_it.token import Token

from course.content import source
from course.content.figures.cross_section import CrossSection
from course.content.figures.flowchart import Flowchart
from course.content.schema.knowledge_check import KnowledgeCheck, NeedleCheck
from course.content.source import Document, Problems
from course.content.text import media
from course.content.text.markup import cited_in, parser

DataFigure = CrossSection | Flowchart
WORD = re.compile(r"\w[\w'’-]*")  # noqa: RUF001 - typographic apostrophe
MAX_ANCHOR_LENGTH = 70


@dataclass
class Parsed:
    """A section file before its citations have numbers. Parts are kept by the index of their first token."""

    title: str
    tokens: list[Token]
    checks: dict[int, KnowledgeCheck | NeedleCheck]
    svg_figures: dict[int, tuple[str, str, str, str]]  # file name, SVG text, alternative text, caption
    data_figures: dict[int, DataFigure]
    media: dict[int, media.Clip]
    cited: list[str]
    links: list[tuple[str, int]]  # address, line
    words: int
    text: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    figure_ids: set[str] = field(default_factory=set)  # of the figures that modules/figures/ holds


def parse(text: str, file: str, folder: Path, figures: Mapping[str, DataFigure], problems: Problems) -> Parsed:
    """Return the parsed text of a section file in the module's `folder`, after adding a problem for each fault."""
    tokens = parser().parse(text)
    parsed = Parsed("", tokens, {}, {}, {}, {}, [], [], 0)
    if [t.type for t in tokens[:1]] == ["heading_open"] and tokens[0].tag == "h1":
        parsed.title = tokens[1].content
        del tokens[:3]
    else:
        problems.add(file, 1, "the section has no title", "begin with a line `# Title`")
    for index, token in enumerate(tokens):
        _note(parsed, index, token, file, folder, problems)
        if token.type == "fence":
            _note_block(parsed, index, token, file, folder, figures, problems)
    return parsed


def _line_of(token: Token) -> int:
    return (token.map or [0])[0] + 1


def _note(parsed: Parsed, index: int, token: Token, file: str, folder: Path, problems: Problems) -> None:
    at = _line_of(token)
    if token.type == "heading_open":
        _note_anchor(parsed, token, parsed.tokens[index + 1].content, file, problems)
    if token.type == "heading_open" and token.tag == "h1":
        problems.add(file, at, "the section has a second title", "use `##` for headings inside a section")
    if token.type == "inline":
        children = token.children or []
        parsed.cited += [id_ for child in children if child.type == "citation" for id_ in child.meta["ids"]]
        parsed.links += [(str(child.attrs["href"]), at) for child in children if child.type == "link_open"]
        texts = [child.content for child in children if child.type == "text"]
        parsed.words += sum(len(WORD.findall(text)) for text in texts)
        parsed.text.append(" ".join(texts))
        _check_citations(children, at, file, problems)
        if any(child.type == "image" for child in children):
            _note_svg_figure(parsed, index, children, at, file, folder, problems)


def _check_citations(children: list[Token], at: int, file: str, problems: Problems) -> None:
    """Add a problem for each citation that could not be read and would be shown as text."""
    for child in children:
        at += child.type in ("softbreak", "hardbreak")
        if child.type == "text" and "[@" in child.content:
            wrong = f"the citation {child.content[child.content.index('[@') :][:40]!r} can't be read"
            problems.add(file, at, wrong, "write it as [@R1] or [@R1, @R2]")


def _note_anchor(parsed: Parsed, token: Token, heading: str, file: str, problems: Problems) -> None:
    anchor = ("h-" + "-".join(re.findall(r"[a-z0-9]+", heading.lower())))[:MAX_ANCHOR_LENGTH]
    if anchor in parsed.anchors:
        problems.add(file, _line_of(token), f"a second heading reads {heading!r}", "reword one of the two")
    parsed.anchors.add(anchor)
    token.attrSet("id", anchor)


def _note_block(
    parsed: Parsed,
    index: int,
    token: Token,
    file: str,
    folder: Path,
    figures: Mapping[str, DataFigure],
    problems: Problems,
) -> None:
    """Read a fenced block: a knowledge check, a figure that is kept as data, or a clip."""
    kind, start = token.info.strip(), _line_of(token)
    if kind not in ("check", "figure", "video", "audio"):
        problems.add(file, start, f"unknown kind of block {kind!r}", "use `check`, `figure`, `video` or `audio`")
        return
    document = source.parse(token.content, file, problems, offset=start)
    if document is None:
        return
    if kind == "check":
        _note_check(parsed, index, document, figures, problems)
    elif kind == "figure":
        _note_data_figure(parsed, index, document, figures, problems)
    elif clip := media.clip(kind, document, folder, problems):
        parsed.media[index] = clip
        parsed.words += len(WORD.findall(clip.transcript))
        parsed.text.append(f"{clip.title} {clip.transcript}")


def _note_check(
    parsed: Parsed, index: int, document: Document, figures: Mapping[str, DataFigure], problems: Problems
) -> None:
    check: KnowledgeCheck | NeedleCheck | None
    if isinstance(document.data, dict) and document.data.get("type") == "needle":
        section = _figure_of(document, figures, problems)
        if not isinstance(section, CrossSection):
            wrong = "the figure of a needle check is not a cross-section"
            problems.add(document.file, document.line(["figure"]), wrong, "name a cross-section of modules/figures")
            return
        check = source.typed(NeedleCheck, document, problems, section=section)
        parsed.figure_ids.add(section.id)
    else:
        check = source.typed(KnowledgeCheck, document, problems)
    if check:
        parsed.checks[index] = check
        parsed.cited += cited_in(check.stem) + cited_in(check.rationale)


def _note_data_figure(
    parsed: Parsed, index: int, document: Document, figures: Mapping[str, DataFigure], problems: Problems
) -> None:
    if found := _figure_of(document, figures, problems):
        parsed.data_figures[index] = found
        parsed.figure_ids.add(found.id)
        parsed.cited += cited_in(found.caption)


def _figure_of(document: Document, figures: Mapping[str, DataFigure], problems: Problems) -> DataFigure | None:
    name = document.data.get("figure") if isinstance(document.data, dict) else None
    if found := figures.get(str(name)):
        return found
    wrong = f"there is no figure {name}"
    problems.add(document.file, document.line(["figure"]), wrong, "name a file of modules/figures, without .yaml")
    return None


def _note_svg_figure(
    parsed: Parsed, index: int, children: list[Token], at: int, file: str, folder: Path, problems: Problems
) -> None:
    if len(children) != 1:
        problems.add(file, at, "a figure is inside other text", "put it in a paragraph of its own")
        return
    image = children[0]
    alt, caption, src = image.content, str(image.attrs.get("title", "")), str(image.attrs["src"])
    if not alt.strip():
        problems.add(file, at, f"{src} has no alternative text", "describe the picture between the square brackets")
    if not caption:
        problems.add(file, at, f"{src} has no caption", 'add "a caption" after the file name')
    path = folder / src
    if not src.startswith("figures/") or not path.is_file():
        problems.add(file, at, f"there is no figure {src}", "add the file or correct its name")
        return
    parsed.cited += cited_in(caption)
    figure_file = str(PurePosixPath(file).parent / src)
    if (svg := source.read_text(path, figure_file, problems)) is not None:
        parsed.svg_figures[index - 1] = (src, svg, alt, caption)
