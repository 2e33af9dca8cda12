"""Sources of automated changes that many repositories have: by which account they write, and into which branches.

Every number is that of a bot's account on github.com, as it stands in the private address of its commits
(`49699333+dependabot[bot]@users.noreply.github.com`): one bot, one App, for good. A server of one's own has other
numbers, and so has an App of one's own: there the file names the account.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

SourceKind = Literal["codemod", "agent", "dependencies"]


@dataclass(frozen=True, slots=True)
class KnownSource:
    """`branches`: one of these globs has to match the head branch; none named: any branch of the same repository."""

    account: int
    login: str  # for showing only
    kind: SourceKind
    branches: tuple[str, ...] = ()


KNOWN: Mapping[str, KnownSource] = MappingProxyType(
    {
        "dependabot": KnownSource(49699333, "dependabot[bot]", "dependencies", ("dependabot/**",)),
        "renovate": KnownSource(29139614, "renovate[bot]", "dependencies", ("renovate/**",)),
        "pre-commit.ci": KnownSource(66853113, "pre-commit-ci[bot]", "dependencies", ("pre-commit-ci-update-config",)),
        "copilot": KnownSource(198982749, "Copilot", "agent", ("copilot/**",)),
        "claude": KnownSource(209825114, "claude[bot]", "agent", ("claude/**",)),
        "codex": KnownSource(199175422, "chatgpt-codex-connector[bot]", "agent", ("codex/**",)),
        "cursor": KnownSource(206951365, "cursor[bot]", "agent", ("cursor/**",)),
        "devin": KnownSource(158243242, "devin-ai-integration[bot]", "agent", ("devin/**",)),
        "jules": KnownSource(161369871, "google-labs-jules[bot]", "agent"),
    }
)
