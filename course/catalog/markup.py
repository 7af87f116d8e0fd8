"""A module's Markdown -> safe HTML, figures, citations and knowledge checks."""

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from course.catalog import figures, source
from course.catalog.content import Check
from course.catalog.source import Problems

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
    checks: dict[int, Check]  # by the index of the token that holds it
    figures: dict[int, tuple[str, str, str]]  # index of the paragraph's start -> svg text, alt, caption
    cited: list[str]
    links: list[tuple[str, int]]
    words: int
    anchors: set[str] = field(default_factory=set)


def parse(text: str, file: str, folder: Path, problems: Problems) -> Parsed:
    tokens = _parser().parse(text)
    parsed = Parsed("", tokens, {}, {}, [], [], 0)
    if [t.type for t in tokens[:1]] == ["heading_open"] and tokens[0].tag == "h1":
        parsed.title = tokens[1].content
        del tokens[:3]
    else:
        problems.add(file, 1, "the section has no title", "begin with a line `# Title`")
    for index, token in enumerate(tokens):
        _note(parsed, index, token, file, folder, problems)
    return parsed


def _note(parsed: Parsed, index: int, token: Token, file: str, folder: Path, problems: Problems) -> None:
    at = (token.map or [0])[0] + 1
    if token.type == "heading_open":  # an anchor to come back to
        _note_anchor(parsed, token, parsed.tokens[index + 1].content, file, problems)
    if token.type == "heading_open" and token.tag == "h1":
        problems.add(file, at, "a second title", "use `##` for headings inside a section")
    if token.type == "fence" and token.info.strip() == "check":
        _note_check(parsed, index, token, file, problems)
    elif token.type == "fence":
        problems.add(file, at, f"a block of kind {token.info!r}", "only `check` blocks are known")
    if token.type == "inline":
        children = token.children or []
        parsed.cited += [id_ for child in children if child.type == "citation" for id_ in child.meta["ids"]]
        parsed.links += [(str(child.attrs["href"]), at) for child in children if child.type == "link_open"]
        parsed.words += sum(len(WORD.findall(child.content)) for child in children if child.type == "text")
        if any(child.type == "image" for child in children):
            _note_figure(parsed, index, children, at, file, folder, problems)


def _note_anchor(parsed: Parsed, token: Token, heading: str, file: str, problems: Problems) -> None:
    anchor = ("h-" + "-".join(re.findall(r"[a-z0-9]+", heading.lower())))[:70]
    if anchor in parsed.anchors:
        problems.add(file, (token.map or [0])[0] + 1, f"a second heading reads {heading!r}", "word it otherwise")
    parsed.anchors.add(anchor)
    token.attrSet("id", anchor)


def _note_check(parsed: Parsed, index: int, token: Token, file: str, problems: Problems) -> None:
    document = source.parse(token.content, file, problems, offset=(token.map or [0])[0] + 1)
    if document and (check := source.typed(Check, document, problems)):
        parsed.checks[index] = check
        parsed.cited += cited_in(check.stem) + cited_in(check.rationale)


def _note_figure(
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
    parsed.figures[index - 1] = (path.read_text(encoding="utf-8"), alt, caption)


def render(
    parsed: Parsed, numbers: Callable[[str], int | None], figure_fault: Callable[..., None]
) -> list[str | Check]:
    """HTML and checks in the order of the text. `numbers` gives a reference's number in the module."""
    env = {"number": numbers}
    parts: list[str | Check] = []
    run: list[Token] = []
    for index, token in enumerate(parsed.tokens):
        if index in parsed.checks:
            parts += [*_html(run, env), parsed.checks[index]]
            run = []
        elif index in parsed.figures:
            parts += [*_html(run, env), _figure(*parsed.figures[index], env, figure_fault)]
            run = []
        elif not {index - 1, index - 2} & parsed.figures.keys():  # the rest of a figure's paragraph
            run.append(token)
    return _joined([*parts, *_html(run, env)])


def _figure(svg: str, alt: str, caption: str, env: dict[str, Any], fault: Callable[..., None]) -> str:
    try:
        return figures.inline(svg, alt, str(_parser().renderInline(caption, env)))
    except figures.FigureFault as error:
        fault(alt, error)
        return ""


def _html(run: list[Token], env: dict[str, Any]) -> Iterator[str]:
    if run:
        html = str(_parser().renderer.render(run, _parser().options, env))
        table = '<div class="table-scroll" tabindex="0" role="group" aria-label="Table"><table class="table">'
        yield html.replace("<table>", table).replace("</table>", "</table></div>")


def _joined(parts: Sequence[str | Check]) -> list[str | Check]:
    """Neighbouring pieces of HTML as one."""
    joined: list[str | Check] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return joined
