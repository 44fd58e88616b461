"""What the members ask for: cases in their hands, statements, and votes. Most goes on with what was begun."""

from collections.abc import Callable

from ledger.charter import Role
from ledger.operations.freezes import (
    Appeal,
    EmergencyFreeze,
    FreezeAccount,
    FreezeToken,
    UnfreezeAccount,
    UnfreezeToken,
    Uphold,
)
from ledger.operations.governance import (
    Action,
    AdmitMember,
    Ballot,
    ChangeParameters,
    ListChain,
    ParameterChange,
    Pause,
    Propose,
    RemoveMember,
    Resume,
    RotateOperatorKey,
    SetPolicy,
    SetRole,
    UnlistChain,
    Vote,
)
from ledger.operations.measures import ForcedTransfer, OpenDispute, Outcome, ResolveDispute, Takedown
from ledger.operations.statements import Attest, Attested, ReportSuspicious, SubmitEvidence
from ledger.operations.subjects import (
    AccountSubject,
    PlatformSubject,
    Removable,
    SeriesSubject,
    TokenSubject,
    WorkSubject,
)
from ledger.operations.winding_down import Choice, ChooseHoldOrRefund, WindDown
from tests.ledger.naive.drawing import PLATFORMS, Asked, Drawing, digest_of
from tests.ledger.naive.figures import DAY_MS, HOUR_MS, POLICIES
from tests.ledger.naive.founding import CHOICES, key_of
from tests.ledger.naive.things import Freeze
from tests.ledger.naive.works import dispute_in_force

CASES = ("c1", "c2", "c3")
REASONS = ("a court said so", "it was stolen")
NEWCOMERS = ("caa", "cctv")


def removable(kind: str, name: str) -> Removable:
    """What can be taken down, by kind and name."""
    if kind == "token":
        return TokenSubject(name)
    return SeriesSubject(name) if kind == "series" else WorkSubject(name)


class CaseDrawing(Drawing):
    """Draws from the same knowledge."""

    def end_ms(self, days_max: int) -> int:
        """Mostly ahead and not too far ahead."""
        days = self.one((1, 2, days_max - 1, days_max))
        return self.known.now_ms + self.one((days * DAY_MS,) * 6 + (HOUR_MS, 1, 0, days_max * DAY_MS + 1))

    def _freezable(self) -> tuple[str, bool]:
        """A token or an account, and whether it is an account."""
        if self.rarely(3):
            return self.account(), True
        return self.token("issued", "minted"), False

    def _terms(self, by: str) -> tuple[str, bool, str, str, int]:
        """Thing, whether an account, reason, case, end; mostly of a case that waits for more approvals."""
        waiting = [(key, each) for key, each in self.known.freezes.items() if not (each.confirmed or each.over)]
        if waiting and not self.rarely(3):
            (thing, case), known = self.one(waiting)
            reason = self.one((known.reason,) * 9 + REASONS)
            return thing, thing in self.known.accounts, reason, case, known.ends_ms
        thing, is_account = self._freezable()
        end_ms = self.end_ms(self.known.figure("freeze_days_max"))
        return thing, is_account, self.words(self.one(REASONS)), self._case(by), end_ms

    def _case(self, by: str = "ant") -> str:
        """A number, mostly in the name of who asks."""
        opener = self.one((by,) * 9 + ("hunan",)).replace(".", "-")
        return f"{opener}.{self.one((*CASES, *CASES, *CASES, f'case-{self.random.randrange(100)}'))}"

    def _party(self) -> str:
        return self.one_or(("regulator", "regulator", *PLATFORMS, "copyright"), self.member(), 6)

    def freeze(self) -> Asked:
        by = self._party()
        thing, is_account, reason, case, end_ms = self._terms(by)
        kind = FreezeAccount if is_account else FreezeToken
        return by, kind(thing, reason, case, end_ms)

    def emergency_freeze(self) -> Asked:
        by = self._party()
        thing, is_account, reason, case, end_ms = self._terms(by)
        subject = AccountSubject(thing) if is_account else TokenSubject(thing)
        return by, EmergencyFreeze(subject, reason, case, end_ms)

    def _in_force(self, fits: Callable[[Freeze], bool]) -> tuple[str, bool, str]:
        """Thing, whether an account, and case, mostly of a freeze in force that fits."""
        found = [key for key, each in self.known.freezes.items() if self.known.now_ms < each.end_ms() and fits(each)]
        if found and not self.rarely(8):
            thing, case = self.one(found)
            return thing, thing in self.known.accounts, case
        thing, is_account = self._freezable()
        return thing, is_account, self._case()

    def unfreeze(self) -> Asked:
        thing, is_account, case = self._in_force(lambda each: True)
        return self._party(), (UnfreezeAccount if is_account else UnfreezeToken)(thing, case)

    def appeal(self) -> Asked:
        thing, is_account, case = self._in_force(lambda each: each.confirmed and not each.review_until_ms)
        token = self.known.tokens.get(thing)
        owner = thing if token is None else token.owner
        others = [name for name in self.people() if self.known.person(name) == self.known.person(owner)]
        by = self.one_or([owner, owner.partition(".")[0], *others], self.account())
        subject = AccountSubject(thing) if is_account else TokenSubject(thing)
        return by, Appeal(subject, case, self.words("it is mine"))

    def uphold(self) -> Asked:
        thing, is_account, case = self._in_force(lambda each: bool(each.review_until_ms) and not each.is_upheld)
        subject = AccountSubject(thing) if is_account else TokenSubject(thing)
        return self.one((self._party(), "hunan", "regulator")), Uphold(subject, case)

    def open_dispute(self) -> Asked:
        waiting = [(key, each) for key, each in self.known.disputes.items() if not each.opened]
        by = self.one((self._party(), "copyright", self.member()))
        if waiting and not self.rarely(4):
            (work, case), known = self.one(waiting)
            return by, OpenDispute(work, self.one((known.reason,) * 9 + REASONS), case, known.ends_ms)
        end_ms = self.end_ms(self.known.figure("dispute_days_max"))
        return by, OpenDispute(self.work(), self.words(self.one(REASONS)), self._case(by), end_ms)

    def resolve_dispute(self) -> Asked:
        found = [(work, case) for work in self.known.works if (case := dispute_in_force(self.known, work))]
        work, case = self.one(found) if found and not self.rarely(8) else (self.work(), self._case())
        outcome = Outcome.TAKE_DOWN if self.rarely(5) else Outcome.RESTORE
        return self.one_or(sorted(self.known.voting()), self.member()), ResolveDispute(work, case, outcome)

    def takedown(self) -> Asked:
        by = self.one_or([*sorted(self.known.voting()), "copyright", "copyright"], self.member())
        waiting = [(key, each) for key, each in self.known.takedowns.items() if not each.done]
        if waiting and not self.rarely(3):
            (kind, name, case), known = self.one(waiting)
            return by, Takedown(removable(kind, name), self.one((known.terms[0],) * 9 + REASONS), case)
        kind = self.one(("token",) * 8 + ("series", "work"))
        name = {"token": lambda: self.token("issued"), "series": self.series, "work": self.work}[kind]()
        return by, Takedown(removable(kind, name), self.words(self.one(REASONS)), self._case(by))

    def forced_transfer(self) -> Asked:
        by = self.one_or(sorted(self.known.voting()), self.member())
        waiting = [(key, each) for key, each in self.known.forced.items() if not each.done]
        if waiting and not self.rarely(4):
            (token, case), known = self.one(waiting)
            sender, to, reason, freeze_case = known.terms
            return by, ForcedTransfer(token, sender, to, self.one((reason,) * 4 + REASONS), case, freeze_case or None)
        token = self.token("issued")
        sender = self.owner(token)
        past = [frozen for thing in (token, sender) if (frozen := self.known.case_in_force(thing))]
        return by, ForcedTransfer(
            token, sender, self.account(), self.words(self.one(REASONS)), self._case(by), self.one((None, *past))
        )

    def wind_down(self) -> Asked:
        reason = self.words("it closes")
        if self.rarely(15):
            platform = self.one((*PLATFORMS, "hunan", "nobody"))
            return self.one_or([platform], self.member()), WindDown(PlatformSubject(platform), reason)
        series = self.series()
        return self._issuer(series), WindDown(SeriesSubject(series), reason)

    def choose(self) -> Asked:
        ending = [n for n, t in self.known.tokens.items() if ("series", t.series) in self.known.winding]
        token = self.one_or(ending, self.token("issued"))
        return self.owner(token), ChooseHoldOrRefund(token, self.one((Choice.REFUND, Choice.REFUND, Choice.HOLD)))

    def propose(self) -> Asked:
        number = len(self.known.proposals) if not self.rarely(6) else self.random.randrange(3)
        action = self.action()
        end_ms = self.end_ms(self.known.figure("proposal_days_max"))
        mine = [action.member] if isinstance(action, SetRole | RemoveMember | RotateOperatorKey) else []
        by = self.one_or([*sorted(self.known.voting()), *mine], self.member())
        opener = self.one((by,) * 12 + ("hunan",)).replace(".", "-")
        return by, Propose(f"{opener}.p{number}", action, self.words("For the reasons given."), end_ms)

    def action(self) -> Action:
        member = self.one_or(("ant", "tencent", "jd", "hunan", *NEWCOMERS), self.member())
        removed = sorted({*NEWCOMERS, *self.known.accounts} - self.known.members - set(self.people()))
        newcomer = self.one_or(removed, member, 5)
        role, key = self.one(list(Role)), key_of(f"{newcomer} {self.random.randrange(3)}")
        voting = sorted(self.known.voting())
        if len(voting) == 1 and self.rarely(6):
            return RemoveMember(voting[0]) if self.rarely(2) else SetRole(voting[0], Role.PLATFORM, False)
        draws: tuple[Callable[[], Action], ...] = (
            self._figures,
            self._figures,
            self._figures,
            lambda: AdmitMember(newcomer, self.words(newcomer), "成员", role, not self.rarely(3), key),
            lambda: AdmitMember(newcomer, newcomer, "成员", Role.INSTITUTION, True, key_of(newcomer)),
            lambda: RemoveMember(self.one((member, *NEWCOMERS, *NEWCOMERS))),
            lambda: SetRole(member, self.one((role, Role.PLATFORM)), not self.rarely(3)),
            lambda: RotateOperatorKey(member, key_of(f"{member} {self.random.randrange(3)}")),
            self._policy,
            lambda: Pause() if self.rarely(2) else Resume(),
            lambda: Resume(),
            lambda: ListChain(self.one(("wenchang", "bsn"))),
            lambda: UnlistChain(self.one(("wenchang", "bsn"))),
        )
        return self.one(draws)()

    def _figures(self) -> Action:
        names = [self.one(list(CHOICES)) for _ in range(self.one((1, 1, 1, 2)))]
        changes = [ParameterChange(name, self.one(CHOICES[name])) for name in names]
        if self.rarely(10):
            changes.append(self.one((ParameterChange("nothing", 1), ParameterChange("gifts_per_day", 1_001))))
        return ChangeParameters(tuple(changes))

    def _policy(self) -> Action:
        kind = self.one_or(list(POLICIES), "nothing", 15)
        policy = self.one(("ANY", "ANY", "MAJORITY", "2/3", "2", "1", "ALL", "SELF", "FORBIDDEN", "4/3", "some"))
        if policy == "FORBIDDEN" and kind in ("set_policy", "resume"):
            policy = "ANY"
        return SetPolicy(kind, policy)

    def vote(self) -> Asked:
        found = [name for name, each in self.known.proposals.items() if each.state == "open"]
        proposal = self.one_or(found, self.one((*self.known.proposals, "ant.p99")), 20)
        known = self.known.proposals.get(proposal)
        voted = known.votes_for | known.votes_against if known else set()
        by = self.one_or(sorted(self.known.voting() - voted), self.member())
        return by, Vote(proposal, Ballot.AGAINST if self.rarely(6) else Ballot.FOR)

    def attest(self) -> Asked:
        kind = self.one(list(Attested))
        subject = {
            Attested.WORK: self.work,
            Attested.SERIES: self.series,
            Attested.TOKEN: self.token,
            Attested.BLOCK: lambda: str(self.known.height - self.one((1, 1, 2, 0))),
        }[kind]()
        document = digest_of(f"document {self.random.randrange(12)}")
        chain = self.one((None, None, None, "wenchang", "bsn"))
        return self.with_role("notary"), Attest(kind, subject, document, self.words("seen"), chain)

    def report(self) -> Asked:
        return self.member(), ReportSuspicious(self.account(), digest_of(f"report {self.random.randrange(20)}"))

    def submit_evidence(self) -> Asked:
        return self.member(), SubmitEvidence(bytes([self.random.randrange(60)]))
