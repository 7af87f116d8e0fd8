"""Contact minutes follow the formula of Mergener."""

from course.content.schema.hours import contact_minutes


def test_minutes_are_rounded_down_to_the_quarter_hour():
    # 0.9 x (-22.3 + 0.00209 x 3000 + 2.78 x 18 + 15.5 x 3) = 72.46
    assert contact_minutes(words=3000, questions=18, difficulty=3) == 60


def test_minutes_are_never_negative():
    assert contact_minutes(words=100, questions=0, difficulty=1) == 0
