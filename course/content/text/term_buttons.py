"""Turn the first use of each glossary term in a text into a button that shows the definition."""

import functools
import re
from collections.abc import Callable
from html import escape

from markdown_it.token import Token

from course.content.schema.glossary import Glossary, Term


@functools.lru_cache(maxsize=2)
def _index(glossary: Glossary) -> tuple[re.Pattern[str], dict[str, Term]]:
    """Return a pattern that finds any term, longest first, and the terms by lower-case word."""
    by_word = {word.lower(): term for term in glossary.terms for word in (term.term, *term.also)}
    longest_first = sorted(by_word, key=len, reverse=True)
    return re.compile(r"\b(" + "|".join(map(re.escape, longest_first)) + r")\b", re.IGNORECASE), by_word


def explainer(glossary: Glossary, seen: list[str]) -> Callable[[Token], Token]:
    """Return a function that adds term buttons to an inline token.

    Terms whose id is in `seen` are skipped, and the ids of new terms are added to it.
    """
    pattern, by_word = _index(glossary)

    def explain(token: Token) -> Token:
        if token.type != "inline":
            return token
        children: list[Token] = []
        link_depth = 0
        for child in token.children or []:
            link_depth += (child.type == "link_open") - (child.type == "link_close")
            children += _split(child) if child.type == "text" and not link_depth else [child]
        return token.copy(children=children)

    def _split(child: Token) -> list[Token]:
        pieces: list[Token] = []
        at = 0
        for match in pattern.finditer(child.content):
            term = by_word[match[0].lower()]
            if term.id in seen:
                continue
            seen.append(term.id)
            pieces.append(Token("text", "", 0, content=child.content[at : match.start()]))
            button = f'<button type="button" class="term" popovertarget="term-{term.id}">{escape(match[0])}</button>'
            pieces.append(Token("html_inline", "", 0, content=button))
            at = match.end()
        return [*pieces, Token("text", "", 0, content=child.content[at:])]

    return explain
