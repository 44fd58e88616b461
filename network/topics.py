"""Topics: ``quorate/<first 16 hex digits of the chain id>/<member id>/<channel>``, one for each member and channel."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from canonical.hashing import Digest
from network.bus import Channel

ROOT = "quorate"
CHAIN_DIGITS = 16
"""64 bits keep chains that share a broker apart; what is signed names the chain in full."""

_MEMBER = re.compile(r"[a-z0-9-]{1,32}")


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of a chain's."""

    chain: str
    """The first 16 hex digits of the chain id."""
    member: str
    channel: Channel

    def __str__(self) -> str:
        """The topic as the broker knows it."""
        return f"{ROOT}/{self.chain}/{self.member}/{self.channel}"


def chain_label(chain: Digest) -> str:
    """What a topic calls the chain."""
    return bytes(chain).hex()[:CHAIN_DIGITS]


def topic_of(chain: Digest, member: str, channel: Channel) -> Topic:
    """Name the topic of `member` for `channel`; the charter has already refused other member ids."""
    assert _MEMBER.fullmatch(member), f"{member!r} is no member id; the charter lets none such in"
    return Topic(chain_label(chain), member, channel)


def subscriptions(chain: Digest, member: str, members: Iterable[str], *, commanded: bool = False) -> tuple[Topic, ...]:
    """Return what `member` listens to: votes and batches of every other member, and its own inbox.

    One that is `commanded` was started for a story, and listens to its own control topic too.
    """
    others = [
        topic_of(chain, other, channel)
        for other in members
        if other != member
        for channel in (Channel.VOTES, Channel.BATCHES)
    ]
    own = (Channel.INBOX, Channel.CONTROL) if commanded else (Channel.INBOX,)
    return (*others, *(topic_of(chain, member, channel) for channel in own))
