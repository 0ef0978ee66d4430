"""The JSON of the web chat (contract §2): what is read, what is answered, and OpenAPI's source."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from bot.cleaning import clean
from bot.dialogue.messages import Kind
from bot.domain.form import Question

LONGEST_ACTION = 200
MOST_FILES = 100

_UUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"


def _cleaned(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


Clean = BeforeValidator(_cleaned)
MessageId = Annotated[
    str,
    Field(
        pattern=_UUID,
        json_schema_extra={"format": "uuid"},
        description="A UUID of the client's; the same id again takes no second turn.",
    ),
]
AttachmentId = Annotated[str, Clean, Field(max_length=100)]


class Read(BaseModel):
    """What clients send: a key that means nothing is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Opening(Read):
    """Begins a conversation; an unknown language falls back to the installation's."""

    language: Annotated[str, Clean] | None = Field(default=None, examples=["en"])


class TextSaid(Read):
    """Something was typed."""

    id: MessageId
    text: Annotated[str, Clean] = Field(examples=["My parcel arrived broken."])


class ActionPressed(Read):
    """A button was pressed."""

    id: MessageId
    action: Annotated[str, Clean, Field(max_length=LONGEST_ACTION)] = Field(examples=["skip"])


class FilesSent(Read):
    """Uploaded files are given as evidence, with or without words."""

    id: MessageId
    attachments: list[AttachmentId] = Field(min_length=1, max_length=MOST_FILES)
    text: Annotated[str, Clean] | None = None


Said = TextSaid | ActionPressed | FilesSent

OPENING: TypeAdapter[Opening] = TypeAdapter(Opening)
SAID: TypeAdapter[Said] = TypeAdapter(Said)


class ChoiceShape(BaseModel):
    """A button: what it says and what it does."""

    label: str
    action: str


class FileShape(BaseModel):
    """A file that was given."""

    name: str
    type: str
    size: int
    sha256: str


class Message(BaseModel):
    """A line of the conversation."""

    seq: int = Field(ge=1, description="Numbered from 1 in the conversation.")
    sender: Literal["bot", "caseworker", "complainant"] = Field(alias="from")
    kind: Kind
    text: str
    ask: Question | None
    choices: list[ChoiceShape]
    reference: str | None
    at: AwareDatetime = Field(examples=["2026-11-23T10:42:07+00:00"])
    private_code: str | None = Field(
        default=None, description="On an acknowledgement, in the conversation that lodged it."
    )
    id: str | None = Field(default=None, description="On the person's own lines: the client's id.")
    attachments: list[FileShape] | None = Field(
        default=None, description="On the person's own lines: the files that were sent."
    )


class Messages(BaseModel):
    """Lines of a conversation, in order."""

    messages: list[Message]


class Begun(Messages):
    """A new conversation, and the secret that opens it."""

    conversation: str
    token: str


class Kept(FileShape):
    """A file that was taken; `attachment` is what the next message names it by."""

    attachment: str


class Strings(BaseModel):
    """The texts of the widget in one language."""

    strings: dict[str, str]
    language: str
    dir: Literal["ltr", "rtl"]


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
