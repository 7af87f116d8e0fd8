"""Base types of the content, and the digest over content."""

import hashlib
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
ReferenceId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]+$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Content(BaseModel):
    """A frozen model that rejects unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))


class Reference(Content):
    """A source that the content cites."""

    id: ReferenceId
    authors: Text | None = None
    title: Text
    source: Text
    year: int = Field(ge=1800, le=2100)
    doi: Text | None = None
    pmid: Annotated[str, StringConstraints(pattern=r"^\d+$")] | None = None
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = None

    @property
    def link(self) -> str | None:
        """Return the address of the source: by DOI, else by PubMed id, else its own URL."""
        if self.doi:
            return f"https://doi.org/{self.doi}"
        return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/" if self.pmid else self.url


def digest_of(*parts: str | bytes) -> str:
    """Return the SHA-256 in hex over all parts, each preceded by its length as eight bytes."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        whole.update(len(data).to_bytes(8) + data)
    return whole.hexdigest()
