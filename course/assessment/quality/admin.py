"""Item quality in the console: statistics of assessments and items, learners' reports, and standard setting."""

import csv
import io
import math
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.assessment.attempts import queries as assessments
from course.assessment.attempts import reporting
from course.assessment.attempts.scoring import place_of
from course.assessment.quality import actions, analysis, angoff, judgment, plots, queries
from course.assessment.quality.analysis import ItemDetail, ItemRow
from course.assessment.quality.forms import OpenPanelForm, RatingsForm, ReplyForm
from course.assessment.quality.models import Panel
from course.assessment.quality.statistics import MIN_RESPONSES, ChoiceCount
from course.content import form_assembly
from course.content.items.base import Item
from course.content.queries import assessment_of, catalog, title_of
from course.content.schema.assessment import Assessment
from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.downloads import download
from course.platform.forms import form_page, go_to
from course.platform.queries import Page, found_or_404, page_from, page_number
from course.platform.sent_forms import once

bp = Blueprint("quality_admin", __name__, url_prefix="/admin")
PAGE_SIZE = 10  # items of a worksheet


@bp.get("/items/")
@requires(Permission.ITEMS)
def overview() -> ResponseReturnValue:
    return render_template(
        "assessment/quality/overview.html",
        catalog=catalog(),
        attempts=queries.attempts_by_assessment(),
        reports=sum(queries.open_reports_by_item().values()),
        min_responses=MIN_RESPONSES,
    )


@bp.get("/assessments/<assessment_id>")
@requires(Permission.ITEMS)
def assessment(assessment_id: str) -> ResponseReturnValue:
    rules = assessment_of(assessment_id)
    counts, rows = _rows(rules)
    by = request.args.get("sort", "item")
    by, down = by if by in analysis.SORTS else "item", request.args.get("order") == "down"
    return render_template(
        "assessment/quality/assessment.html",
        assessment=rules,
        title=catalog().title_of(rules),
        counts=counts,
        rows=analysis.ordered(rows, by, down=down),
        by=by,
        down=down,
        unanswered=[item for item in _bank_items(rules) if item.id not in counts.every.responses],
        maps=[
            ("First attempts", plots.item_map(rows, first=True)),
            ("All attempts", plots.item_map(rows, first=False)),
        ],
        judgment=judgment,
        min_responses=MIN_RESPONSES,
    )


@bp.get("/assessments/<assessment_id>.csv")
@requires(Permission.ITEMS, fresh=True)
def table(assessment_id: str) -> ResponseReturnValue:
    rules = assessment_of(assessment_id)
    _, rows = _rows(rules)
    text = io.StringIO()
    csv.writer(text).writerows(analysis.table(analysis.ordered(rows, "item", down=False)))
    return download(text.getvalue().encode(), "text/csv", f"items-{rules.id}.csv")


def _bank_items(rules: Assessment) -> list[Item]:
    return [item for bank in rules.banks for item in catalog().banks[bank].items]


def _rows(rules: Assessment) -> tuple[queries.AssessmentCounts, list[ItemRow]]:
    counts = queries.counts_of(rules.id)
    items = queries.items_by_id(counts.every.responses.keys())
    return counts, analysis.rows(counts.first, counts.every, items, queries.open_reports_by_item())


@bp.get("/items/<item_id>")
@requires(Permission.ITEMS)
def item(item_id: str) -> ResponseReturnValue:
    found = found_or_404(queries.items_by_id([item_id]).get(item_id))
    counts, choices = queries.counts_of_item(item_id), queries.choices_of_item(item_id)
    in_bank = catalog().items.get(item_id)
    return render_template(
        "assessment/quality/item.html",
        item=found,
        module=in_bank[1] if in_bank else None,
        place=place_of(*in_bank, "shown") if in_bank else None,
        details={id_: _details(found, of, choices[id_]) for id_, of in counts.items()},
        title_of=title_of,
        wordings=queries.wordings_of(item_id),
        reports=queries.reports_of(item_id),
        max_shown=queries.MAX_SHOWN,
        judgment=judgment,
        min_responses=MIN_RESPONSES,
    )


def _details(
    found: Item, counts: queries.AssessmentCounts, choices: tuple[list[ChoiceCount], list[ChoiceCount]]
) -> list[tuple[str, ItemDetail, tuple[list[plots.Bar], list[plots.Tick]]]]:
    """Return the heading, the detail and the plot of first attempts and of all."""
    first = analysis.detail_of(counts.first, found, choices[0])
    every = analysis.detail_of(counts.every, found, choices[1])
    return [
        ("First attempts", first, plots.characteristic(first.fifths)),
        ("All attempts", every, plots.characteristic(every.fifths)),
    ]


@bp.get("/reports/")
@requires(Permission.ITEMS)
def reports() -> ResponseReturnValue:
    return _reports_page(ReplyForm(), None)


@bp.post("/reports/<uuid:code>")
@requires(Permission.ITEMS)
@once
def close_report(code: UUID) -> ResponseReturnValue:
    form = ReplyForm()
    if not form.validate_on_submit():
        return _reports_page(form, code), 422
    closed = reporting.close_report(me(), code, form.reply.data.strip(), now=clock.now())
    flash("The answer was sent and the report is closed.", "ok")
    return go_to(url_for(".item", item_id=closed.item_id, _anchor="reports"))


def _reports_page(form: ReplyForm, answered: UUID | None) -> str:
    """Return the page of open reports. `answered` is the report whose answer was refused."""
    reports = assessments.open_reports()
    return render_template(
        "assessment/quality/reports.html",
        reports=reports,
        items=queries.items_by_id({report.item_id for report in reports}),
        form=form,
        empty_form=ReplyForm(formdata=None),
        answered=answered,
    )


@bp.get("/standards/")
@requires(Permission.ITEMS)
def panels() -> ResponseReturnValue:
    return _panels_page(_open_form())


@bp.post("/standards/")
@requires(Permission.ITEMS)
@once
def open_panel() -> ResponseReturnValue:
    form = _open_form()
    if not form.validate_on_submit():
        return _panels_page(form), 422
    panel = actions.open_panel(me(), assessment_of(form.assessment.data), now=clock.now())
    return go_to(url_for(".panel", code=panel.code))


def _open_form() -> OpenPanelForm:
    form = OpenPanelForm()
    form.assessment.choices = [(one.id, catalog().title_of(one)) for one in catalog().assessments.values()]
    return form


def _panels_page(form: OpenPanelForm) -> str:
    return render_template("assessment/quality/panels.html", panels=queries.panels(), catalog=catalog(), form=form)


@bp.get("/standards/<uuid:code>")
@requires(Permission.ITEMS)
def panel(code: UUID) -> ResponseReturnValue:
    found = queries.panel_of(code)
    rules = catalog().assessments[found.assessment_id]
    supply = form_assembly.candidates(catalog(), rules)
    standard = queries.standard_of(found)
    return render_template(
        "assessment/quality/panel.html",
        panel=found,
        assessment=rules,
        title=catalog().title_of(rules),
        standard=standard,
        items=[candidate.item for candidate in supply],
        raters=accounts.people_of(list(standard.raters)),
        outdated=queries.count_outdated_ratings(found, [candidate.item.digest for candidate in supply]),
        max_distance=angoff.MAX_DISTANCE,
    )


@bp.route("/standards/<uuid:code>/worksheet", methods=["GET", "POST"])
@requires(Permission.RATE)
def worksheet(code: UUID) -> ResponseReturnValue:
    found = queries.panel_of(code)
    rules = catalog().assessments[found.assessment_id]
    ids = [candidate.item.id for candidate in form_assembly.candidates(catalog(), rules)]
    page = page_from(ids, number=min(page_number(), math.ceil(len(ids) / PAGE_SIZE)), size=PAGE_SIZE)
    own = {one.item_id: one.rating for one in queries.ratings_of(found) if one.rater == me().id}
    form = RatingsForm.of(page.rows)(round=found.round, **{f"rating-{id_}": own.get(id_) for id_ in page.rows})
    if form.validate_on_submit():
        actions.rate(me(), found, form.round.data, form.ratings(), now=clock.now())
        flash("Ratings saved.", "ok")
        if page.number < page.count:
            return go_to(url_for(".worksheet", code=code, page=page.number + 1))
        return go_to(url_for(".panel", code=code))
    return _worksheet_page(found, form, page, rated=len(own.keys() & set(ids)))


def _worksheet_page(found: Panel, form: RatingsForm, page: Page[str], *, rated: int) -> ResponseReturnValue:
    second = found.round == 2
    counts = queries.counts_of(found.assessment_id) if second else queries.AssessmentCounts()
    return form_page(
        "assessment/quality/worksheet.html",
        panel=found,
        title=title_of(found.assessment_id),
        form=form,
        page=page,
        rated=rated,
        places=[place_of(*catalog().items[id_], "shown") for id_ in page.rows],
        others=angoff.by_others(queries.ratings_of(found), me().id) if second else {},
        difficulties={id_: analysis.statistics_of(counts.first, catalog().items[id_][0]).p for id_ in page.rows},
    )


@bp.post("/standards/<uuid:code>/second-round")
@requires(Permission.ITEMS)
@once
def second_round(code: UUID) -> ResponseReturnValue:
    actions.begin_second_round(me(), queries.panel_of(code), now=clock.now())
    flash("The second round has begun. Reviewers now see each other's ratings and can change their own.", "ok")
    return go_to(url_for(".panel", code=code))


@bp.post("/standards/<uuid:code>/close")
@requires(Permission.ITEMS)
@once
def close_panel(code: UUID) -> ResponseReturnValue:
    actions.close_panel(me(), queries.panel_of(code), now=clock.now())
    flash("The panel is closed.", "ok")
    return go_to(url_for(".panel", code=code))
