"""Linearizability (Herlihy & Wing 1990): is there one order of all operations that explains every answer?

The order must respect time: what was answered before another was asked comes first. Each thing is judged by itself,
since linearizability is local. The search is Wing and Gong's with Lowe's memory: take operations one after the other,
and never look twice at the same set taken with the same value left. An operation without an answer may have happened
at any time since, or not at all.
"""

from collections.abc import Callable, Sequence

from scenarios.history import Act, Answer, History, Operation, Value

STEPS_MAX = 200_000
"""Sets looked at for one thing; where these do not decide, nothing is claimed. Real histories need some thousand."""

State = int | str | None
"""Editions sold, or the owner of a token; None for an owner that nobody knows yet."""

Apply = Callable[[State, Operation], "tuple[State, ...]"]
"""The states that an operation may leave; none where its answer cannot be explained."""


def check_linearizable(history: History) -> list[str]:
    """What cannot be explained, one sentence for each series or token."""
    wrong: list[str] = []
    for key, operations in sorted(history.by_key().items()):
        cap = history.caps.get(key)
        first: State = None if cap is None else 0
        stuck = unexplained(operations, first, _token if cap is None else _series_of(cap))
        if stuck is not None:
            wrong.append(f"{key}: no order of {len(operations)} operations explains this one: {stuck.told()}")
    return wrong


def unexplained(operations: Sequence[Operation], first: State, apply: Apply) -> Operation | None:
    """An operation that no order explains; None where one order explains all, or the search is too long to tell."""
    waiting = sorted(operations, key=lambda each: each.asked_us)
    everything = sum(1 << at for at, each in enumerate(waiting) if each.answered_us is not None)
    seen: set[tuple[int, State]] = {(0, first)}
    stack: list[tuple[int, State]] = [(0, first)]
    furthest, stuck = -1, None
    while stack:
        taken, state = stack.pop()
        if taken & everything == everything:
            return None
        if len(seen) > STEPS_MAX:
            return None
        candidates = _candidates(waiting, taken)
        answered = [at for at in candidates if waiting[at].answered_us is not None]
        if (taken & everything).bit_count() > furthest:
            furthest = (taken & everything).bit_count()
            stuck = waiting[min(answered, key=lambda at: waiting[at].answered_us or 0)]
        for at in _worth_trying(waiting, candidates, state, apply):
            for left in apply(state, waiting[at]):
                step = (taken | 1 << at, left)
                if step not in seen:
                    seen.add(step)
                    stack.append(step)
    return stuck


def _worth_trying(waiting: Sequence[Operation], candidates: list[int], state: State, apply: Apply) -> list[int]:
    """Which of the candidates to take, the likeliest last.

    What is explained now and changes nothing is taken at once: later it could only be in the way. Of those without an
    answer that ask for the same, the first stands for all. They are tried when nothing else explains what is left.
    """
    answered: list[int] = []
    unanswered: dict[tuple[Act, str, str], int] = {}
    for at in candidates:
        each = waiting[at]
        if each.answered_us is None:
            # Who buys makes no difference to what is left of a series.
            unanswered.setdefault((each.act, each.sender, "" if each.act is Act.BUY else each.to), at)
        elif apply(state, each) == (state,):
            return [at]
        else:
            answered.append(at)
    return [*reversed(unanswered.values()), *reversed(answered)]


def _candidates(waiting: Sequence[Operation], taken: int) -> list[int]:
    """Operations that may come next: asked before any other that is left was answered."""
    found: list[int] = []
    earliest: int | None = None
    at = (~taken & taken + 1).bit_length() - 1
    for place in range(at, len(waiting)):
        each = waiting[place]
        if taken >> place & 1:
            continue
        if earliest is not None and each.asked_us > earliest:
            break
        found.append(place)
        if each.answered_us is not None and (earliest is None or each.answered_us < earliest):
            earliest = each.answered_us
    return [place for place in found if earliest is None or waiting[place].asked_us <= earliest]


def _series_of(cap: int) -> Apply:
    """A counter that stops at `cap`."""

    def apply(state: State, operation: Operation) -> tuple[State, ...]:
        assert isinstance(state, int), "a series is a number of editions sold"
        if operation.act is Act.READ:
            return (state,) if operation.answer == state else ()
        if operation.answered_us is None:
            return (state + 1,) if state < cap else (state,)
        if operation.answer is Answer.NO:
            return (state,) if state == cap else ()
        return (state + 1,) if operation.answer == state + 1 <= cap else ()

    return apply


def _token(state: State, operation: Operation) -> tuple[State, ...]:
    """A register that only its owner may write; a sale writes it whoever owned it, once."""
    answer: Value | None = operation.answer
    if operation.act is Act.READ:
        assert isinstance(answer, str), "an owner is a name"
        return (answer,) if state in (None, answer) else ()
    if not operation.sender:
        return (operation.to,) if state is None else ()
    is_owners = state in (None, operation.sender)
    if operation.answered_us is None:
        return (operation.to,) if is_owners else (state,)
    if answer is Answer.NO:
        return (state,) if state != operation.sender else ()
    return (operation.to,) if is_owners else ()
