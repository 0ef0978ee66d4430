"""Every error that Ombud raises on purpose.

OmbudError
├── ConfigurationError          a setting is wrong; nothing was started
├── NotAllowed                  the person may not do this
├── NotFound                    no such complaint, conversation or file
├── IllegalMove                 the status table forbids it; nothing was changed
├── InvalidRequest              what was asked has no meaning; says why
├── MessageReused               a message id came again with other content
├── StorageError
│   ├── Conflict                somebody else changed it first: load again and retry
│   ├── Duplicate               this very message was already taken: answer as before
│   └── SchemaMismatch          the database is not at the version that this code needs
├── FileRefused                 a file that is not kept
│   ├── FileTooLarge
│   ├── TypeNotAccepted
│   └── TooManyFiles
├── TooMany                     a limit is reached; says when to come back
└── DeliveryError
    ├── TemporaryDeliveryError  try again later
    └── PermanentDeliveryError  never try this again

The docstring of a class is its message unless another is given.
"""

from __future__ import annotations


class OmbudError(Exception):
    """Something went wrong."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class ConfigurationError(OmbudError):
    """The configuration is wrong."""


class NotAllowed(OmbudError):
    """You may not do this."""


class NotFound(OmbudError):
    """There is nothing here by that name."""


class IllegalMove(OmbudError):
    """The complaint's status does not allow this."""


class InvalidRequest(OmbudError):
    """This request has no meaning here."""


class MessageReused(OmbudError):
    """This message id was used before for something else."""


class StorageError(OmbudError):
    """The storage failed."""


class Conflict(StorageError):
    """Somebody else changed this first."""


class Duplicate(StorageError):
    """This message was taken before."""


class SchemaMismatch(StorageError):
    """The database is not at the version that this program needs."""


class FileRefused(OmbudError):
    """This file is not accepted."""


class FileTooLarge(FileRefused):
    """This file is too large."""


class TypeNotAccepted(FileRefused):
    """Files of this kind are not accepted."""


class TooManyFiles(FileRefused):
    """No more files fit with this complaint."""


class TooMany(OmbudError):
    """Too many requests. Wait a moment and try again."""

    def __init__(self, retry_after: int, message: str | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds to wait."""


class DeliveryError(OmbudError):
    """A message could not be delivered."""


class TemporaryDeliveryError(DeliveryError):
    """A message could not be delivered now."""

    def __init__(self, retry_after: float | None = None, message: str | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds that the platform asked to wait, if it did."""


class PermanentDeliveryError(DeliveryError):
    """A message can never be delivered there."""

    def __init__(self, message: str | None = None, *, is_unreachable: bool = False) -> None:
        super().__init__(message)
        self.is_unreachable = is_unreachable
        """Whether nothing else can be delivered there either: blocked, gone."""
