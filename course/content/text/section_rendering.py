"""Render a parsed section as safe HTML and knowledge checks."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from markdown_it.token import Token

from course.content.figures import cross_section_svg, flowchart, svg_file
from course.content.figures.cross_section import CrossSection
from course.content.schema.knowledge_check import KnowledgeCheck, NeedleCheck
from course.content.text.markup import parser
from course.content.text.section_parsing import DataFigure, Parsed

Explain = Callable[[Token], Token]
FigureFaultHandler = Callable[[str, svg_file.FigureFault], None]


def render(
    parsed: Parsed,
    numbers: Callable[[str], int | None],
    explain: Explain,
    figure_fault: FigureFaultHandler,
) -> list[str | KnowledgeCheck | NeedleCheck]:
    """Return HTML and knowledge checks in the order of the text.

    `numbers` returns a reference's number in the module. `figure_fault` is called with the name of each figure file
    that can't be shown.
    """
    env = {"number": numbers}
    parts: list[str | KnowledgeCheck | NeedleCheck] = []
    run: list[Token] = []
    for index, token in enumerate(parsed.tokens):
        if (block := _block(parsed, index, env, figure_fault)) is not None:
            parts += [*_html(run, env), block]
            run = []
        elif not {index - 1, index - 2} & parsed.svg_figures.keys():  # the other tokens of a figure's paragraph
            heading = run and run[-1].type == "heading_open"
            run.append(token if heading else explain(token))
    return _joined([*parts, *_html(run, env)])


def _block(
    parsed: Parsed, index: int, env: dict[str, Any], figure_fault: FigureFaultHandler
) -> str | KnowledgeCheck | NeedleCheck | None:
    """Return the check, figure or clip that begins at this token, or None for running text."""
    if index in parsed.checks:
        return parsed.checks[index]
    if index in parsed.svg_figures:
        return _render_svg_figure(*parsed.svg_figures[index], env, figure_fault)
    if index in parsed.data_figures:
        return _render_data_figure(parsed.data_figures[index], env)
    return parsed.media[index].html if index in parsed.media else None


def _render_data_figure(figure: DataFigure, env: dict[str, Any]) -> str:
    svg = cross_section_svg.svg(figure) if isinstance(figure, CrossSection) else flowchart.svg(figure)
    caption = str(parser().renderInline(figure.caption, env))
    return f'<figure class="figure">{svg}<figcaption>{caption}</figcaption></figure>\n'


def _render_svg_figure(
    src: str,
    svg: str,
    alt: str,
    caption: str,
    env: dict[str, Any],
    figure_fault: FigureFaultHandler,
) -> str:
    try:
        return svg_file.inline(svg, alt, str(parser().renderInline(caption, env)))
    except svg_file.FigureFault as error:
        figure_fault(src, error)
        return ""


def _html(run: list[Token], env: dict[str, Any]) -> Iterator[str]:
    if run:
        html = str(parser().renderer.render(run, parser().options, env))
        table = '<div class="table-scroll" tabindex="0" role="group" aria-label="Table"><table class="table">'
        yield html.replace("<table>", table).replace("</table>", "</table></div>")


def _joined(parts: Sequence[str | KnowledgeCheck | NeedleCheck]) -> list[str | KnowledgeCheck | NeedleCheck]:
    """Return the parts with adjacent pieces of HTML joined."""
    joined: list[str | KnowledgeCheck | NeedleCheck] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return joined
