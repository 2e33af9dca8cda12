import re
import tomllib
from pathlib import Path

import pytest
import yaml

from bot.config.settings import Settings
from bot.setup.manifest import read

ROOT = Path(__file__).resolve().parents[3]
HOSTING = (ROOT / "docs" / "self-hosting.md").read_text()


def rows(section: str) -> list[tuple[str, ...]]:
    table = re.findall(rf"<!-- {section} -->\n(.*?)<!-- end -->", HOSTING, re.DOTALL)[0]
    cells = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in table.strip().splitlines()]
    return cells[2:]


def test_the_table_of_permissions_is_the_manifest() -> None:
    told = read("advisory")
    assert rows("permissions") == [(name, level, told.reasons[name]) for name, level in told.permissions.items()]


def test_the_table_of_events_is_the_manifest() -> None:
    told = read("advisory")
    assert rows("events") == [(name, told.reasons[name]) for name in told.events]


def test_every_setting_that_is_documented_exists() -> None:
    named = set(re.findall(r"CODECHILL_([A-Z_]+)", HOSTING))
    assert named <= {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("page", ["docs/self-hosting.md", "docs/threat-model.md", "docs/incidents.md", "SECURITY.md"])
def test_every_link_to_a_file_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / page).read_text())
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []


# --- deployment


def documents(path: str) -> list[dict]:  # type: ignore[type-arg]
    return [document for document in yaml.safe_load_all((ROOT / path).read_text()) if document]


def test_the_container_is_not_root_and_copies_no_secret() -> None:
    lines = (ROOT / "deploy" / "Containerfile").read_text().splitlines()
    assert "USER 10001:10001" in lines
    copied = " ".join(line for line in lines if line.startswith("COPY"))
    assert "COPY . " not in copied
    ignored = (ROOT / ".containerignore").read_text()
    assert ignored.splitlines()[1] == "*"
    assert ignored == (ROOT / ".dockerignore").read_text()


def test_what_the_wheel_is_made_of_is_copied_before_it_is_built_and_kept_out_of_no_build() -> None:
    before = (ROOT / "deploy" / "Containerfile").read_text().partition("\nRUN /opt/build/bin/pip wheel")[0]
    copied = {path for line in re.findall(r"^COPY (.+) \S+$", before, re.M) for path in line.split()}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    data = {path for paths in project["tool"]["setuptools"]["data-files"].values() for path in paths}
    assert {"pyproject.toml", "bot", "scoring", "templates", "deploy/models"} | data <= copied
    kept = {line.removeprefix("!") for line in (ROOT / ".containerignore").read_text().splitlines() if line[:1] == "!"}
    assert copied <= kept


def test_the_pod_passes_the_restricted_standard() -> None:
    (workload,) = documents("deploy/kubernetes/statefulset.yaml")
    pod = workload["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    inside = container["securityContext"]
    assert inside["readOnlyRootFilesystem"] is True
    assert inside["allowPrivilegeEscalation"] is False
    assert inside["capabilities"] == {"drop": ["ALL"]}
    mounted = {mount["mountPath"] for mount in container["volumeMounts"]}
    assert mounted == {"/var/lib/codechill", "/run/secrets/codechill", "/tmp"}


def test_the_composed_server_writes_nowhere_but_in_its_folder() -> None:
    (composed,) = documents("deploy/compose.yml")
    server = composed["services"]["codechill"]
    assert server["read_only"] is True
    assert server["cap_drop"] == ["ALL"]
    assert server["ports"] == ["127.0.0.1:8080:8080"]
    assert server["volumes"] == ["./state:/var/lib/codechill"]


@pytest.mark.parametrize("name", ["compose.yml", "codechill.service", "kubernetes/statefulset.yaml"])
def test_no_secret_is_an_argument_or_a_variable(name: str) -> None:
    text = (ROOT / "deploy" / name).read_text()
    assert "WEBHOOK_SECRET" not in text
    assert not re.search(r"PRIVATE_KEY[=:]\s*-----", text)
    keys = re.findall(r"CODECHILL_PRIVATE_KEY(?:=|:|\n\s+value:)\s*(\S+)", text)
    assert keys
    assert all(key.endswith("key.pem") for key in keys)
