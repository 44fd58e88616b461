"""A gateway for which a story may speak: what its clients are told is then whatever the story's part says."""

from collections.abc import Callable
from typing import Any, Protocol

from canonical.hashing import Digest
from node.gateway.service import Service
from node.gateway.types import Envelopes, SubmitReply


class Tongue(Protocol):
    """Speaks to a member's clients in its place."""

    @property
    def is_false(self) -> bool:
        """Whether it says anything else than the member would."""

    def reply(self, envelopes: Envelopes, reply: SubmitReply, *, height: int) -> SubmitReply:
        """What is answered in place of `reply`, which says what was taken in; `height` is that of the last block."""

    def certificate(self, transaction: Digest, file: bytes | None) -> bytes | None:
        """What is handed out as the proof of a transaction in place of `file`; None where there is none."""


class SpokenService(Service):
    """A `Service` that is itself until somebody speaks for it."""

    def __init__(self, *arguments: Any, tongue: Callable[[], Tongue | None], **named: Any) -> None:
        """As `Service`; `tongue` is asked at each answer who speaks."""
        super().__init__(*arguments, **named)
        self._tongue = tongue

    async def submit(self, envelopes: Envelopes, *, wait_ms: int | None) -> SubmitReply:
        """As `Service.submit`; one who is spoken for does not wait until anything is final."""
        tongue = self._tongue()
        if tongue is None or not tongue.is_false:
            return await super().submit(envelopes, wait_ms=wait_ms)
        reply = await super().submit(envelopes, wait_ms=None)
        return tongue.reply(envelopes, reply, height=self.height)

    def certificate(self, transaction: Digest) -> bytes | None:
        """As `Service.certificate`."""
        tongue, file = self._tongue(), super().certificate(transaction)
        return file if tongue is None or not tongue.is_false else tongue.certificate(transaction, file)
