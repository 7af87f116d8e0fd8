from collections import Counter

from course.assessment import draw


def test_the_same_seed_gives_the_same_paper(catalog):
    bank = catalog.banks["adverse-events"]
    assert draw.paper(bank, "seed") == draw.paper(bank, "seed")
    assert draw.paper(bank, "seed") != draw.paper(bank, "other")


def test_a_paper_follows_the_blueprint(catalog):
    for bank in catalog.banks.values():
        paper = draw.paper(bank, "seed")
        assert Counter(drawn.item.objective for drawn in paper) == dict(bank.blueprint)
        assert len({drawn.item.id for drawn in paper}) == bank.length


def test_options_are_all_there_in_some_order(catalog):
    for drawn in draw.paper(catalog.banks["state-scope"], "seed"):
        assert sorted(drawn.option_order) == [option.id for option in drawn.item.options]


def test_over_many_seeds_every_item_and_every_place_comes_up(catalog):
    bank = catalog.banks["adverse-events"]
    papers = [draw.paper(bank, str(seed)) for seed in range(300)]
    assert {drawn.item.id for paper in papers for drawn in paper} == {item.id for item in bank.items}
    firsts = Counter(drawn.option_order[0] for paper in papers for drawn in paper if len(drawn.option_order) == 4)
    assert max(firsts.values()) < 1.3 * min(firsts.values())
