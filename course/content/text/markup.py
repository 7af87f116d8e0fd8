"""A module's Markdown -> safe HTML, figures, citations and knowledge checks."""

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from course.content import source
from course.content.figures import cross_section_svg, flowchart, svg_file
from course.content.figures.cross_section import CrossSection
from course.content.figures.flowchart import Flowchart
from course.content.schema.knowledge_check import KnowledgeCheck, NeedleCheck
from course.content.source import Document, Problems
from course.content.text import media

DataFigure = CrossSection | Flowchart
Explain = Callable[[Token], Token]
CITATION = re.compile(r"\[@([A-Za-z0-9-]+(?:\s*,\s*@[A-Za-z0-9-]+)*)\]")
WORD = re.compile(r"\w[\w'’-]*")  # noqa: RUF001 - the apostrophe of good typography


def _cite(state: StateInline, silent: bool) -> bool:
    match = CITATION.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        token = state.push("citation", "", 0)
        token.meta = {"ids": [part.strip(" @") for part in match[1].split(",")]}
    state.pos = match.end()
    return True


def _render_citation(_self: Any, tokens: Sequence[Token], index: int, _options: Any, env: dict[str, Any]) -> str:
    number: Callable[[str], int | None] = env.get("number", lambda _id: None)
    links = [
        f'<a href="#{env.get("anchor", "ref")}-{escape(id_)}">{n}</a>'
        for id_ in tokens[index].meta["ids"]
        if (n := number(id_))
    ]
    return f'<sup class="cite">[{", ".join(links)}]</sup>' if links else ""


@functools.cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table")
    parser.inline.ruler.before("link", "citation", _cite)
    parser.add_render_rule("citation", _render_citation)
    return parser


def plain(text: str) -> str:
    """One line of Markdown as text, without its citations."""
    return re.sub(r"<[^>]+>", "", str(_parser().renderInline(CITATION.sub("", text), {}))).strip()


def cited_in(text: str) -> list[str]:
    return [part.strip(" @") for match in CITATION.finditer(text) for part in match[1].split(",")]


@functools.lru_cache(maxsize=8192)
def line(text: str, order: tuple[str, ...] = (), anchor: str = "ref") -> str:
    """One line of Markdown as HTML. Citations become the position in `order`, linked to `#<anchor>-<id>`."""
    numbers = {id_: n for n, id_ in enumerate(order, start=1)}
    return str(_parser().renderInline(text, {"number": numbers.get, "anchor": anchor}))


@dataclass
class Parsed:
    """A section file before its citations have numbers."""

    title: str
    tokens: list[Token]
    checks: dict[int, KnowledgeCheck | NeedleCheck]  # by the index of the token that holds it
    svg_figures: dict[int, tuple[str, str, str, str]]  # by paragraph index: file, SVG text, alt text, caption
    data_figures: dict[int, DataFigure]  # by token index
    media: dict[int, media.Clip]
    cited: list[str]
    links: list[tuple[str, int]]
    words: int
    text: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)  # of modules/figures, without their ending


def parse(text: str, file: str, folder: Path, figures: Mapping[str, DataFigure], problems: Problems) -> Parsed:
    tokens = _parser().parse(text)
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


def _note(parsed: Parsed, index: int, token: Token, file: str, folder: Path, problems: Problems) -> None:
    at = (token.map or [0])[0] + 1
    if token.type == "heading_open":  # an anchor to come back to
        _note_anchor(parsed, token, parsed.tokens[index + 1].content, file, problems)
    if token.type == "heading_open" and token.tag == "h1":
        problems.add(file, at, "a second title", "use `##` for headings inside a section")
    if token.type == "inline":
        children = token.children or []
        parsed.cited += [id_ for child in children if child.type == "citation" for id_ in child.meta["ids"]]
        parsed.links += [(str(child.attrs["href"]), at) for child in children if child.type == "link_open"]
        texts = [child.content for child in children if child.type == "text"]
        parsed.words += sum(len(WORD.findall(text)) for text in texts)
        parsed.text.append(" ".join(texts))
        if any(child.type == "image" for child in children):
            _note_svg_figure(parsed, index, children, at, file, folder, problems)


def _note_anchor(parsed: Parsed, token: Token, heading: str, file: str, problems: Problems) -> None:
    anchor = ("h-" + "-".join(re.findall(r"[a-z0-9]+", heading.lower())))[:70]
    if anchor in parsed.anchors:
        problems.add(file, (token.map or [0])[0] + 1, f"a second heading reads {heading!r}", "word it otherwise")
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
    """A fenced block: a knowledge check, a figure that is drawn from data, or a clip."""
    kind, start = token.info.strip(), (token.map or [0])[0] + 1
    if kind not in ("check", "figure", "video", "audio"):
        problems.add(file, start, f"a block of kind {kind!r}", "use `check`, `figure`, `video` or `audio`")
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
            problems.add(document.file, document.line(["figure"]), "not a cross-section", "name a cross-section")
            return
        check = source.typed(NeedleCheck, document, problems, section=section)
        parsed.files.add(section.id)
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
        parsed.files.add(found.id)
        parsed.cited += cited_in(found.caption)


def _figure_of(document: Document, figures: Mapping[str, DataFigure], problems: Problems) -> DataFigure | None:
    name = document.data.get("figure") if isinstance(document.data, dict) else None
    if found := figures.get(str(name)):
        return found
    problems.add(
        document.file, document.line(["figure"]), f"there is no figure {name}", "name a file of modules/figures"
    )
    return None


def _note_svg_figure(
    parsed: Parsed, index: int, children: list[Token], at: int, file: str, folder: Path, problems: Problems
) -> None:
    if len(children) != 1:
        problems.add(file, at, "a figure inside other text", "put it alone in a paragraph")
        return
    image = children[0]
    alt, caption, src = image.content, str(image.attrs.get("title", "")), str(image.attrs["src"])
    if not alt.strip():
        problems.add(file, at, f"{src} has no alternative text", "say between the brackets what it shows")
    if not caption:
        problems.add(file, at, f"{src} has no caption", 'add "a caption" after the file name')
    path = folder / src
    if not src.startswith("figures/") or not path.is_file():
        problems.add(file, at, f"there is no figure {src}", "add the file or correct its name")
        return
    parsed.cited += cited_in(caption)
    parsed.svg_figures[index - 1] = (src, path.read_text(encoding="utf-8"), alt, caption)


def render(
    parsed: Parsed,
    numbers: Callable[[str], int | None],
    explain: Explain,
    figure_fault: Callable[..., None],
) -> list[str | KnowledgeCheck | NeedleCheck]:
    """HTML and checks in the order of the text. `numbers` gives a reference's number in the module."""
    env = {"number": numbers}
    parts: list[str | KnowledgeCheck | NeedleCheck] = []
    run: list[Token] = []
    for index, token in enumerate(parsed.tokens):
        if (whole := _whole(parsed, index, env, figure_fault)) is not None:
            parts += [*_html(run, env), whole]
            run = []
        elif not {index - 1, index - 2} & parsed.svg_figures.keys():  # the rest of a figure's paragraph
            heading = run and run[-1].type == "heading_open"
            run.append(token if heading else explain(token))
    return _joined([*parts, *_html(run, env)])


def _whole(
    parsed: Parsed, index: int, env: dict[str, Any], fault: Callable[..., None]
) -> str | KnowledgeCheck | NeedleCheck | None:
    """What a token stands for that is not running text."""
    if index in parsed.checks:
        return parsed.checks[index]
    if index in parsed.svg_figures:
        return _render_svg_figure(*parsed.svg_figures[index], env, fault)
    if index in parsed.data_figures:
        return _render_data_figure(parsed.data_figures[index], env)
    return parsed.media[index].html if index in parsed.media else None


def _render_data_figure(what: DataFigure, env: dict[str, Any]) -> str:
    svg = cross_section_svg.svg(what) if isinstance(what, CrossSection) else flowchart.svg(what)
    caption = str(_parser().renderInline(what.caption, env))
    return f'<figure class="figure">{svg}<figcaption>{caption}</figcaption></figure>\n'


def _render_svg_figure(
    src: str, svg: str, alt: str, caption: str, env: dict[str, Any], fault: Callable[..., None]
) -> str:
    try:
        return svg_file.inline(svg, alt, str(_parser().renderInline(caption, env)))
    except svg_file.FigureFault as error:
        fault(src, error)
        return ""


def _html(run: list[Token], env: dict[str, Any]) -> Iterator[str]:
    if run:
        html = str(_parser().renderer.render(run, _parser().options, env))
        table = '<div class="table-scroll" tabindex="0" role="group" aria-label="Table"><table class="table">'
        yield html.replace("<table>", table).replace("</table>", "</table></div>")


def _joined(parts: Sequence[str | KnowledgeCheck | NeedleCheck]) -> list[str | KnowledgeCheck | NeedleCheck]:
    """Neighbouring pieces of HTML as one."""
    joined: list[str | KnowledgeCheck | NeedleCheck] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return joined
