"""Who is down, frozen or lying in a plan under way, and what that means for whom a step selects and waits for."""

from dataclasses import dataclass, field

from consensus.quorum import Committee
from scenarios.plan import Quantity, Until
from scenarios.selectors import Scene, resolve
from scenarios.world import Look, World


@dataclass(slots=True)
class Roster:
    """What the steps so far have done to each member, by number."""

    world: World
    members: int
    """How many there are."""
    down: set[int] = field(default_factory=set)
    torn: set[int] = field(default_factory=set)
    """Who is to die in the middle of its next write, and was not seen dead yet."""
    full: set[int] = field(default_factory=set)
    """Whose disk has no room: whoever of them writes, dies of it."""
    fallen: set[int] = field(default_factory=set)
    """Those of `down` that died so, and by no other step: what is awaited of them is not reached."""
    frozen: set[int] = field(default_factory=set)
    liars: set[int] = field(default_factory=set)
    struck: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """By the name of a fault, and by the words that selected: whom it struck."""

    def note_fallen(self, look: Look) -> None:
        """Count those as down who died of a write since the last look."""
        dying = (self.torn | self.full) - self.down - self.frozen
        fallen = {each for each in dying if not look.members[each].up}
        self.torn -= fallen
        self.fallen |= fallen
        self.down |= fallen

    async def resolve(self, selector: str, *, strike: str = "") -> tuple[int, ...]:
        """Whom a selector means now; a fault named `strike` struck them, and later steps may say so."""
        look = await self.world.look()
        up = frozenset(each for each in range(self.members) if each not in self.down | self.frozen)
        chosen = resolve(selector, Scene(self.world.roles, look.top_view(), up, frozenset(self.liars), self.struck))
        if strike:
            self.struck[strike] = self.struck[selector] = chosen
        return chosen

    def starting(self, members: tuple[int, ...]) -> list[int]:
        """Those of `members` that are down, counted as up from now on."""
        starting = [member for member in members if member in self.down]
        self.down.difference_update(starting)
        self.fallen.difference_update(starting)
        return starting

    def to_start(self) -> tuple[int, ...]:
        """So many honest members that are down as a quorum of honest ones lacks."""
        honest_down = sorted(self.down - self.liars)
        up = self.members - len(self.down | self.liars)
        return tuple(honest_down[: max(0, Committee(self.members).quorum - up)])

    def honest_up(self, look: Look) -> list[int]:
        """Members of whom progress may be demanded."""
        return [
            number
            for number, member in enumerate(look.members)
            if member.up and number not in self.liars and number not in self.down
        ]

    def is_reached(self, step: Until, who: tuple[int, ...], look: Look) -> bool:
        """Whether those of `who` that are not kept away by a step have come as far as `step` says."""
        self.note_fallen(look)
        excused = (self.down - self.fallen) | self.frozen
        asked = [look.members[each] for each in who if each not in excused]
        seen = [look.members[each] for each in who if look.members[each].up and each not in self.down]
        match step.quantity:
            case Quantity.VIEW:
                active = sorted((each.view for each in seen if each.active), reverse=True)
                needed = min(Committee(self.members).quorum, len(who))
                return len(active) >= needed and active[needed - 1] >= step.at_least
            case Quantity.BETWEEN_VIEWS:
                return sum(not each.active for each in seen) >= step.at_least
            case Quantity.EXECUTED:
                return bool(asked) and all(each.up and each.executed >= step.at_least for each in asked)
            case Quantity.TOP:
                return max((each.certified for each in seen), default=0) >= step.at_least
            case Quantity.HEIGHT:
                return bool(asked) and all(each.up and each.certified >= step.at_least for each in asked)
