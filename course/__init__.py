"""create_app is the one place that wires the rooms together."""

import functools
import os
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from flask import Flask
from flask_login import LoginManager
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from course.assessment.attempts import actions as assessment
from course.assessment.attempts import admin as assessment_admin
from course.assessment.attempts import scoring
from course.assessment.attempts import views as assessment_views
from course.assessment.practice import actions as practice
from course.assessment.practice import views as practice_views
from course.assessment.quality import admin as quality_admin
from course.certificates.approvals import admin as approvals_admin
from course.certificates.backdating import admin as backdating_admin
from course.certificates.bulk import actions as bulk
from course.certificates.bulk import admin as bulk_admin
from course.certificates.completion import views as completion_views
from course.certificates.corrections import admin as corrections_admin
from course.certificates.corrections import views as corrections_views
from course.certificates.credentials import issuer, keys, pdf_signing
from course.certificates.issuing import actions as certificates
from course.certificates.issuing import admin as certificates_admin
from course.certificates.issuing import facts as certificate_facts
from course.certificates.issuing import views as certificates_views
from course.certificates.issuing.samples import samples
from course.certificates.issuing.templates import Templates
from course.certificates.rescoring import admin as rescoring_admin
from course.certificates.sharing import views as sharing_views
from course.certificates.verification import views as verification_views
from course.console.front import views as front_views
from course.console.overview import views as overview_views
from course.console.people import views as people_views
from course.content.figures import cross_section_svg, needle
from course.content.figures.cross_section import CrossSection, Placement
from course.content.loader.load import load
from course.content.schema.content import Catalog, Mode, NeedleCheck
from course.content.text import markup
from course.learning.review import admin as review_admin
from course.learning.search import index
from course.learning.search import views as search_views
from course.learning.study import admin as study_admin
from course.learning.study import views as study_views
from course.people.accounts import queries as accounts
from course.people.accounts import views as accounts_views
from course.platform import access, clock, db, health, jobs, throttle, web
from course.platform.config import Config
from course.platform.group_commit import GroupCommit
from course.platform.mail import message
from course.platform.mail import views as mail_views
from course.reporting.boards import admin as boards_admin
from course.reporting.records import actions as records
from course.reporting.records import admin as records_admin
from course.reporting.records.packet import Place
from course.reporting.retention import actions as retention
from course.reporting.retention import retention_period
from course.reporting.retention import views as retention_views
from course.reporting.transcripts import actions as transcripts
from course.reporting.transcripts import admin as transcripts_admin
from course.reporting.transcripts import views as transcripts_views
from course.states.entries import admin as states_admin
from course.states.entries import views as states_views

BLUEPRINTS = (
    health.bp,
    mail_views.bp,
    front_views.bp,
    accounts_views.bp,
    study_views.bp,
    states_views.bp,
    search_views.bp,
    study_admin.bp,
    states_admin.bp,
    review_admin.bp,
    approvals_admin.bp,
    transcripts_views.bp,
    transcripts_admin.bp,
    assessment_views.bp,
    assessment_admin.bp,
    practice_views.bp,
    completion_views.bp,
    certificates_views.bp,
    certificates_admin.bp,
    sharing_views.bp,
    sharing_views.shared_bp,
    corrections_views.bp,
    corrections_admin.bp,
    backdating_admin.bp,
    verification_views.bp,
    retention_views.bp,
    bulk_admin.bp,
    boards_admin.bp,
    quality_admin.bp,
    rescoring_admin.bp,
    records_admin.bp,
    overview_views.bp,
    people_views.bp,
)


def create_app(config: Config | None = None, catalog: Catalog | None = None) -> Flask:
    """The app. Raises BadSetting or ContentInvalid rather than starting on a setting or content that is wrong."""
    config = config or Config.from_environ(os.environ)
    app = Flask(__name__)
    app.secret_key = config.secret_key
    app.extensions["base_url"] = config.base_url
    app.extensions["modules"] = config.modules
    app.extensions["quizzes"] = config.quizzes
    app.extensions["board-upload-key"] = config.board_upload_key
    app.extensions["catalog"] = catalog or _content(config.modules, config.quizzes)
    mails = config.data / "mail"
    app.extensions["mailbox"] = None if config.public_url or config.smtp_url else mails
    deliver = message.handler(smtp_url=config.smtp_url, mail_from=config.mail_from, folder=mails)

    app.extensions["issuer"] = issuer.issuer(config.public_url, keys.ensure(config.data))
    app.extensions["document-signer"] = pdf_signing.ensure(
        config.data,
        app.extensions["catalog"].provider.name,
        clock.now(),
        p12=config.pdf_p12,
        password=config.pdf_p12_password,
    )
    shown = samples(app.extensions["catalog"].provider, config.base_url)
    app.extensions["templates"] = Templates(config.data, shown)
    db.init_app(app, config.database)
    packets = _packets(app, config)
    handlers = {
        "mail": deliver,
        "reindex": index.handler,
        "attempt-due": assessment.expire_due,
        "packet": packets.make,
    }
    hourly = {
        "review-mails": practice.remind_all,
        "license-mails": transcripts.remind_all,
        "closed-accounts": retention.erase_all,
        "certificates-at-once": certificates.issue_waiting,
        "ends-of-certificates": certificates.tell_of_ends,
        "old-packets": packets.remove_old,
    }
    steps = (bulk.step, records.step)
    jobs.init_app(app, data=config.data, queue_url=config.queue_url, handlers=handlers, hourly=hourly, steps=steps)
    app.extensions["saves"] = GroupCommit(app, lambda saves: assessment.save_all(saves, now=clock.now()))
    throttle.init_app(app, data=config.data, queue_url=config.queue_url, trusted_proxies=config.trusted_proxies)
    web.init_app(app, secure=config.public_url.startswith("https:"))
    _init_sign_in(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    access.init_app(app)
    _init_templates(app)
    return app


def _packets(app: Flask, config: Config) -> records.Maker:
    place = Place(config.modules, config.quizzes, retention_period.KEPT_YEARS)
    app.extensions["packets"] = maker = records.Maker(config.data / "packets", place, clock.now)
    return maker


@functools.cache
def _content(modules: Path, quizzes: Path) -> Catalog:
    """Read once a process tree: the server's children find it in their parent's memory, all of them the same."""
    return load(modules, quizzes)


def _init_sign_in(app: Flask) -> None:
    manager = LoginManager(app)
    manager.user_loader(accounts.user_of_session)
    manager.session_protection = None  # phones change networks between two sections


def _init_templates(app: Flask) -> None:
    content = cast(Catalog, app.extensions["catalog"])
    app.jinja_env.globals.update(
        provider=content.provider,
        local_mailbox=mail_views.local_mailbox,
        section_svg=_section_svg,
        judged=needle.judge,
        placement_of=_placement_of,
        hours=certificate_facts.hours,
        contact_hours=certificate_facts.contact_hours,
        csrf=lambda: Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf()),
    )
    app.add_template_filter(_markdown, "md")
    app.add_template_filter(scoring.in_words, "points")
    app.add_template_filter(lambda mode: Mode(mode).words, "mode")


def _section_svg(section: CrossSection, placement: Placement, *, handles: bool = False) -> Markup:
    return Markup(cross_section_svg.svg(section, placement, handles=handles))  # noqa: S704 - the drawing escapes its words


def _placement_of(check: NeedleCheck, saved: dict[str, float] | None) -> Placement:
    """The placement that was answered; before that, a needle that is only just in, at the middle."""
    return Placement(**saved) if saved else Placement(entry=check.section.width / 2, angle=0, depth=5)


def _markdown(text: str, order: Iterable[str] = (), anchor: str = "ref") -> Markup:
    return Markup(markup.line(text, tuple(order), anchor))  # noqa: S704 - the renderer lets no HTML through
