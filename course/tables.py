"""Every room's tables, imported so that the metadata is complete: for migrations and for the test that compares."""

from course.accounts import models as accounts
from course.assessment import models as assessment
from course.audit import models as audit
from course.certificates import models as certificates
from course.completion import models as completion
from course.db import Model
from course.jobs import Job
from course.practice import models as practice
from course.quality import models as quality
from course.rescoring import models as rescoring
from course.review import models as review
from course.search import models as search
from course.states import models as states
from course.study import models as study

ROOMS = (
    accounts,
    assessment,
    audit,
    certificates,
    completion,
    practice,
    quality,
    rescoring,
    review,
    search,
    states,
    study,
    Job,
)
metadata = Model.metadata
