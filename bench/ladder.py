"""The ladder of the paper on a lab's labels, its form and not its figures: small local models on one's own machine.

    python -m bench.ladder --read LAB.jsonl.gz [--service NAME] [--releases N] [--groups N] [--embeddings wordllama]
        [--model NAME@http://127.0.0.1:PORT/v1] [--base FOLDER --work FOLDER [--minutes M]]

Each of the last `--releases` releases is predicted from those before it: by the label seen most, by rules, by the
local labeller, by the nearest labelled group, by a language model with static and with dynamic examples, and by a
small model that was fine-tuned on the releases before (the newest of them shows when to stop). All answer for the same
groups, of which `--groups` a release are drawn where a model takes long. The labels are the lab's own, by construction.
bench/model/ has an endpoint for a model on this machine.
"""

import argparse
import json
import resource
from collections.abc import Sequence
from pathlib import Path
from random import Random

from bench.shadow_lab.figures import labelled_of, read
from bot.commands.difftest_embeddings import EndpointEmbedder
from bot.commands.difftest_finetune import finetuned
from bot.commands.difftest_model import EndpointModel
from bot.config.addresses import Addresses, networks, places
from bot.reviewer.embeddings import Embeddings
from bot.reviewer.endpoint import Endpoint
from scoring.difftest.embedding import Cached, Embedder, Hashed
from scoring.difftest.evaluate import Beside, Predicted, Ready, predicted_of
from scoring.difftest.labeller import Labelled
from scoring.difftest.labels import PAPER, Label
from scoring.difftest.prompts import FORMATS
from scoring.difftest.tuned import Tuned
from scoring.difftest.tuned_text import Wording
from scoring.difftest.word_table import WordTable
from scoring.pretraining.adapting import Recipe

SECONDS = 600.0


def main() -> None:
    options = _options()
    rows = read(options.read)
    for team in options.service or sorted({each.origin.team for each in rows}):
        labelled = labelled_of([each for each in rows if each.origin.team == team])
        last = sorted({each.release for each in labelled})[1:][-options.releases :]
        rungs: dict[str, list[Predicted]] = {}
        for release in last:
            drawn = _drawn(labelled, release, options.groups)
            beside = Beside(
                dict(map(_model, options.model)), list(map(_embedder, options.embeddings)),
                _tuned(drawn, release, team, options),
            )  # fmt: skip
            _, by = predicted_of(drawn, release, beside=beside)
            for name, predicted in by.items():
                rungs.setdefault(name, []).extend(predicted)
            if options.keep:
                _keep(options.keep, team, by)
        print(f"\n{team}, {len(last)} of {len({each.release for each in labelled})} releases")  # noqa: T201
        for line in table(rungs):
            print(line)  # noqa: T201
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(f"{used.ru_utime + used.ru_stime:.0f} s of a processor here (a model's own are not in it)")  # noqa: T201


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--read", type=Path, required=True)
    parser.add_argument("--service", action="append")
    parser.add_argument("--releases", type=int, default=1)
    parser.add_argument("--groups", type=int, help="drawn of a release, all of the labels alike; default: all")
    parser.add_argument("--embeddings", action="append", default=[])
    parser.add_argument("--model", action="append", default=[])
    parser.add_argument("--base", type=Path, action="append", default=[])
    parser.add_argument("--work", type=Path, default=Path(".ladder"))
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--epochs", type=int, default=Recipe().epochs)
    parser.add_argument("--tokens", type=int, default=Wording().tokens)
    parser.add_argument("--keep", type=Path, help="add each answer there, a line of JSON each")
    return parser.parse_args()


def _drawn(labelled: Sequence[Labelled], release: int, count: int | None) -> list[Labelled]:
    """All of the releases before, and `count` groups of this one, by chance alone."""
    now = sorted((each for each in labelled if each.release == release), key=lambda each: each.group.id)
    if count is not None and count < len(now):
        now = Random(5).sample(now, count)  # noqa: S311 - no secret
    return [*(each for each in labelled if each.release < release), *now]


def _tuned(labelled: Sequence[Labelled], release: int, team: str, options: argparse.Namespace) -> list[Ready]:
    """One with what was counted and one with words alone, of each base."""
    made: list[Ready] = []
    for base in options.base:
        for words_only in (True, False):
            name = f"{base.name}{' words' if words_only else ''}"
            folder = options.work / f"{team} {release}" / name
            if not (folder / "labeller.json").is_file():
                wording = Wording(options.tokens, not words_only)
                recipe = Recipe(epochs=options.epochs, minutes=options.minutes)
                before = [each for each in labelled if each.release < release]
                print(json.dumps(finetuned(before, base, folder, wording, recipe)))  # noqa: T201
            made.append(Tuned.open(folder))
    return made


def _model(given: str) -> tuple[str, EndpointModel]:
    name, _, address = given.rpartition("@")
    return name, EndpointModel(name, Endpoint(address, name, _local(address), formats=FORMATS), SECONDS)


def _embedder(given: str) -> Embedder:
    if given in ("hashed", "wordllama"):
        return Cached(Hashed() if given == "hashed" else WordTable.installed())
    name, _, address = given.rpartition("@")
    return Cached(EndpointEmbedder(name, Embeddings(address, name, _local(address))))


def _local(address: str) -> Addresses:
    return Addresses(places(address), networks("127.0.0.0/8"), seconds=SECONDS, only_private=True)


def table(rungs: dict[str, list[Predicted]]) -> list[str]:
    """As the paper's tables of the ladder: what is right of all and of each label, over groups."""
    lines = [
        f"{'over groups':<34}{'right':>16}{'':4}" + "".join(f"{PAPER[each]:>18}" for each in Label) + "  no answer"
    ]
    for name, predicted in rungs.items():
        shares = [_share([each for each in predicted if each.labelled.label is label]) for label in Label]
        silent = sum(each.suggestion.label is None for each in predicted)
        lines.append(
            f"{name:<34}{_share(predicted):>16}{'':4}" + "".join(f"{each:>18}" for each in shares) + f"{silent:>11}"
        )
    return lines


def _share(predicted: Sequence[Predicted]) -> str:
    right = sum(each.suggestion.label is each.labelled.label for each in predicted)
    return f"{100 * right / len(predicted):.1f} % {right}/{len(predicted)}" if predicted else "n.d."


def _keep(path: Path, team: str, by: dict[str, list[Predicted]]) -> None:
    with path.open("a") as file:
        for name, predicted in by.items():
            for each in predicted:
                one = each.suggestion
                row = {
                    "service": team, "by": name, "group": each.labelled.group.id, "label": each.labelled.label,
                    "said": one.label, "confidence": one.confidence, "why_not": one.why_not,
                }  # fmt: skip
                file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
