"""Every field of every form answers any value with a page: a number of 400 digits, the year 0, infinity."""

import re
import shutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import wtforms
from flask_wtf import FlaskForm
from wtforms.fields.core import UnboundField

from course.assessment.quality.forms import RatingsForm
from course.platform import fields
from course.platform.config import ROOT
from tests.contracts.test_routes import TABLE, World, world
from tests.pages import Page, Pages
from tests.sampling import sample

__all__ = ["world"]
LONG_NUMBER = "1" * 400
HOSTILE_VALUES = (
    LONG_NUMBER,
    "-" + "9" * 20,
    "1e400",
    "nan",
    "0000-00-00",
    "0026-05-31",
    "10000-01-01",
    "00000000-0000-0000-0000-000000000000",
    "\u0661\u0662\u0663",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16") * 200,
)
OWN_FIELDS = {
    wtforms.IntegerField: fields.IntegerField,
    wtforms.FloatField: fields.FloatField,
    wtforms.DateField: fields.DateField,
    wtforms.TimeField: fields.TimeField,
}
UNBOUNDED_FIELDS = (
    wtforms.IntegerField,
    wtforms.FloatField,
    wtforms.DecimalField,
    wtforms.DateField,
    wtforms.DateTimeField,
    wtforms.TimeField,
)
PAGES_WITH_NUMBERS = re.compile(
    r"/profile/licenses/|/transcript/records/new|/admin/(people/[^/]+/accommodation|approvals/new/)"
)
QUERY_NAMES = ("page", "q", "code", "like", "item", "sort", "order", "state", "name", "status", "part", "next", "v")
FORM_GET = re.compile(r"""request\.form\.(?:get|getlist)\(f?["']([a-z_]+)""")


def form_classes() -> list[type[FlaskForm]]:
    for path in sorted(Path(ROOT, "course").rglob("*.py")):
        if path.stem in {"forms", "views", "admin"}:
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    found, waiting = [], [FlaskForm, RatingsForm.of(["item"])]
    while waiting:
        found.append(waiting.pop())
        waiting += found[-1].__subclasses__()
    return [one for one in found if one.__module__.startswith("course.")]


def fields_of(form: type[FlaskForm]) -> Iterator[tuple[str, type[wtforms.Field]]]:
    for name in dir(form):
        if isinstance(field := getattr(form, name, None), UnboundField):
            yield name, field.field_class


def test_numbers_and_days_use_the_fields_with_bounds():
    used = {(form.__name__, name, kind) for form in form_classes() for name, kind in fields_of(form)}
    assert len(used) > 60
    own = tuple(OWN_FIELDS.values())
    assert [one for one in used if issubclass(one[2], UNBOUNDED_FIELDS) and not issubclass(one[2], own)] == []


class Posts:
    """The posts that pages offer, by the person and the address: the names and default values of their fields."""

    def __init__(self, pages: Pages, world: World) -> None:
        self.pages, self.world = pages, world
        self.found: dict[tuple[str, str], dict[str, str]] = {}

    def collect(self) -> None:
        for endpoint, (method, address, _) in TABLE.items():
            for who in ("learner", "reviewer") if method == "GET" and endpoint != "static" else ():
                self._read(who, address.format(**self.world.things))
        names = {name for form in form_classes() for name, _ in fields_of(form)}
        sources = (path.read_text("utf-8") for path in Path(ROOT, "course").rglob("*.py"))
        self.names = names | {name for text in sources for name in FORM_GET.findall(text)}
        self.unseen = {address.format(**self.world.things) for method, address, _ in TABLE.values() if method == "POST"}
        self.unseen -= {address for _, address in self.found}

    def _read(self, who: str, address: str) -> None:
        with self.pages.as_(self.world.people[who]).client.get(address) as response:
            tree = Page(response).tree if response.status_code == 200 and response.mimetype == "text/html" else ()
        for form in tree and tree.iter("form"):
            if form.get("method") != "post":
                continue
            own = self.found.setdefault((who, urlsplit(form.get("action") or address).path), {})
            for control in form.iter():
                if control.tag in {"input", "select", "textarea", "button"} and control.get("name"):
                    own.setdefault(control.get("name"), control.get("value") or "")


@pytest.fixture
def world_pages(world, make_app, config) -> Pages:
    shutil.copytree(world.data, config.data, dirs_exist_ok=True)
    return Pages(make_app(f"sqlite:///{config.data / 'course.db'}"))


@pytest.fixture
def posts(world, world_pages) -> Posts:
    found = Posts(world_pages, world)
    found.collect()
    return found


def test_no_value_in_any_field_is_a_failure(posts):
    """The test client raises what a view raises, so that a failure shows its cause."""
    assert len(posts.found) > 60
    for (who, address), defaults in sample(posts.found.items(), 30):
        mine = posts.pages.as_(posts.world.people[who])
        for value in HOSTILE_VALUES:
            assert mine.post(address, dict.fromkeys(defaults, value)).status < 500, (address, value)
        for name in defaults:
            for value in (LONG_NUMBER, "10000-01-01"):
                assert mine.post(address, defaults | {name: value}).status < 500, (address, name, value)


def test_no_value_is_a_failure_where_only_scripts_send(posts):
    for address in posts.unseen:
        for who in ("learner", "reviewer"):
            for value in HOSTILE_VALUES:
                data = dict.fromkeys(posts.names, value)
                assert posts.pages.as_(posts.world.people[who]).post(address, data).status < 500, (address, value)


def test_a_number_of_400_digits_is_refused_with_words(posts):
    numbers = {
        name for form in form_classes() for name, kind in fields_of(form) if issubclass(kind, wtforms.IntegerField)
    }
    seen = set()
    for (who, address), defaults in posts.found.items():
        for name in numbers & defaults.keys() if PAGES_WITH_NUMBERS.match(address) else ():
            page = posts.pages.as_(posts.world.people[who]).post(address, defaults | {name: LONG_NUMBER})
            if page.status in {403, 404}:
                continue
            seen.add(name)
            assert (page.status, "at most 15 digits" in page.text) == (422, True), (address, name)
    assert seen >= {"renewal_months", "minutes", "extra_percent", "extra_attempts", "self_paced_online", "in_person"}


def test_no_value_in_a_query_is_a_failure(world, world_pages):
    mine = world_pages.as_(world.people["reviewer"])
    pages = (row[1].partition("?")[0] for name, row in TABLE.items() if row[0] == "GET" and name != "static")
    for address in pages:
        for value in (LONG_NUMBER, "-1", "nan", "0026-05-31"):
            query = dict.fromkeys(QUERY_NAMES, value)
            with mine.client.get(address.format(**world.things), query_string=query) as response:
                assert response.status_code < 500, (address, value)
