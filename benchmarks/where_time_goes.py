"""Sums a profile of a member up by what it was doing, so that two profiles can be laid side by side.

    py-spy record --rate 400 --duration 10 --format raw --output member.raw --pid PID
    python -m benchmarks.where_time_goes member.raw ...

py-spy (https://github.com/benfred/py-spy) looks at a running process from outside and changes nothing in it. A sample
belongs to the innermost function that is on the list below; what is not running is not sampled, except that waiting for
the disk counts as running.
"""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

ACTIVITIES: dict[str, tuple[str, ...]] = {
    "Ed25519: verify and sign": ("crypto_sign_open", "crypto_sign", "verify_signature", "KeyPair.sign"),
    "SQLite: statements": ("Storage._apply", "Storage._store_", "vote_row", "MetaWriter."),
    "SQLite: COMMIT and its sync": ("Storage.commit",),
    "SQLite: reads": ("StorageReader.",),
    "ledger: state commitment": ("Commitment.", "State.commit"),
    "ledger: rules and execution": ("execute_block", "execute_envelope", "Ledger."),
    "transaction ids, Merkle trees": ("transaction_ids", "root_of_hashes", "merkle_", "open_bundle", "signed_bytes"),
    "codec": ("Reader.read", "encode (", "read_envelopes", "answer ("),
    "consensus": ("Replica.", "SignGuard."),
    "core: frames, pool, batches": ("Core.", "Inbound.", "Framer.", "Pool."),
    "bus client": ("Link.", "Wire.", "Connection.", "Buses.", "Inbox.", "Outbox."),
    "HTTP gateway": ("RequestResponseCycle.", "HttpToolsProtocol.", "Service.", "GatewayServer."),
    "the turn itself": ("Driver.",),
    "event loop": ("Runner.run", "BaseEventLoop."),
}
"""What a member does -> beginnings of the functions that do it."""

ELSEWHERE = "elsewhere"
_WAITING = ("end_with_parent", "_worker (")
"""Threads that only wait."""


def activity_of(stack: str) -> str:
    """What a sample was doing; `stack` is py-spy's, outermost function first, separated by semicolons."""
    for frame in reversed(stack.split(";")):
        for activity, beginnings in ACTIVITIES.items():
            if frame.startswith(beginnings):
                return activity
    return ELSEWHERE


def sum_up(lines: Iterable[str]) -> Counter[str]:
    """Samples by activity, of a profile in py-spy's raw form."""
    samples: Counter[str] = Counter()
    for line in lines:
        stack, _, count = line.rpartition(" ")
        if not any(waiting in stack for waiting in _WAITING):
            samples[activity_of(stack)] += int(count)
    return samples


def table(profiles: dict[str, Counter[str]]) -> list[str]:
    """The profiles side by side as a Markdown table, in per cent, in the order of the first."""
    totals = {name: max(1, samples.total()) for name, samples in profiles.items()}
    first = next(iter(profiles.values()))
    activities = sorted({*ACTIVITIES, ELSEWHERE}, key=lambda activity: (-first[activity], activity))
    lines = [f"| | {' | '.join(profiles)} |", f"|---|{'---:|' * len(profiles)}"]
    for activity in activities:
        shares = [f"{100 * samples[activity] / totals[name]:.1f} %" for name, samples in profiles.items()]
        lines.append(f"| {activity} | {' | '.join(shares)} |")
    return lines


def main(paths: list[str]) -> None:
    """Print the table of the profiles in `paths`."""
    profiles = {Path(path).stem: sum_up(Path(path).read_text(encoding="utf-8").splitlines()) for path in paths}
    print("\n".join(table(profiles)))


if __name__ == "__main__":
    main(sys.argv[1:])
