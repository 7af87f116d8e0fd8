"""Every room's tables, imported so that the metadata is complete: for migrations and for the test that compares."""

from course.accounts import models as accounts
from course.approvals import models as approvals
from course.assessment import models as assessment
from course.audit import models as audit
from course.backdating import models as backdating
from course.boards import models as boards
from course.bulk import models as bulk
from course.certificates import models as certificates
from course.completion import models as completion
from course.corrections import models as corrections
from course.db import Model
from course.jobs import Job
from course.practice import models as practice
from course.quality import models as quality
from course.records import models as records
from course.rescoring import models as rescoring
from course.review import models as review
from course.search import models as search
from course.sharing import models as sharing
from course.states import models as states
from course.study import models as study
from course.transcripts import models as transcripts

ROOMS = (
    accounts,
    approvals,
    assessment,
    audit,
    backdating,
    boards,
    bulk,
    certificates,
    completion,
    corrections,
    practice,
    quality,
    records,
    rescoring,
    review,
    search,
    sharing,
    states,
    study,
    transcripts,
    Job,
)
metadata = Model.metadata
