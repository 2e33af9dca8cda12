"""What a branch asks of a landing, and what GitHub says of one head: read as the App that lands.

Rulesets are shown to everybody who may read; of classic protection GraphQL shows what an update of the branch needs.
What neither shows (that an approval may be dismissed, or has to come after the last push) an approval of this head,
given last and by an App that pushes nothing, satisfies.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import Field

from bot.forge.github.endpoints import Endpoints
from bot.forge.github.protection import Rule, RuleParameters, Ruleset, source_of
from bot.forge.github.shapes import Shape, StatusFacts, Unreadable, shaped
from bot.forge.github.wire import GitHubWire
from bot.forge.port import Gone, Misread, Target
from bot.policy.gatekeeping import METHODS, Gatekeeping, Method, Reported, Required, Rules
from bot.policy.pull import Person

_GATE = """
query($owner: String!, $name: String!, $number: Int!, $base: String!) {
  repository(owner: $owner, name: $name) {
    databaseId mergeCommitAllowed squashMergeAllowed rebaseMergeAllowed
    mergeQueue(branch: $base) { id }
    pullRequest(number: $number) {
      headRefOid baseRefName reviewDecision mergeStateStatus isInMergeQueue
      baseRef { target { oid } refUpdateRule {
        requiredApprovingReviewCount requiredStatusCheckContexts requiresCodeOwnerReviews
        requiresConversationResolution requiresLinearHistory requiresSignatures
      } }
      latestOpinionatedReviews(first: 100, writersOnly: true) {
        pageInfo { hasNextPage endCursor } nodes { state author { login } commit { oid } }
      }
      reviewThreads(first: 100) { pageInfo { hasNextPage endCursor } nodes { isResolved } }
      commits(first: 100) { pageInfo { hasNextPage endCursor } nodes { commit { signature { isValid } } } }
    }
  }
}
"""
_HARMLESS = frozenset({"creation", "deletion", "non_fast_forward", "copilot_code_review"})  # none of them holds a merge
_KNOWN = frozenset(
    {"pull_request", "required_status_checks", "required_signatures", "required_linear_history", "merge_queue"}
)
_STATUS = {"success": "success", "failure": "failure", "error": "failure", "pending": None}


class _Page(Shape):
    more: bool = Field(alias="hasNextPage")


class _Oid(Shape):
    oid: str


class _Author(Shape):
    login: str


class _Review(Shape):
    state: str
    author: _Author | None = None
    commit: _Oid | None = None


class _Reviews(Shape):
    page: _Page = Field(alias="pageInfo")
    nodes: tuple[_Review, ...]


class _Thread(Shape):
    resolved: bool = Field(alias="isResolved")


class _Threads(Shape):
    page: _Page = Field(alias="pageInfo")
    nodes: tuple[_Thread, ...]


class _Signature(Shape):
    valid: bool = Field(alias="isValid")


class _Commit(Shape):
    signature: _Signature | None = None


class _CommitNode(Shape):
    commit: _Commit


class _Commits(Shape):
    page: _Page = Field(alias="pageInfo")
    nodes: tuple[_CommitNode, ...]


class _UpdateRule(Shape):
    """Classic protection, as far as whoever may read is shown it."""

    approvals: int | None = Field(None, alias="requiredApprovingReviewCount")
    contexts: tuple[str, ...] | None = Field(None, alias="requiredStatusCheckContexts")
    code_owners: bool = Field(False, alias="requiresCodeOwnerReviews")
    conversations: bool = Field(False, alias="requiresConversationResolution")
    linear: bool = Field(False, alias="requiresLinearHistory")
    signatures: bool = Field(False, alias="requiresSignatures")


class _Base(Shape):
    target: _Oid
    rule: _UpdateRule | None = Field(None, alias="refUpdateRule")


class _Pull(Shape):
    head: str = Field(alias="headRefOid")
    base_name: str = Field(alias="baseRefName")
    decision: str | None = Field(None, alias="reviewDecision")
    state: str = Field(alias="mergeStateStatus")
    queued: bool = Field(alias="isInMergeQueue")
    base: _Base = Field(alias="baseRef")
    opinions: _Reviews = Field(alias="latestOpinionatedReviews")
    threads: _Threads = Field(alias="reviewThreads")
    commits: _Commits


class _Queue(Shape):
    id: str


class _Home(Shape):
    id: int = Field(alias="databaseId")
    merge: bool = Field(alias="mergeCommitAllowed")
    squash: bool = Field(alias="squashMergeAllowed")
    rebase: bool = Field(alias="rebaseMergeAllowed")
    queue: _Queue | None = Field(None, alias="mergeQueue")
    pull: _Pull = Field(alias="pullRequest")

    @property
    def methods(self) -> frozenset[Method]:
        return frozenset(each for each in METHODS if getattr(self, each))


class _Asked(Shape):
    home: _Home = Field(alias="repository")


@dataclass(frozen=True, slots=True)
class Gates:
    """Reads as one App. `ours`: numbers of both our Apps."""

    wire: GitHubWire
    reads: Endpoints
    ours: frozenset[int]

    def read(self, target: Target, number: int, base_ref: str, lander: Person, *, may: bool) -> Gatekeeping:
        """Raises ForgeError kinds: what cannot be read is never taken for a rule that is not there."""
        home = self._asked(target, number, base_ref)
        pull = home.pull
        opinions = [each for each in pull.opinions.nodes if each.author is not None and not _is(each, lander)]
        mine = [each for each in self.reads.reviews(target, number) if each.user and each.user.id == lander.id]
        live = [each for each in mine if each.state == "APPROVED" and each.commit_id == pull.head]
        return Gatekeeping(
            head_sha=pull.head,
            base_sha=pull.base.target.oid,
            lander=lander,
            ours=self.ours,
            may=may,
            rules=self._rules(target, base_ref, home),
            reported=tuple(self._reported(target, pull.head)),
            others=sum(each.state == "APPROVED" for each in opinions),
            objected=any(each.state == "CHANGES_REQUESTED" for each in opinions) or pull.opinions.page.more,
            approval=live[-1].id if live else None,
            decision=pull.decision or "",
            state=pull.state,
            unresolved=_open(pull.threads),
            unsigned=_unsigned(pull.commits),
            queued=pull.queued,
        )

    def _asked(self, target: Target, number: int, base_ref: str) -> _Home:
        owner, _, name = target.full_name.partition("/")
        given = {"owner": owner, "name": name, "number": int(number), "base": base_ref}
        try:
            home = shaped(_Asked, self.wire.query(target, _GATE, given)).home
        except Unreadable as error:
            raise Misread(f"GitHub's answer about the rules of a branch cannot be read: {error}") from None
        if home.id != target.repository_id:
            raise Gone(f"{target.full_name} is another repository now")
        return home

    def _rules(self, target: Target, base_ref: str, home: _Home) -> Rules:
        rows = list(self.reads.rules(target, base_ref))
        classic = home.pull.base.rule or _UpdateRule()
        asked = [row.parameters or RuleParameters() for row in rows]
        types = {row.type for row in rows}
        return Rules(
            required=frozenset((*self._classic(target, base_ref, classic), *_of_rulesets(asked))),
            up_to_date=self._strict(asked, classic, home),
            approvals=max([classic.approvals or 0, *(each.required_approving_review_count for each in asked)]),
            one_more=any(each.require_extra_approval_for_unattributed_changes for each in asked),
            code_owners=classic.code_owners
            or any(each.require_code_owner_review or each.required_reviewers for each in asked),
            last_push=any(each.require_last_push_approval for each in asked),
            conversations=classic.conversations or any(each.required_review_thread_resolution for each in asked),
            signatures=classic.signatures or "required_signatures" in types,
            linear=classic.linear or "required_linear_history" in types,
            queue=home.queue is not None or "merge_queue" in types,
            methods=_methods(home.methods, asked),
            strange=frozenset(types - _HARMLESS - _KNOWN),
            bypass=self._may_bypass(target, rows),
        )

    def _strict(self, asked: Iterable[RuleParameters], classic: _UpdateRule, home: _Home) -> bool:
        """Classic protection does not show it: where that requires checks, a head that is behind is not up to date."""
        behind = home.pull.state == "BEHIND"
        return behind or any(each.strict_required_status_checks_policy for each in asked)

    def _classic(self, target: Target, base_ref: str, rule: _UpdateRule) -> Iterator[Required]:
        """With the source of each, which the branch itself shows."""
        branch = self.reads.protected(target, base_ref)
        checks = branch.protection.required_status_checks if branch and branch.protection else None
        sources = {check.context: source_of(check.app_id) for check in checks.checks} if checks else {}
        contexts = checks.contexts if checks else ()
        for context in dict.fromkeys((*sources, *contexts, *(rule.contexts or ()))):
            yield Required(context, sources.get(context))

    def _may_bypass(self, target: Target, rows: Iterable[Rule]) -> bool:
        """Whether this App need not obey a ruleset; one that does not say counts as one that it need not obey."""
        numbers = dict.fromkeys(row.ruleset_id for row in rows if row.ruleset_id)
        return any(_bypassed(self.reads.ruleset(target, number)) for number in numbers)

    def _reported(self, target: Target, sha: str) -> Iterator[Reported]:
        """The newest of each name and App; of statuses, the newest of each context."""
        for run in self.reads.latest_runs(target, sha):
            conclusion = run.conclusion if run.status == "completed" else None
            app = run.app
            yield Reported(run.name, app.id if app else 0, conclusion, app.slug if app else "")
        for status in _newest(self.reads.statuses(target, sha)).values():
            yield Reported(status.context, None, _STATUS.get(status.state, "failure"))


def _is(review: _Review, lander: Person) -> bool:
    """GraphQL names a bot without the end that REST gives it."""
    login = review.author.login if review.author else ""
    return login.removesuffix("[bot]") == lander.login.removesuffix("[bot]")


def _of_rulesets(asked: Iterable[RuleParameters]) -> Iterator[Required]:
    for each in asked:
        for check in each.required_status_checks:
            yield Required(check.context, source_of(check.integration_id))


def _methods(allowed: frozenset[Method], asked: Iterable[RuleParameters]) -> frozenset[Method]:
    for each in asked:
        if each.allowed_merge_methods is not None:
            allowed = allowed & frozenset(method for method in METHODS if method in each.allowed_merge_methods)
    return allowed


def _bypassed(ruleset: Ruleset | None) -> bool:
    return ruleset is None or ruleset.current_user_can_bypass != "never"


def _open(threads: _Threads) -> int:
    """A page more than is read counts as one that is open."""
    return sum(not each.resolved for each in threads.nodes) + (1 if threads.page.more else 0)


def _unsigned(commits: _Commits) -> int:
    signed = [each.commit.signature is not None and each.commit.signature.valid for each in commits.nodes]
    return signed.count(False) + (1 if commits.page.more else 0)


def _newest(statuses: Iterable[StatusFacts]) -> Mapping[str, StatusFacts]:
    """GitHub lists the newest first."""
    newest: dict[str, StatusFacts] = {}
    for each in statuses:
        newest.setdefault(each.context, each)
    return newest
