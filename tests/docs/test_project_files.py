"""The files around the code can be read by the tools that they are for."""

import re

import yaml

from tests.support.paths import ROOT

FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
OTHERS = [ROOT / ".pre-commit-config.yaml", ROOT / "CITATION.cff", ROOT / ".github/dependabot.yml"]


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_yaml_is_yaml():
    assert len(FORMS) >= 5 and len(WORKFLOWS) >= 2
    assert all(isinstance(read(path), dict) for path in [*FORMS, *WORKFLOWS, *OTHERS])


def test_forms_ask_something_with_an_id_of_its_own():
    for path in FORMS:
        if path.stem != "config":
            form = read(path)
            ids = [part["id"] for part in form["body"] if part["type"] != "markdown"]
            assert form["name"] and form["description"] and ids and len(ids) == len(set(ids)), path


def test_workflows_may_only_read_and_linux_runs_everything():
    assert all(read(path)["permissions"] == {"contents": "read"} for path in WORKFLOWS)
    assert all("concurrency" in read(path) for path in WORKFLOWS)
    jobs = read(ROOT / ".github" / "workflows" / "test.yml")["jobs"]
    whole = jobs["everything"]
    assert whole["runs-on"] == "ubuntu-latest"
    assert "bash .ci/run" in [step.get("run") for step in whole["steps"]]


def test_one_version_of_ruff_and_of_torch():
    texts = {
        name: (ROOT / name).read_text(encoding="utf-8")
        for name in ("Makefile", "README.md", "requirements.txt", ".github/workflows/test.yml")
    }
    pins = {name: set(re.findall(r"torch==([\d.]+)", text)) for name, text in texts.items()}
    assert len(set.union(*pins.values())) == 1, pins
    ruff = re.search(r"ruff==(\S+)", (ROOT / "requirements-test.txt").read_text(encoding="utf-8"))
    hooks = read(ROOT / ".pre-commit-config.yaml")["repos"]
    (hook,) = [repo for repo in hooks if repo["repo"].endswith("ruff-pre-commit")]
    assert hook["rev"] == f"v{ruff[1]}"
