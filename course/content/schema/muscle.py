"""The muscles that the log of treatment sessions names: the types of modules/muscles.yaml."""

from pydantic import Field

from course.content.base import Content, Id, Text
from course.content.schema.module import Region


class Muscle(Content):
    id: Id
    name: Text
    region: Region


class MusclesFile(Content):
    """What `muscles.yaml` says."""

    muscles: tuple[Muscle, ...] = Field(min_length=1)
