"""Explains glossary terms where a text first uses them."""

import functools
import re
from collections.abc import Callable
from html import escape

from markdown_it.token import Token

from course.content.schema.glossary import Glossary, Term


@functools.lru_cache(maxsize=2)
def _words(glossary: Glossary) -> tuple[re.Pattern[str], dict[str, Term]]:
    named = {word.lower(): term for term in glossary.terms for word in (term.term, *term.also)}
    longest_first = sorted(named, key=len, reverse=True)
    return re.compile(r"\b(" + "|".join(map(re.escape, longest_first)) + r")\b", re.IGNORECASE), named


def explainer(glossary: Glossary, seen: list[str]) -> Callable[[Token], Token]:
    """A function that turns the first use of each term in inline tokens into a button for its definition.

    The ids of the explained terms are added to `seen`.
    """
    pattern, named = _words(glossary)

    def explain(token: Token) -> Token:
        if token.type != "inline":
            return token
        children: list[Token] = []
        depth = 0
        for child in token.children or []:
            depth += (child.type == "link_open") - (child.type == "link_close")
            children += _split(child) if child.type == "text" and not depth else [child]
        return token.copy(children=children)

    def _split(child: Token) -> list[Token]:
        pieces: list[Token] = []
        at = 0
        for match in pattern.finditer(child.content):
            term = named[match[0].lower()]
            if term.id in seen:
                continue
            seen.append(term.id)
            pieces.append(Token("text", "", 0, content=child.content[at : match.start()]))
            button = f'<button type="button" class="term" popovertarget="term-{term.id}">{escape(match[0])}</button>'
            pieces.append(Token("html_inline", "", 0, content=button))
            at = match.end()
        return [*pieces, Token("text", "", 0, content=child.content[at:])]

    return explain
