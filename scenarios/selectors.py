"""Who is meant: words for members by the part they play, resolved at the moment of the step.

* `all honest liars up down`: everybody; by honesty; by being up
* `primary backups others backup[1]`: by part in the current view; backups in the order of the views they lead
* `minority majority`: f members, none of them the primary, the last to lead; the rest
* `half[0] half[1]`: the lower numbers and the higher; `member[2]`: by number; `role:registrar`: by institution
* `@kill-1`: those whom the fault of that name struck; `a+b`: both together; `not a`: everybody else
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from consensus.quorum import Committee
from consensus.types import View
from scenarios.plan import PlanUnreadable

_INDEXED = re.compile(r"^(backup|half|member)\[(\d{1,3})\]\Z")
SELECTOR_WORDS = ("all", "honest", "liars", "up", "down", "primary", "backups", "others", "minority", "majority")
"""Words that select by themselves; no fault may have one of them for its name."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known of the members when a step comes."""

    roles: Sequence[str]
    """Of each member, by number."""
    view: int
    """The view that decides who is primary."""
    up: frozenset[int]
    liars: frozenset[int] = frozenset()
    struck: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """By the name of a fault: whom it struck."""

    @property
    def primary(self) -> int:
        """The member that leads `view`."""
        return self.committee.primary(View(self.view))

    @property
    def committee(self) -> Committee:
        """The arithmetic of quorums."""
        return Committee(len(self.roles))


def check_selector(selector: str) -> None:
    """Refuse words that mean nobody in any scene.

    Raises: PlanUnreadable.
    """
    for part in selector.split("+"):
        word = part.strip().removeprefix("not ").strip()
        if word not in SELECTOR_WORDS and not _INDEXED.match(word) and not word.startswith(("role:", "@")):
            raise PlanUnreadable(
                f"{word!r} selects nobody; use one of {', '.join(SELECTOR_WORDS)}, backup[1], half[0], member[2],"
                " role:registrar"
            )


def resolve(selector: str, scene: Scene) -> tuple[int, ...]:
    """The numbers of the members meant, in ascending order; none where nobody fits.

    Raises: PlanUnreadable.
    """
    check_selector(selector)
    chosen: set[int] = set()
    for part in selector.split("+"):
        word = part.strip()
        if word.startswith("not "):
            chosen.update(set(range(len(scene.roles))) - set(_resolve_word(word.removeprefix("not ").strip(), scene)))
        else:
            chosen.update(_resolve_word(word, scene))
    return tuple(sorted(chosen))


def _resolve_word(word: str, scene: Scene) -> Sequence[int]:
    size = len(scene.roles)
    everybody = range(size)
    backups = [(scene.primary + step) % size for step in range(1, size)]
    indexed = _INDEXED.match(word)
    if indexed is not None:
        kind, index = indexed.group(1), int(indexed.group(2))
        parts: Mapping[str, Sequence[Sequence[int]]] = {
            "backup": [[each] for each in backups],
            "half": [everybody[: size // 2], everybody[size // 2 :]],
            "member": [[each] for each in everybody],
        }
        if index >= len(parts[kind]):
            raise PlanUnreadable(f"{word!r}: there are {len(parts[kind])} of these among {size} members")
        return parts[kind][index]
    if word.startswith("role:"):
        bearers = [each for each in everybody if scene.roles[each] == word.removeprefix("role:")]
        if not bearers:
            raise PlanUnreadable(f"{word!r}: nobody has this role; there are {', '.join(sorted(set(scene.roles)))}")
        return bearers
    if word.startswith("@"):
        return scene.struck.get(word.removeprefix("@"), ())
    # The last to lead are taken first, so that a fault of the minority leaves the coming views alone.
    minority = sorted(backups[::-1][: scene.committee.faults_max])
    return {
        "all": everybody,
        "honest": [each for each in everybody if each not in scene.liars],
        "liars": sorted(scene.liars),
        "up": sorted(scene.up),
        "down": [each for each in everybody if each not in scene.up],
        "primary": [scene.primary],
        "backups": backups,
        "others": backups,
        "minority": minority,
        "majority": [each for each in everybody if each not in minority],
    }[word]
