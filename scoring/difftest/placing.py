"""Where a difference belongs that names no field: by the templates of what its logs and its description say."""

import hashlib
from dataclasses import replace

from scoring.difftest.insight import codes
from scoring.difftest.logs import only
from scoring.difftest.record import Difference
from scoring.difftest.templates import Templates

LONGEST = 160


def placed(difference: Difference, templates: Templates) -> Difference:
    """The same with field and kind, by which it is grouped. Lines make `templates` grow."""
    if difference.field.startswith("log "):
        line = difference.left or difference.right or ""
        return replace(difference, field=_short(f"log {templates.add(line).name}"))
    if difference.field:
        return difference
    kind = difference.kind or _short(_said(difference, templates))
    return replace(difference, field=difference.category, kind=kind)


def _said(difference: Difference, templates: Templates) -> str:
    """What only one side logs and which codes differ; of two that log the same, the description."""
    new = {f"+{templates.add(each).name}" for each in only(difference.test_logs, difference.prod_logs)}
    gone = {f"-{templates.add(each).name}" for each in only(difference.prod_logs, difference.test_logs)}
    parts = sorted({*new, *gone, *codes(difference)})
    return " ".join(parts) or templates.add(difference.description).name


def _short(text: str) -> str:
    """At most LONGEST characters; what is cut off still tells two apart."""
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST - 11]} {hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:10]}"
