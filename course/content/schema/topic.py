"""The topics of training that state laws name: the types of modules/topics.yaml."""

from pydantic import Field

from course.content.base import Content, Id, Text


class Topic(Content):
    """A topic of training in dry needling. `modules`: the modules of the courses that teach it."""

    id: Id
    name: Text
    modules: tuple[Id, ...]


class TopicsFile(Content):
    """What `topics.yaml` says."""

    topics: tuple[Topic, ...] = Field(min_length=1)
