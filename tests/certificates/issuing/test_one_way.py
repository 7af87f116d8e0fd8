"""Issue, reissue, name correction, rescored reissue and backdating make a certificate in the same three steps."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.certificates.backdating import actions as backdating
from course.certificates.backdating.models import Backdating
from course.certificates.corrections import actions as corrections
from course.certificates.corrections.models import NameCorrection
from course.certificates.issuing import issuing, queries
from course.certificates.issuing.models import Certificate, Correction, Request
from course.certificates.rescoring import actions as rescoring
from course.certificates.rescoring.models import CertificateQuestion, Rescoring
from course.people.accounts.models import User
from course.platform import db
from course.platform.audit.models import AuditEvent
from course.platform.db import UnitOfWorkOpen, unit_of_work
from course.platform.decisions import DecidedAlready
from course.platform.jobs import Job
from course.site import site_of
from tests import factories
from tests.factories import COURSE, NOON

LATER = NOON + timedelta(days=30)
WAYS = ("issue", "reissue", "name correction", "rescored reissue", "backdating")


class Ways:
    """One person and one prepared certificate, to be made in one of the five ways."""

    def __init__(self, app, way):
        self.app, self.way = app, way
        self.ada, self.bea = (factories.person(app, name, role="admin") for name in ("Ada Admin", "Bea Board"))
        self.lena = factories.person(app, "Lena Learner")
        if way in ("issue", "backdating"):
            self.request = factories.request(app, self.lena)
        else:
            self.certificate = factories.issue(app, self.lena, self.ada)
        self.asked = {
            "name correction": self._name_correction,
            "rescored reissue": self._question,
            "backdating": self._backdating,
        }.get(way, int)()

    def _name_correction(self):
        return factories.request_name_correction(self.app, self.lena, self.certificate, "Lena Lernér").id

    @unit_of_work
    def _add_question(self):
        decided = {"item_id": "x", "decision": "drop", "shown": "x", "take_passes": True, "reason": "x", "by": "x"}
        rescored = Rescoring(at=NOON, **decided)
        db.session.add(rescored)
        db.session.flush()
        question = CertificateQuestion(
            rescoring_id=rescored.id, certificate_code=self.certificate.code, user_id=self.certificate.user_id
        )
        db.session.add(question)
        db.session.flush()
        return question.id

    def _question(self):
        with self.app.app_context():
            return self._add_question()

    def _backdating(self):
        with self.app.app_context():
            day = NOON.date() + timedelta(days=1)
            return backdating.ask(self.request, day, "Closed.", actor=self.ada, now=LATER).id

    def make(self):
        """Make the certificate; return its code."""
        with self.app.app_context():
            return self.make_here().code

    def make_here(self):
        match self.way:
            case "issue":
                return issuing.issue(self._row(Request, self.request.id), actor=self.ada, now=LATER)
            case "reissue":
                old = self._row(Certificate, self.certificate.id)
                return issuing.supersede(old, Correction.DOCUMENT, "A typo.", actor=self.ada, now=LATER)
            case "name correction":
                asked = self._row(NameCorrection, self.asked)
                return corrections.accept(asked, rename=True, actor=self.ada, now=LATER)
            case "rescored reissue":
                return rescoring.reissue(self._row(CertificateQuestion, self.asked), "x", actor=self.ada, now=LATER)
            case _:
                return backdating.confirm(self._row(Backdating, self.asked), actor=self.bea, now=LATER)

    def _row(self, model, id_):
        return db.session.get_one(model, id_)

    def on_record(self):
        """Return the decisions and the number of records, to compare two moments."""
        with self.app.app_context():
            certificates = len(db.session.scalars(select(Certificate.id)).all())
            states = [
                *db.session.scalars(select(Request.state).order_by(Request.id)),
                *db.session.scalars(select(NameCorrection.state)),
                *db.session.scalars(select(Backdating.state)),
                *db.session.scalars(select(CertificateQuestion.decision)),
            ]
            logged = len(db.session.scalars(select(AuditEvent.id)).all())
            mails = len(db.session.scalars(select(Job.id)).all())
            return certificates, states, db.session.get_one(User, self.lena.id).legal_name, logged, mails


@dataclass(frozen=True)
class WatchedIssuer:
    """An issuer that calls `watch` with each badge before it signs."""

    inner: object
    watch: object

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def sign(self, document, at):
        self.watch(document)
        return self.inner.sign(document, at)


@dataclass(frozen=True)
class WatchedSigner:
    inner: object
    watch: object

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def sign(self, document):
        self.watch(document)
        return self.inner.sign(document)


@pytest.fixture(params=WAYS)
def ways(request, either_app):
    return Ways(either_app, request.param)


def watch_badges(ways, watch):
    site = site_of(ways.app)
    factories.change_site(ways.app, issuer=WatchedIssuer(site.issuer, watch))


def take_bit_of(ways, document):
    """Register another certificate with the bit of this badge, as another administrator would at the same moment."""
    bit = int(document["credentialStatus"]["statusListIndex"])
    with Session(site_of(ways.app).engines.writing) as session:
        taken = {"id": None, "code": f"0000-0000-0000-{bit:04d}"[:19], "user_id": 1000 + bit, "status_index": bit}
        row = dict.fromkeys(Certificate.__table__.columns.keys())
        filler = {"course_id": COURSE, "cycle": 1, "revision": 1, "request_id": 0, "name": "Olga Other", "facts": {}}
        filler |= {"content_hash": "", "template_version": "", "document": b"", "document_sha256": "", "issued_by": ""}
        values = {name: value for name, value in (row | filler | taken).items() if value is not None}
        session.add(Certificate(**values, issued_at=NOON))
        session.commit()
    return bit


def test_another_status_bit_is_drawn_if_the_first_was_taken(ways):
    drawn = []

    def watch(document):
        bit = int(document["credentialStatus"]["statusListIndex"])
        drawn.append(bit)
        if len(drawn) == 1:
            take_bit_of(ways, document)

    watch_badges(ways, watch)
    code = ways.make()
    with ways.app.app_context():
        made = queries.certificate_of(code)
        assert len(drawn) == 2
        assert made.status_index == drawn[1] != drawn[0]
        assert made.user_id == ways.lena.id


def test_no_transaction_is_open_while_badge_and_document_are_made(ways):
    seen = []

    def watch(_document):
        seen.append(db.session.in_transaction())

    site = site_of(ways.app)
    factories.change_site(ways.app, issuer=WatchedIssuer(site.issuer, watch), signer=WatchedSigner(site.signer, watch))
    ways.make()
    assert seen == [False, False]


def test_it_refuses_to_run_inside_a_unit_of_work(ways):
    before = ways.on_record()
    with ways.app.app_context(), pytest.raises(UnitOfWorkOpen):
        unit_of_work(ways.make_here)()
    assert ways.on_record() == before


def test_a_crash_while_it_is_made_leaves_everything_undecided_and_a_repeat_is_safe(ways):
    before, site = ways.on_record(), site_of(ways.app)

    def crash(_document):
        raise ZeroDivisionError

    factories.change_site(ways.app, signer=WatchedSigner(site.signer, crash))
    with pytest.raises(ZeroDivisionError):
        ways.make()
    assert ways.on_record() == before
    factories.change_site(ways.app, signer=site.signer)
    ways.make()
    certificates, states, *_ = ways.on_record()
    assert certificates == before[0] + 1
    assert "waiting" not in states
    assert None not in states


def test_a_crash_while_it_is_registered_leaves_everything_undecided(ways, monkeypatch):
    before = ways.on_record()
    monkeypatch.setattr("course.platform.jobs.put", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        ways.make()
    assert ways.on_record() == before


def test_the_first_of_two_decisions_wins(either_app):
    """The first of two administrators who accept the same name decides, and one certificate is made."""
    ways, done = Ways(either_app, "name correction"), []

    def watch(_document):
        if not done:
            done.append(True)
            with either_app.app_context():
                corrections.reject(
                    db.session.get_one(NameCorrection, ways.asked), "Not the license.", actor=ways.bea, now=LATER
                )

    watch_badges(ways, watch)
    with pytest.raises(DecidedAlready):
        ways.make()
    assert ways.on_record()[0] == 1


def test_a_request_that_is_issued_while_its_earlier_date_is_confirmed_keeps_todays_date(either_app):
    ways, done = Ways(either_app, "backdating"), []

    def watch(_document):
        if not done:
            done.append(True)
            with either_app.app_context():
                issuing.issue(db.session.get_one(Request, ways.request.id), actor=ways.ada, now=LATER)

    watch_badges(ways, watch)
    with pytest.raises(issuing.RequestDecided):
        ways.make()
    with either_app.app_context():
        assert [one.backdated_to for one in db.session.scalars(select(Certificate))] == [None]
