"""A whole quiz over a network that drops, delays, repeats and reorders. All answers are stored in their order."""

import random
from urllib.parse import urlsplit

import pytest
from werkzeug.datastructures import MultiDict

from course.content.items.base import NotAnAnswer
from tests.journeys import answering
from tests.proxy import FATES, bad_network
from tests.sampling import sample

FIELDS_OF_ITEM = """item => [...new FormData(item.closest("form"))]
    .filter(([name]) => name === item.dataset.name || name.startsWith(item.dataset.name + "-"))"""
COUNT_UNSENT = """() => new Promise((resolve) => {
    const request = indexedDB.open("answers", 1);
    request.onsuccess = () => {
        const count = request.result.transaction("saves").objectStore("saves").count();
        count.onsuccess = () => { request.result.close(); resolve(count.result); };
    };
})"""


class Learner:
    """A learner who answers at random. `given` has all answers to each item in their order."""

    def __init__(self, site, context, seed):
        self.site, self.context, self.chance = site, context, random.Random(seed)
        self.page = context.new_page()
        self.given = {}

    def start(self, email):
        answering.sign_up(self.page, "Nelly Network", email)
        answering.start(self.page)
        self.code = answering.code_in(self.page)
        self.address = self.page.url.rsplit("/", 1)[0] + "/all"
        self.page.goto(self.address)
        self.paper = {n: answering.asked(self.site, self.code, n) for n in range(1, self.items().count() + 1)}

    def items(self):
        return self.page.locator("[data-item]")

    def shown(self, position):
        """Return the answer that the page shows; None if its fields are not a complete answer."""
        one = self.paper[position]
        fields = self.items().nth(position - 1).evaluate(FIELDS_OF_ITEM)
        try:
            return one.item.read(MultiDict(fields), f"a{position}", one.order)
        except NotAnAnswer:
            return None

    def answer(self, position):
        """Choose random options. An item without options is answered correctly, field by field."""
        one, item = self.paper[position], self.items().nth(position - 1)
        values = answering.fields(one, one.item.solution)
        if one.item.type in {"single", "multiple", "hotspot"}:
            letters = one.item.lettered(one.order).values() if one.item.type == "hotspot" else one.order
            values = [("", letter) for letter in self.chance.sample(list(letters), self.chance.randint(1, 2))]
        for value in values:
            answering.give(item, f"a{position}", [value])
            if (answer := self.shown(position)) and answer != self.last(position):
                self.given.setdefault(position, []).append(answer)

    def last(self, position):
        return self.given.get(position, [None])[-1]

    def close_and_reopen(self):
        self.page.close()
        self.page = self.context.new_page()
        self.page.goto(self.address)
        self.items().first.wait_for()


@pytest.mark.parametrize("seed", sample([1, 2], few=1))
def test_every_answer_is_stored_in_the_order_in_which_it_was_given(browser, site, seed):
    with bad_network(urlsplit(site.address).port, seed) as network:
        context = browser.new_context(base_url=network.address)
        learner = Learner(site, context, seed)
        learner.start(f"nelly{seed}@example.org")
        for position in [*learner.paper, *learner.paper]:
            learner.answer(position)
            if position % 7 == 0:
                learner.close_and_reopen()
                learner.page.wait_for_timeout(300)
                assert {n: learner.shown(n) or None for n in learner.paper} == {
                    n: learner.last(n) for n in learner.paper
                }
        learner.close_and_reopen()
        for _ in range(240):
            if not learner.page.evaluate(COUNT_UNSENT) and not network.later:
                break
            learner.page.wait_for_timeout(500)
        context.close()
    stored = answering.history(site, learner.code)
    assert {n: [answer for _, answer in rows] for n, rows in stored.items()} == learner.given
    assert all(sorted({serial for serial, _ in rows}) == [serial for serial, _ in rows] for rows in stored.values())
    assert set(network.fates) == set(FATES)
