"""Sample certificates. A template must be able to print all of them before it is used, and is previewed with them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from course.certificates.issuing.facts import Approval, Facts, HandsOnFacts, LabFacts, ModuleFacts
from course.content.schema.course import Provider

BADGE = '{"type": ["VerifiableCredential", "OpenBadgeCredential"], "name": "A sample"}'
OBJECTIVES = (
    "Name the structures that a needle can meet on the way, and say at which depth.",
    "Choose an angle and a depth that a rib or a scapula stops.",
    "Recognize what went wrong, say what to do first and when to send for help.",
)
_MODULE = ModuleFacts(
    id="sample",
    title="Needling over the thorax",
    domain="safety",
    version="1.2",
    digest="0" * 64,
    minutes=90,
    objectives=OBJECTIVES,
    review="reviewed",
    reviewed_by="Sam Sample, MD, 2026-01-31",
)
_LAB = LabFacts(
    title="Needling lab: trunk",
    mode="in_person",
    on=date(2026, 3, 1),
    jurisdiction="FL",
    minutes=60,
    topics=(("Palpation", 20), ("Needle insertion and manipulation", 40)),
    instructors=("Iris Instructor",),
)
_HANDS_ON = HandsOnFacts(
    labs=(_LAB,),
    skills=(("Palpation", date(2026, 3, 1)), ("Needle insertion", date(2026, 3, 1))),
    supervised_sessions=25,
    determination="Competent, determined by Iris Instructor, PT, DPT on March 1, 2026",
)
_PLAIN = Facts(
    code="0000-0000-0000-0000",
    cycle=1,
    name="Sam Q. Sample",
    profession="PT",
    license_number="PT 000000",
    license_state="FL",
    license_state_name="Florida",
    course_id="sample",
    course_title="Safe needling of the trunk",
    course_version="1.2",
    content_hash="0" * 64,
    modules=(_MODULE, replace(_MODULE, title="Consent and documentation", domain="law", minutes=60)),
    minutes={"self_paced_online": 90, "live_online": 0, "in_person": 60},
    assessments=(("Quiz: Needling over the thorax", date(2026, 3, 1)), ("Final assessment", date(2026, 3, 2))),
    completed_on=date(2026, 3, 2),
    time_zone="America/New_York",
    issued_at=datetime(2026, 3, 2, 15, tzinfo=UTC),
    issued_on=date(2026, 3, 2),
    provider_name="",
    provider_number=None,
    provider_address=None,
    provider_contact=None,
    instructor="Iris Instructor, PT, DPT",
    approvals=(Approval(state="FL", number="20-000000", approver="A board"),),
    issued_by="Ada Administrator",
    verify_url="https://learn.example.org/verify/0000-0000-0000-0000",
    template_version="0" * 12,
    valid_until=date(2028, 3, 2),
    hands_on=_HANDS_ON,
)
_APPROVALS = tuple(
    Approval(state=state, number=f"{state}-2026-000000", approver="A board of the state")
    for state in ("FL", "TX", "NV", "IA", "WA")
)


def samples(provider: Provider, base_url: str) -> Mapping[str, tuple[str, Facts]]:
    """Return (title, facts) by slug. The facts about the provider are its own."""
    plain = replace(
        _PLAIN,
        provider_name=provider.name,
        provider_number=provider.number,
        provider_address=provider.address,
        provider_contact=provider.contact,
        signer=provider.signer or "Sonia Signer, PT, Director of Education",
        verify_url=f"{base_url}/verify/{_PLAIN.code}",
    )
    bare = replace(
        plain,
        license_number=None,
        signer=None,
        instructor=None,
        approvals=(),
        valid_until=None,
        profession="PTA",
        modules=(replace(_MODULE, review="awaiting", reviewed_by=None),),
        assessments=(),
        minutes={"self_paced_online": 90, "live_online": 0, "in_person": 0},
        hands_on=None,
    )
    return {
        "plain": ("A typical certificate", plain),
        "bare": ("Minimal, awaiting review", bare),
        "long": (
            "A long name and title, many approvals",
            replace(
                plain,
                name="Wilhelmina Featherstonehaugh-Wolfeschlegelsteinhausen " * 3 + "of Llanfairpwllgwyngyll",
                course_title="Dry needling of the neck, the thorax and the lower back: anatomy, safety and consent",
                approvals=_APPROVALS,
            ),
        ),
        "many": (
            "Twelve modules over several pages",
            replace(
                plain,
                modules=tuple(replace(_MODULE, title=f"Module {n} of the course") for n in range(1, 13)),
                minutes={"self_paced_online": 1080, "live_online": 0, "in_person": 480},
                hands_on=replace(_HANDS_ON, labs=(_LAB,) * 8, skills=(("Palpation", date(2026, 3, 1)),) * 7),
            ),
        ),
        "right-to-left": ("A right-to-left name", replace(plain, name="محمد عبد الرحمن الأنصاري")),
        "cjk": ("A name in Chinese characters", replace(plain, name="山田 太郎")),
    }
