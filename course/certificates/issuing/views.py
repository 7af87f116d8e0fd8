"""The course page, the request for its certificate, the downloads, and the documents that verifiers read."""

import functools
import json
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.certificates.approvals import queries as approvals
from course.certificates.completion import queries as completion
from course.certificates.completion.next_step import step_for
from course.certificates.credentials import status_list
from course.certificates.credentials.issuer import Issuer
from course.certificates.issuing import badge, picture, plan_queries, queries, renewing, requesting, status_queries
from course.certificates.issuing.course_status import status_of
from course.certificates.issuing.facts import Facts
from course.certificates.issuing.forms import RequestForm
from course.certificates.issuing.request_queries import NotComplete
from course.content.queries import catalog, course_of
from course.content.schema.course import Course
from course.content.schema.territory import Territory
from course.learning.study import contact_time
from course.learning.study import queries as study
from course.people.accounts import queries as accounts
from course.people.accounts.models import License
from course.platform import clock
from course.platform.access import Permission, may, me, public, requires
from course.platform.dates import date_in, long_date
from course.platform.forms import form_page
from course.platform.sent_forms import once
from course.platform.web import ANY_ORIGIN, NotFound
from course.site import site

bp = Blueprint("issuing", __name__)
PROFESSIONS = {"PT": "Physical therapist", "PTA": "Physical therapist assistant"}


@bp.get("/courses/<course_id>")
@requires(Permission.STUDY)
def course(course_id: str) -> ResponseReturnValue:
    found, now = course_of(course_id), clock.now()
    cycle = study.period_of(me().id, found.id)
    awards = {one.cycle: one for one in queries.all_awards_of(me().id) if one.course_id == found.id}
    newest, certificate = queries.requests_of(me().id).get(found.id), awards.pop(cycle.number, None)
    asked = newest if newest and newest.cycle == cycle.number else None
    progress = completion.progress_of(me(), found)
    return render_template(
        "certificates/issuing/course.html",
        course=found,
        catalog=catalog(),
        cycle=cycle,
        standing=progress,
        status=status_of(found, progress, asked, certificate, provider=catalog().provider, now=now),
        certificate=certificate,
        renewal_opens=queries.renewal_opens(certificate, now) if certificate else None,
        earlier=list(reversed(awards.values())),
        now=now,
        step_for=step_for,
        state_hours_of=_state_hours,
        approvals_of=functools.partial(_approvals, found),
    )


def _state_hours(licenses: list[License], minutes: int) -> str:
    """Return the minutes as hours of each state where the person is licensed.

    An hour has 60 minutes unless a source for the state says otherwise. Nothing is counted for a territory.
    """
    hours = []
    for code in dict.fromkeys(license_.jurisdiction for license_ in licenses):
        state = catalog().licensing_places[code]
        if isinstance(state, Territory):
            hours.append(f"{state.name}: nothing on file")
            continue
        length = state.hour_minutes or 60
        hours.append(f"{state.name} {float(contact_time.hours(minutes, length)):g} (of {length} minutes)")
    return "; ".join(hours)


def _approvals(course: Course, licenses: list[License]) -> str:
    """Return today's approvals of the course, as it is now, in the states where the person is licensed."""
    offered, texts = approvals.offering(catalog(), course), []
    for code in dict.fromkeys(license_.jurisdiction for license_ in licenses):
        today = date_in(catalog().licensing_places[code].time_zone, clock.now())
        for _, approval in approvals.covering(course.id, offered, [code], today):
            last_day = long_date(approval.last_day)
            texts.append(f"{code} {approval.number} ({approval.approver}, through {last_day})")
    return "; ".join(texts)


@bp.route("/courses/<course_id>/certificate", methods=["GET", "POST"])
@requires(Permission.CERTIFICATE_OWN)
@once
def request_certificate(course_id: str) -> ResponseReturnValue:
    found, user = course_of(course_id), me()
    standing = completion.progress_of(user, found)
    if not standing.complete:
        raise NotComplete(standing.missing)
    licenses = {str(one.code): _license_text(one) for one in user.licenses}
    faults = {str(one.code): requesting.license_fault(one, clock.now()) or "" for one in user.licenses}
    form = RequestForm(user.legal_name, licenses, faults)
    if not form.validate_on_submit():
        return form_page(
            "certificates/issuing/request.html",
            course=found,
            form=form,
            catalog=catalog(),
            name_refusal=plan_queries.name_refusal(user.legal_name),
        )
    requesting.request_certificate(
        user,
        found,
        accounts.own_license(user, UUID(form.license.data)),
        attested_name=user.legal_name,
        print_license=form.print_license.data,
        now=clock.now(),
    )
    flash("Signed. We will email you when your request is decided.", "ok")
    return redirect(url_for(".course", course_id=found.id), 303)


def _license_text(license_: License) -> str:
    """Return the license as the certificate names it, with its expiration date."""
    place = catalog().licensing_places[license_.jurisdiction]
    text = f"{PROFESSIONS[license_.profession]}, {place.name}, {license_.number}"
    return f"{text}, expires {long_date(license_.expires_on)}" if license_.expires_on else text


@bp.route("/courses/<course_id>/renewal", methods=["GET", "POST"])
@requires(Permission.CERTIFICATE_OWN)
@once
def renewal(course_id: str) -> ResponseReturnValue:
    """Ask before the person takes a course again, and open the new cycle."""
    found, now = course_of(course_id), clock.now()
    if request.method == "POST":
        renewing.renew(me(), found, request.form.get("cycle", 0, type=int), now=now)
        flash("You can take the course again now. Your earlier work stays on record.", "ok")
        return redirect(url_for(".course", course_id=found.id), 303)
    cycle = study.period_of(me().id, found.id)
    certificate = queries.find_award(me().id, found.id, cycle.number)
    if certificate is None:
        raise renewing.NotRenewable
    if opens_on := queries.renewal_opens(certificate, now):
        raise renewing.RenewalNotYet(opens_on)
    return render_template(
        "certificates/issuing/renewal.html",
        course=found,
        certificate=certificate,
        standing=certificate.standing_at(now),
        number=cycle.number + 1,
    )


@bp.get("/certificates/")
@requires(Permission.CERTIFICATE_OWN)
def certificates() -> ResponseReturnValue:
    awards, now = reversed(queries.all_awards_of(me().id)), clock.now()
    statuses = [
        (catalog().courses[id_], status) for id_, (_, status) in status_queries.progress_and_statuses(me(), now).items()
    ]
    return render_template(
        "certificates/issuing/certificates.html",
        coming=[(course, status) for course, status in statuses if status.stage.before_certificate],
        certificates=[(one, Facts.from_json(one.facts)) for one in awards],
        now=now,
    )


@bp.get("/certificates/<code>.pdf")
@requires(Permission.CERTIFICATE_OWN)
def document(code: str) -> ResponseReturnValue:
    code, document = queries.document_of(me(), code, any_owner=may(Permission.CERTIFICATE_DECIDE))
    headers = {"Content-Disposition": f'inline; filename="certificate-{code}.pdf"'}
    return Response(document, mimetype="application/pdf", headers=headers)


@bp.get("/certificates/<code>.json")
@requires(Permission.CERTIFICATE_OWN)
def credential(code: str) -> ResponseReturnValue:
    """Return the Open Badge, unless the certificate was revoked or superseded."""
    code, credential = queries.credential_of(me(), code, any_owner=may(Permission.CERTIFICATE_DECIDE))
    headers = {"Content-Disposition": f'attachment; filename="certificate-{code}.json"'}
    return Response(credential, mimetype=_badge_type(), headers=headers)


@bp.get("/certificates/<code>.png")
@requires(Permission.CERTIFICATE_OWN)
def badge_png(code: str) -> ResponseReturnValue:
    """Return a picture with the Open Badge in it, unless the certificate was revoked or superseded."""
    certificate = queries.badge_of(me(), code, any_owner=may(Permission.CERTIFICATE_DECIDE))
    baked = picture.baked_png(Facts.from_json(certificate.facts), certificate.credential or "")
    headers = {"Content-Disposition": f'attachment; filename="certificate-{certificate.code}.png"'}
    return Response(baked, mimetype="image/png", headers=headers)


@bp.get("/certificates/<code>.svg")
@requires(Permission.CERTIFICATE_OWN)
def badge_svg(code: str) -> ResponseReturnValue:
    certificate = queries.badge_of(me(), code, any_owner=may(Permission.CERTIFICATE_DECIDE))
    baked = picture.baked_svg(Facts.from_json(certificate.facts), certificate.credential or "")
    headers = {"Content-Disposition": f'attachment; filename="certificate-{certificate.code}.svg"'}
    return Response(baked, mimetype="image/svg+xml", headers=headers)


def _badge_type() -> str:
    return request.accept_mimetypes.best_match(badge.MEDIA_TYPES) or badge.MEDIA_TYPES[0]


@bp.get("/.well-known/did.json")
@public
def did() -> ResponseReturnValue:
    """Return the DID document with the site's keys, for wallets and verifiers. A did:key needs no document."""
    if not site().issuer.did.startswith("did:web:"):
        raise NotFound
    return Response(json.dumps(site().issuer.document, indent=1), mimetype="application/did+json", headers=ANY_ORIGIN)


@bp.get("/status/<int:number>")
@public
def status(number: int) -> ResponseReturnValue:
    """Return a signed status list. There are as many lists as the certificates need."""
    first = (number - 1) * status_list.SIZE
    if number < 1 or first > queries.highest_status_index():
        raise NotFound
    ended = tuple(queries.ended_status_indexes(first, first + status_list.SIZE))
    signed = _signed_list(site().issuer, site().base_url, number, ended)
    return Response(signed, mimetype="application/vc+ld+json", headers=ANY_ORIGIN)


@functools.lru_cache(16)
def _signed_list(issuer: Issuer, base_url: str, number: int, ended: tuple[int, ...]) -> str:
    """Return the signed list; it is signed again only when a bit changes."""
    now = clock.now()
    unsigned = status_list.credential(base_url, number, ended, issuer=issuer.did, issued=now)
    return json.dumps(issuer.sign(unsigned, now), indent=1)
