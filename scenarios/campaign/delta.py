"""Of many parts the few that matter together, in few questions (QuickXplain; Junker, AAAI 2004).

Where k of n parts matter it takes some 2k log2(n/k) questions; delta debugging proper, which cuts into ever more
pieces, takes several times as many, and each question is a whole run.
"""

from collections.abc import Callable
from typing import TypeVar

Part = TypeVar("Part")


def fewest(parts: tuple[Part, ...], still_fails: Callable[[tuple[Part, ...]], bool]) -> tuple[Part, ...]:
    """Some of `parts`, in their order, with which it `still_fails`; none can be left out if fewer never fail more.

    With all of them it is known to fail. Each set that is asked about lies within the last one that failed. So whoever
    has had enough of it says False from then on, and what was found by then is returned.
    """
    if not parts or still_fails(()):
        return ()

    def needed(kept: set[int], added: range | set[int], among: range) -> set[int]:
        """Those of `among` that are needed beside `kept`, to which `added` came last."""
        if added and still_fails(tuple(parts[each] for each in sorted(kept))):
            return set()
        if len(among) == 1:
            return set(among)
        first, second = among[: len(among) // 2], among[len(among) // 2 :]
        of_second = needed(kept | set(first), first, second)
        return needed(kept | of_second, of_second, first) | of_second

    return tuple(parts[each] for each in sorted(needed(set(), set(), range(len(parts)))))
