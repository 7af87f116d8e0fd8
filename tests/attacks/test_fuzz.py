"""Odd requests to every address. The checks before a change lands send 100,000; here is a part of them."""

import random

from course.platform.access import public
from course.site import site_of
from tests import sampling
from tests.attacks import fuzz
from tests.pages import Pages


def test_odd_requests_are_answered_without_an_internal_error():
    outcome = fuzz.run(sampling.times(5_000, 1_500), seed=1)
    assert outcome.faults == []
    assert outcome.statuses[200] > outcome.statuses.total() / 4


def test_an_internal_error_is_reported_with_its_cause(make_app, app):
    broken = make_app(site_of(app).config.database)
    broken.config.update(TESTING=False)
    broken.add_url_rule("/broken", "broken", public(lambda: 1 / 0))
    fuzzer = fuzz.Fuzzer(broken, {"nobody": Pages(broken).client}, {}, random.Random(1), fuzz.Outcome())
    fuzz.watch(broken, fuzzer.outcome)
    fuzzer.links["nobody"].add("/broken")
    while not fuzzer.outcome.statuses[500]:
        fuzzer.send_one()
    assert any("ZeroDivisionError" in fault for fault in fuzzer.outcome.faults)
    assert any("/broken as nobody" in fault for fault in fuzzer.outcome.faults)
