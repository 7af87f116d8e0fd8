"""The quality of items in the console: figures of assessments and items, learners' reports, standard setting."""

import csv
import io
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.assessment.attempts import queries as assessments
from course.assessment.attempts import reporting
from course.assessment.attempts.scoring import place_of
from course.assessment.quality import actions, analysis, angoff, judgment, plots, queries
from course.assessment.quality.analysis import Row
from course.assessment.quality.forms import OpenPanelForm, RatingsForm, ReplyForm
from course.assessment.quality.models import Panel
from course.assessment.quality.statistics import ENOUGH
from course.content import form_assembly
from course.content.items.base import Item
from course.content.queries import assessment_of, catalog, title_of
from course.content.schema.assessment import Assessment
from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.queries import page_number
from course.platform.web import NotFound

bp = Blueprint("quality_admin", __name__, url_prefix="/admin")
PAGE = 10  # items on a page of the worksheet


@bp.get("/items/")
@requires(Permission.ITEMS)
def overview() -> ResponseReturnValue:
    return render_template(
        "assessment/quality/overview.html",
        catalog=catalog(),
        attempts=queries.attempts_by_assessment(),
        reports=sum(queries.open_reports_by_item().values()),
        enough=ENOUGH,
    )


@bp.get("/assessments/<assessment_id>")
@requires(Permission.ITEMS)
def assessment(assessment_id: str) -> ResponseReturnValue:
    found = assessment_of(assessment_id)
    counts, rows = _rows(found)
    by = request.args.get("sort", "item")
    by, down = by if by in analysis.SORTS else "item", request.args.get("order") == "down"
    return render_template(
        "assessment/quality/assessment.html",
        assessment=found,
        title=catalog().title_of(found),
        counts=counts,
        rows=analysis.ordered(rows, by, down=down),
        by=by,
        down=down,
        open_items=[item for item in _bank_items(found) if item.id not in counts.every.responses],
        maps=[
            ("First attempts", plots.item_map(rows, first=True)),
            ("All attempts", plots.item_map(rows, first=False)),
        ],
        judgment=judgment,
        enough=ENOUGH,
    )


@bp.get("/assessments/<assessment_id>.csv")
@requires(Permission.ITEMS)
def table(assessment_id: str) -> ResponseReturnValue:
    found = assessment_of(assessment_id)
    _, rows = _rows(found)
    text = io.StringIO()
    csv.writer(text).writerows(analysis.table(analysis.ordered(rows, "item", down=False)))
    name = f'attachment; filename="items-{found.id}.csv"'
    return Response(text.getvalue(), mimetype="text/csv", headers={"Content-Disposition": name})


def _bank_items(found: Assessment) -> list[Item]:
    return [item for bank in found.banks for item in catalog().banks[bank].items]


def _rows(found: Assessment) -> tuple[queries.Counts, list[Row]]:
    counts = queries.counts_of(found.id)
    items = queries.items_by_id(counts.every.responses.keys())
    return counts, analysis.rows(counts.first, counts.every, items, queries.open_reports_by_item())


@bp.get("/items/<item_id>")
@requires(Permission.ITEMS)
def item(item_id: str) -> ResponseReturnValue:
    known = queries.items_by_id([item_id])
    if item_id not in known:
        raise NotFound
    counts, choices = queries.counts_of_item(item_id), queries.choices_of_item(item_id)
    portraits = {
        id_: [
            (name, one, plots.characteristic(one.fifths))
            for name, one in (
                ("First attempts", analysis.portrait(of.first, known[item_id], choices[id_][0])),
                ("All attempts", analysis.portrait(of.every, known[item_id], choices[id_][1])),
            )
        ]
        for id_, of in counts.items()
    }
    return render_template(
        "assessment/quality/item.html",
        item=known[item_id],
        module=catalog().items[item_id][1] if item_id in catalog().items else None,
        place=place_of(*catalog().items[item_id], "shown") if item_id in catalog().items else None,
        portraits=portraits,
        title_of=title_of,
        wordings=queries.wordings_of(item_id),
        reports=queries.reports_of(item_id),
        form=ReplyForm(),
        most=queries.SHOWN,
        judgment=judgment,
        enough=ENOUGH,
    )


@bp.get("/reports/")
@requires(Permission.ITEMS)
def reports() -> ResponseReturnValue:
    return _reports_page(ReplyForm(), None)


@bp.post("/reports/<uuid:code>")
@requires(Permission.ITEMS)
def close_report(code: UUID) -> ResponseReturnValue:
    form = ReplyForm()
    if not form.validate_on_submit():
        return _reports_page(form, code), 422
    closed = reporting.close_report(me(), code, form.reply.data.strip(), now=clock.now())
    flash("The report is answered.", "ok")
    return redirect(url_for(".item", item_id=closed.item_id, _anchor="reports"), 303)


def _reports_page(form: ReplyForm, answered: UUID | None) -> str:
    """`answered` is the report whose answer was sent back."""
    found = assessments.open_reports()
    return render_template(
        "assessment/quality/reports.html",
        reports=found,
        items=queries.items_by_id({report.item_id for report in found}),
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
def open_panel() -> ResponseReturnValue:
    form = _open_form()
    if not form.validate_on_submit():
        return _panels_page(form), 422
    panel = actions.open_panel(me(), assessment_of(form.assessment.data), now=clock.now())
    return redirect(url_for(".panel", code=panel.code), 303)


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
    of = catalog().assessments[found.assessment_id]
    supply = form_assembly.candidates(catalog(), of)
    standard = queries.standard_of(found)
    return render_template(
        "assessment/quality/panel.html",
        panel=found,
        assessment=of,
        title=catalog().title_of(of),
        standard=standard,
        items=[candidate.item for candidate in supply],
        raters=accounts.people_of(list(standard.raters)),
        otherwise=queries.rated_otherwise(found, [candidate.item.digest for candidate in supply]),
        apart=angoff.APART,
    )


@bp.route("/standards/<uuid:code>/worksheet", methods=["GET", "POST"])
@requires(Permission.RATE)
def worksheet(code: UUID) -> ResponseReturnValue:
    found = queries.panel_of(code)
    ids = [
        candidate.item.id
        for candidate in form_assembly.candidates(catalog(), catalog().assessments[found.assessment_id])
    ]
    pages = -(-len(ids) // PAGE)
    page = min(page_number(), pages)
    shown = ids[(page - 1) * PAGE : page * PAGE]
    mine = {one.item_id: one.rating for one in queries.ratings_of(found) if one.rater == me().id}
    form = RatingsForm.of(shown)(round=found.round, **{f"rating-{id_}": mine.get(id_) for id_ in shown})
    if form.validate_on_submit():
        actions.rate(me(), found, form.round.data, form.ratings(), now=clock.now())
        flash("Saved.", "ok")
        next_page = url_for(".worksheet", code=code, page=page + 1) if page < pages else url_for(".panel", code=code)
        return redirect(next_page, 303)
    done = len(mine.keys() & set(ids))
    text = _worksheet_page(found, form, shown, done=done, of=len(ids), page=page, pages=pages)
    return text, 422 if request.method == "POST" else 200


def _worksheet_page(found: Panel, form: RatingsForm, shown: list[str], **more: int) -> str:
    counts = queries.counts_of(found.assessment_id) if found.round == 2 else queries.Counts()
    return render_template(
        "assessment/quality/worksheet.html",
        panel=found,
        title=title_of(found.assessment_id),
        form=form,
        places=[place_of(*catalog().items[id_], "shown") for id_ in shown],
        others=angoff.by_others(queries.ratings_of(found), me().id) if found.round == 2 else {},
        lines={id_: analysis.line(counts.first, catalog().items[id_][0]) for id_ in shown},
        **more,
    )


@bp.post("/standards/<uuid:code>/second-round")
@requires(Permission.ITEMS)
def second_round(code: UUID) -> ResponseReturnValue:
    actions.begin_second_round(me(), queries.panel_of(code), now=clock.now())
    flash("The second round has begun: raters see the others' ratings now, and may change their own.", "ok")
    return redirect(url_for(".panel", code=code), 303)


@bp.post("/standards/<uuid:code>/close")
@requires(Permission.ITEMS)
def close_panel(code: UUID) -> ResponseReturnValue:
    actions.close_panel(me(), queries.panel_of(code), now=clock.now())
    flash("The panel is closed.", "ok")
    return redirect(url_for(".panel", code=code), 303)
