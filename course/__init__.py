"""`create_app` is the only place that wires the wings together."""

import functools
import os
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from flask import Flask
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from werkzeug.local import LocalProxy

from course import assessment, certificates, console, learning, people, platform, reporting, site, states
from course.assessment.attempts import saving, scoring
from course.certificates.credentials import issuer, keys, pdf_signing
from course.certificates.issuing import facts as certificate_facts
from course.certificates.issuing.samples import samples
from course.certificates.issuing.templates import Templates
from course.content.figures import cross_section_svg, needle
from course.content.figures.cross_section import CrossSection, Placement
from course.content.loader.load import load
from course.content.schema.catalog import Catalog
from course.content.schema.hours import Mode
from course.content.schema.knowledge_check import NeedleCheck
from course.content.text import markup
from course.learning.labs import lab_times
from course.people.sign_in import views as sign_in_views
from course.platform import (
    access,
    browser,
    clock,
    copied_addresses,
    db,
    headers,
    jobs,
    logs,
    open_id,
    sent_forms,
    throttle,
    web,
)
from course.platform.config import Config
from course.platform.group_commit import GroupCommit
from course.platform.mail import views as mail_views

WINGS = [wing.WING for wing in (platform, people, states, learning, assessment, certificates, reporting, console)]


def create_app(config: Config | None = None, catalog: Catalog | None = None) -> Flask:
    """Return the app. Raise BadSetting or ContentInvalid if a setting or a content file is wrong."""
    config = config or Config.from_environ(os.environ)
    app = wire_app(config)
    site.install(app, open_site(app, config, catalog or _content(config.modules, config.quizzes)))
    return app


def wire_app(config: Config) -> Flask:
    """Return the app with its routes, hooks and templates. It answers once a Site is installed."""
    app = Flask(__name__)
    app.secret_key = config.secret_key
    app.config["SECRET_KEY_FALLBACKS"] = list(config.secret_keys[1:])
    app.config["WTF_CSRF_SECRET_KEY"] = list(reversed(config.secret_keys))
    db.init_app(app)
    logs.init_app(app, every_request=config.access_log)
    headers.init_app(app, public_url=config.public_url)
    throttle.init_app(app, trusted_proxies=config.trusted_proxies)
    secure = config.public_url.startswith("https:")
    web.init_app(app, secure=secure)
    browser.init_app(app, secure=secure)
    copied_addresses.init_app(app)
    sent_forms.init_app(app)
    for blueprint in chain.from_iterable(wing.blueprints for wing in WINGS):
        app.register_blueprint(blueprint)
    access.init_app(app, sign_in_views.signed_in)
    app.before_request(sent_forms.claim_with_work)
    _init_templates(app)
    return app


def open_site(app: Flask, config: Config, content: Catalog) -> site.Site:
    """Return what the app needs to answer requests: content, keys, and database engines."""
    return site.Site(
        config=config,
        catalog=content,
        issuer=issuer.issuer(config.public_url, keys.ensure(config.data)),
        signer=_signer(config, content),
        templates=Templates(config.data, samples(content.provider, config.base_url)),
        engines=db.new_engines(config.database),
        queue=_queue(),
        saves=GroupCommit(app, saving.write),
        throttle=throttle.new_throttle(config.data, config.queue_url),
        identity_provider=open_id.provider(config.oidc),
    )


def _signer(config: Config, content: Catalog) -> pdf_signing.DocumentSigner:
    return pdf_signing.ensure(
        config.data, content.provider.name, clock.now(), p12=config.pdf_p12, password=config.pdf_p12_password
    )


def _queue() -> jobs.Queue:
    return jobs.Queue(
        handlers=_merged(wing.jobs for wing in WINGS),
        hourly=_merged(wing.hourly for wing in WINGS),
        steps=[step for wing in WINGS for step in wing.steps],
    )


def _merged(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return dict(chain.from_iterable(part.items() for part in parts))


@functools.cache
def _content(modules: Path, quizzes: Path) -> Catalog:
    """Return the content. The server's children inherit it, so they all have the same and none reads it again."""
    return load(modules, quizzes)


def _init_templates(app: Flask) -> None:
    app.jinja_env.globals.update(
        provider=LocalProxy(lambda: site.site().catalog.provider),
        local_mailbox=mail_views.local_mailbox,
        identity_provider=LocalProxy(lambda: site.site().identity_provider),
        section_svg=_section_svg,
        judged=needle.judge,
        placement_of=_placement_of,
        hours=certificate_facts.hours,
        contact_hours=certificate_facts.contact_hours,
        csrf=_hidden_fields,
    )
    app.add_template_filter(_markdown, "md")
    app.add_template_filter(scoring.in_words, "points")
    app.add_template_filter(lambda mode: Mode(mode).words, "mode")
    app.add_template_filter(lambda code: site.site().catalog.licensing_places[code].name, "place")
    app.add_template_filter(_muscle, "muscle")
    app.add_template_filter(lab_times.clock_in_words, "clock")


def _hidden_fields() -> Markup:
    """Return the fields of each form that prove where it came from and let it be recognized if it is sent twice."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf()) + sent_forms.new_id()


def _muscle(id_: str) -> str:
    """Return the muscle's name. One that has left the list since it was logged keeps its id."""
    muscle = site.site().catalog.muscles.get(id_)
    return muscle.name if muscle else id_


def _section_svg(section: CrossSection, placement: Placement, *, handles: bool = False) -> Markup:
    return Markup(cross_section_svg.svg(section, placement, handles=handles))  # noqa: S704 - the drawing escapes its words


def _placement_of(check: NeedleCheck, saved: dict[str, float] | None) -> Placement:
    """Return the saved placement, or before the first answer a shallow needle in the middle."""
    return Placement(**saved) if saved else Placement(entry=check.section.width / 2, angle=0, depth=5)


def _markdown(text: str, order: Iterable[str] = (), anchor: str = "ref") -> Markup:
    return Markup(markup.line(text, tuple(order), anchor))  # noqa: S704 - the renderer lets no HTML through
