"""Markdown with citations as safe HTML and as plain text."""

import functools
import re
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

CITATION = re.compile(r"\[(@[A-Za-z0-9-]+(?:\s*,\s*@[A-Za-z0-9-]+)*)\]")  # may be wrapped after a comma
CITED_ID = re.compile(r"@([A-Za-z0-9-]+)")


def _cite(state: StateInline, silent: bool) -> bool:
    match = CITATION.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        token = state.push("citation", "", 0)
        token.meta = {"ids": CITED_ID.findall(match[1])}
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
def parser() -> MarkdownIt:
    """Return the Markdown parser. HTML in a text is shown as text, and `[@R1]` becomes a `citation` token."""
    markdown = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table")
    markdown.inline.ruler.before("link", "citation", _cite)
    markdown.add_render_rule("citation", _render_citation)
    return markdown


def plain(text: str) -> str:
    """Return inline Markdown as plain text without its citations."""
    return re.sub(r"<[^>]+>", "", str(parser().renderInline(CITATION.sub("", text), {}))).strip()


def cited_in(text: str) -> list[str]:
    """Return the ids of the references that a text cites, in order."""
    return [id_ for match in CITATION.finditer(text) for id_ in CITED_ID.findall(match[1])]


@functools.lru_cache(maxsize=8192)
def line(text: str, order: tuple[str, ...] = (), anchor: str = "ref") -> str:
    """Return inline Markdown as HTML. A citation becomes its position in `order`, linked to `#<anchor>-<id>`."""
    numbers = {id_: n for n, id_ in enumerate(order, start=1)}
    return str(parser().renderInline(text, {"number": numbers.get, "anchor": anchor}))
