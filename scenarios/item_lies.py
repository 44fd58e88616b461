"""Lies about what stands in a bundle: votes, views, checkpoints, the ledger, each well signed."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import msgspec

from consensus.messages import (
    BlockVote,
    Commit,
    Data,
    Forwarded,
    Item,
    MetaData,
    NamedViewChange,
    NewView,
    PartRoot,
    Prepare,
    PrePrepare,
    StateEntry,
    StatePart,
    Status,
    Suspect,
    SuspectReason,
    ViewChange,
)
from consensus.types import View
from scenarios.mutation import mutated, older

if TYPE_CHECKING:
    from scenarios.adversary import Liar

HUGE_VIEW = View(2**62)
"""A view nobody reaches by honest means."""

BUNDLE_LIE_MAX = 256
"""As many items as a bundle may carry."""

ItemLie = Callable[["Liar", list[Item], str], list[Item]]


def _equivocate(liar: "Liar", items: list[Item], target: str) -> list[Item]:
    """Tells one half one proposal and the other half another, and votes for both, each where it is believed."""
    if not liar.is_other_half(target):
        return items
    said: list[Item] = []
    for item in items:
        match item:
            case PrePrepare():
                said.append(liar.learn(item))
            case Prepare(view, sequence, digest) | Commit(view, sequence, digest):
                told = liar.collusion.other_digest.get((view, sequence, digest), digest)
                said.append(type(item)(view, sequence, told))
            case BlockVote():
                # Its own ledger knows one story only; a vote for it would betray the other.
                continue
            case _:
                said.append(item)
    return said


def _double_vote(liar: "Liar", items: list[Item], target: str) -> list[Item]:
    """Votes for what it should, and for something else too."""
    del target
    extra: list[Item] = []
    for item in items:
        if isinstance(item, Prepare | Commit):
            extra.append(type(item)(item.view, item.sequence, liar.random_digest()))
        elif isinstance(item, BlockVote):
            extra.append(BlockVote(item.sequence, liar.random_digest()))
    return [*items, *extra][:BUNDLE_LIE_MAX]


def _bad_digest(liar: "Liar", items: list[Item], target: str) -> list[Item]:
    """Votes for digests of nothing."""
    del target
    return [
        msgspec.structs.replace(item, digest=liar.random_digest()) if isinstance(item, Prepare | Commit) else item
        for item in items
    ]


def _wrong_checkpoint(liar: "Liar", items: list[Item], target: str) -> list[Item]:
    """Says that its blocks came out otherwise."""
    del target
    return [BlockVote(item.sequence, liar.random_digest()) if isinstance(item, BlockVote) else item for item in items]


def _mutate(liar: "Liar", items: list[Item], target: str) -> list[Item]:
    """One number in each bundle is off by one."""
    del target
    place = liar.chance.randrange(len(items))
    item = items[place]
    fields = [name for name in item.__struct_fields__ if type(getattr(item, name)) is int]
    if fields:
        name = liar.chance.choice(fields)
        value = max(0, getattr(item, name) + liar.chance.choice((-1, 1)))
        items[place] = msgspec.structs.replace(item, **{name: value})
    return items


def _mutate_anything(liar: "Liar", items: list[Item], target: str) -> list[Item]:
    """One field in each bundle is something else: a number far away, a digest of nothing, a list with more or less."""
    del target
    place = liar.chance.randrange(len(items))
    items[place] = mutated(items[place], liar.chance)
    return items


def _mutate_old(liar: "Liar", items: list[Item], target: str) -> list[Item]:
    """One field in each bundle is what stood there in its message of the same kind before."""
    del target
    place = liar.chance.randrange(len(items))
    before, liar.before[type(items[place])] = liar.before.get(type(items[place])), items[place]
    if before is not None:
        items[place] = older(items[place], before, liar.chance)
    return items


def _future_view(liar: "Liar", items: list[Item], target: str) -> list[Item]:
    """Votes as if the next view had begun."""
    del liar, target
    return [
        msgspec.structs.replace(item, view=View(item.view + 1)) if isinstance(item, Prepare | Commit) else item
        for item in items
    ]


def _huge_view(liar: "Liar", items: list[Item], target: str) -> list[Item]:
    """Claims a view that lies beyond all time."""
    del liar, target
    return [*items, Suspect(HUGE_VIEW, SuspectReason.NO_PROGRESS), ViewChange(HUGE_VIEW, None, ())][:BUNDLE_LIE_MAX]


def _early_view_change(liar: "Liar", items: list[Item], target: str) -> list[Item]:
    """Complains of every view and leaves it at once."""
    del liar, target
    view = max((item.view for item in items if isinstance(item, Status)), default=None)
    if view is None:
        return items
    return [*items, Suspect(view, SuspectReason.NO_PROGRESS), ViewChange(View(view + 1), None, ())][:BUNDLE_LIE_MAX]


def _never_view_change(liar: "Liar", items: list[Item], target: str) -> list[Item]:
    """Never says a word of any view change."""
    del liar, target
    return [item for item in items if not isinstance(item, Suspect | ViewChange | NewView | Forwarded)]


def _bogus_new_view(liar: "Liar", items: list[Item], target: str) -> list[Item]:
    """Opens views that nobody asked for, when they would be its own."""
    del target
    view = max((item.view for item in items if isinstance(item, Status)), default=None)
    if view is None:
        return items
    own = next(
        View(each)
        for each in range(view, view + len(liar.members))
        if liar.committee.primary(View(each)) == liar.replica
    )
    named = tuple(
        NamedViewChange(each, liar.random_digest()) for each in list(liar.committee.replicas())[: liar.committee.quorum]
    )
    return [*items, NewView(own, named)][:BUNDLE_LIE_MAX]


def _withhold_votes(liar: "Liar", items: list[Item], target: str) -> list[Item]:
    """Says what it holds, and votes for nothing."""
    del liar, target
    return [item for item in items if not isinstance(item, PrePrepare | Prepare | Commit | BlockVote)]


def _poisoned_snapshot(liar: "Liar", items: list[Item], target: str) -> list[Item]:
    """Serves a member that is far behind a ledger with altered entries, or an altered list of its parts."""
    del target
    said: list[Item] = []
    for item in items:
        match item:
            case MetaData(checkpoint, roots) if roots and liar.chance.random() < 0.5:
                wrong = PartRoot(roots[0].part, liar.random_digest())
                said.append(MetaData(checkpoint, (wrong, *roots[1:])))
            case Data(height, parts):
                said.append(Data(height, tuple(map(_poisoned, parts))))
            case _:
                said.append(item)
    return said


def _poisoned(part: StatePart) -> StatePart:
    """The part with one byte more in its last entry: somebody's account, or somebody's token."""
    if not part.entries:
        return part
    last = part.entries[-1]
    return StatePart(part.part, (*part.entries[:-1], StateEntry(last.key, last.value + b"\x00")))


LIES_OF_ITEMS: Mapping[str, ItemLie] = {
    "equivocate": _equivocate,
    "double-vote": _double_vote,
    "bad-digest": _bad_digest,
    "wrong-checkpoint": _wrong_checkpoint,
    "mutate": _mutate,
    "mutate-anything": _mutate_anything,
    "mutate-old": _mutate_old,
    "future-view": _future_view,
    "huge-view": _huge_view,
    "early-view-change": _early_view_change,
    "never-view-change": _never_view_change,
    "bogus-new-view": _bogus_new_view,
    "withhold-votes": _withhold_votes,
    "poisoned-snapshot": _poisoned_snapshot,
}
"""By the name that stories use."""
