"""How `auto_review` is written: the shapes of its settings, with what each means."""

from typing import Annotated, Literal

from pydantic import Field

from bot.policy.config.auto_review import HOLD_LABEL, MOST_A_DAY, SUGGEST_LABEL, AutoMode, Threshold
from bot.policy.config.known_sources import KNOWN, SourceKind
from bot.policy.config.values import (
    Between,
    Branch,
    Elapsed,
    Flag,
    Globs,
    Manager,
    Managers,
    Name,
    Shape,
    Share,
    SourceName,
    Trailer,
    Words,
)


class LabelsShape(Shape):
    """One that people set, and one that codechill sets."""

    hold: Name = Field(default=HOLD_LABEL, description="A change that bears it does not land by itself.")
    suggest: Name = Field(
        default=SUGGEST_LABEL,
        description="In `mode: suggest` a change bears it while it could land by itself. It is never read.",
    )


class BotsShape(Shape):
    """How safe a change of a source has to look: P20 means among the safest 20 %."""

    threshold: Threshold = Field(default="P20", description="For sources that are not allow-listed.")
    allowlisted_threshold: Threshold = Field(default="P50", description="For those that are.")
    bypass_risk: Flag = Field(
        default=False,
        description="No look at the risk score: for sources the reviewer alone decides. Every record says so.",
    )


class PeopleShape(Shape):
    """People's changes pass in two steps: one that may ship now and is looked at later, and a stricter one."""

    mode: AutoMode = Field(default="enforce", description="At most that of `auto_review`. off: bots' changes only.")
    verification: Threshold = Field(default="P10", description="May ship now; somebody looks at it afterwards.")
    approval: Threshold = Field(default="P5", description="Nobody need look; stricter than `verification`.")
    deferred_review: Flag = Field(
        default=True, description="false: what passes `verification` only waits for a person before it lands."
    )
    deferred_review_within: Elapsed | None = Field(
        default=None, description="When the deferred review is due. Left out: 5d.", examples=["3d"]
    )
    authors: Managers | None = Field(
        default=None,
        description="Whose changes, people and teams. Left out: those of every member. None: nobody's.",
        examples=[["some-user", "@acme/payments"]],
    )


class GatesShape(Shape):
    """What a source's past has to look like before it lands anything."""

    days: Annotated[int, Between(7, 366)] = Field(default=60, description="How far back it is looked.")
    max_incidents: Annotated[int, Between(0, 100)] = Field(default=0, description="Confirmed, in these days.")
    max_revert_upper95: Share = Field(
        default=0.03, description="Upper end of the one-sided 95 % interval of its share of reverted changes."
    )
    max_rejection_upper95: Share = Field(default=0.10, description="The same for changes that people rejected.")
    min_landed: Annotated[int, Between(1, 100_000)] = Field(default=100, description="In these days.")
    test_name_match: Literal["substring", "word"] = Field(
        default="substring",
        description="A source whose name holds `test` lands nothing: anywhere in it, or as a word of it.",
    )
    sensitive_path: Literal["deny", "person"] = Field(
        default="deny",
        description="A source's change that touches a sensitive path goes to a person; deny: and the source is denied "
        "until a person lifts that.",
    )


class SourceShape(Shape):
    """A source of automated changes. It needs `like`, or `account` and `kind`; everything named has to match."""

    like: Words | None = Field(
        default=None,
        description=f"One that is known already: {', '.join(f'`{name}`' for name in KNOWN)}.",
        examples=["renovate"],
    )
    account: Annotated[int, Between(1, 2**53)] | None = Field(
        default=None,
        description="Number of its bot's account: `id` in `https://api.github.com/users/name[bot]`. With `like`: "
        "that of your own App which writes as it does.",
        examples=[29139614],
    )
    branch: Branch | None = Field(
        default=None,
        description="Glob of head branches. With `like`: those of its branches that are this source's.",
        examples=["codemod/tidy-*"],
    )
    trailer: Trailer | None = Field(
        default=None, description="A line at the end of every commit's message.", examples=["Codemod-Id: tidy-imports"]
    )
    kind: SourceKind | None = Field(
        default=None,
        description="codemod (a program), agent (a language model) or dependencies.",
        examples=["codemod"],
    )
    owner: Manager | None = Field(default=None, description="Whom to ask about it.", examples=["@acme/platform"])
    mode: AutoMode = Field(default="enforce", description="At most that of `auto_review`.")
    daily_limit: Annotated[int, Between(1, MOST_A_DAY)] = Field(default=10, description="Landings by itself in a day.")
    allowlisted: Flag = Field(default=False, description="Its changes may pass `bots.allowlisted_threshold`.")
    threshold: Threshold | None = Field(
        default=None, description="Where its changes have to be safer than `bots` says.", examples=["P10"]
    )
    landing_delay: Elapsed | None = Field(
        default=None, description="Where its changes wait longer than others.", examples=["3d"]
    )


class SizeShape(Shape):
    """Above this a change goes to a person, unless it is proved to change nothing."""

    files: Annotated[int, Between(1, 3000)] = Field(default=20, description="Changed files.")
    lines: Annotated[int, Between(1, 100_000)] = Field(default=400, description="Added and deleted.")


class DependenciesShape(Shape):
    """Changes of what a repository depends on."""

    min_release_age: Elapsed | None = Field(
        default=None, description="A version is at least this old. Left out: 7d.", examples=["14d"]
    )
    majors: Literal["human", "allowed"] = Field(default="human", description="New major versions.")


class ReviewerShape(Shape):
    """What a language model is asked, where the operator has set one up. It may only veto or confirm."""

    min_confidence: Annotated[int, Between(8, 10)] = Field(default=8, description="Of 10.")
    max_effort: Annotated[int, Between(1, 3)] = Field(default=3, description="Of 5.")
    samples: Annotated[int, Between(1, 5)] = Field(default=1, description="How often it is asked; all have to agree.")
    send: Literal["diff", "none"] = Field(default="diff", description="none: it is never asked.")
    tokens_per_change: Annotated[int, Between(1000, 1_000_000)] = Field(default=60_000, description="At most.")


class AutoReviewShape(Shape):
    """Changes that review and land themselves. Everything that is not known is for a person to look at."""

    mode: AutoMode = Field(
        default="off",
        description="shadow: decide and keep the record. suggest: a label and a comment too. enforce: land.",
    )
    landing_delay: Elapsed | None = Field(
        default=None, description="How long a change waits for anybody's no. Left out: 24h.", examples=["24h"]
    )
    labels: LabelsShape = Field(default_factory=LabelsShape, description="Labels that people set.")
    bots: BotsShape = Field(default_factory=BotsShape, description="Changes of sources.")
    people: PeopleShape = Field(default_factory=PeopleShape, description="Changes of people.")
    gates: GatesShape = Field(default_factory=GatesShape, description="What a source's past has to look like.")
    sources: dict[SourceName, SourceShape] = Field(
        default={}, max_length=200, description="By name. Of two that match a change, the one listed first is its."
    )
    denied: list[SourceName] = Field(
        default=[], max_length=200, description="Sources of which nothing lands by itself.", examples=[["codemod-x"]]
    )
    size: SizeShape = Field(default_factory=SizeShape, description="How large a change may be.")
    dependencies: DependenciesShape = Field(default_factory=DependenciesShape, description="Updates.")
    sensitive_paths: Globs = Field(
        default=[],
        description="A person looks at every change of these, and of the built-in ones.",
        examples=[["pricing/**"]],
    )
    sox_paths: Globs = Field(
        default=[],
        description="The law asks for a person: nothing here lands by itself, proof or not.",
        examples=[["ledger/**"]],
    )
    reviewer: ReviewerShape = Field(default_factory=ReviewerShape, description="The language model.")
