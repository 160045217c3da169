"""schemathesis on Meta's OpenAPI document: no fault of ours, no answer that takes long."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import calls
from openapi import DOCUMENT, WEBHOOKS
from postman import BOUND_SECONDS
from stage import Person, Stage

#: Another seed: CONTRACT_SEED=1; longer: CONTRACT_EXAMPLES=100.
SEED = os.environ.get("CONTRACT_SEED", "20260615")
EXAMPLES = os.environ.get("CONTRACT_EXAMPLES", "10")
BUDGET_SECONDS = int(os.environ.get("CONTRACT_SECONDS", "420"))
#: Fewer calls than this mean that the tool did not do its work.
LEAST_CALLS = 5_000
#: Ids that the exchange knows; the rest of every request is generated.
KNOWN = (
    "Version",
    "Phone-Number-ID",
    "WABA-ID",
    "WhatsApp-Business-Account-ID",
    "Application-ID",
    "Business-ID",
    "Media-ID",
    "Flow-ID",
    "TEMPLATE_ID",
    "QR-Code-ID",
    "group_id",
    "User-ID",
)
#: People who may be written to: one alone would soon have heard as much as is allowed.
PEOPLE = 20


def run(stage: Stage) -> tuple[int, list[str]]:
    """Returns how many calls were made, and what is wrong."""
    people = [stage.person, *(Person(stage) for _ in range(PEOPLE - 1))]
    for person in people[1:]:
        person.says("Hello")
    known = {f"path.{name}": calls.OF_PATH[name](stage) for name in KNOWN}
    with tempfile.TemporaryDirectory(prefix="strowger-fuzz-") as folder:
        config, report = Path(folder, "schemathesis.toml"), Path(folder, "report.json")
        lines = [f"{json.dumps(name)} = {json.dumps(value)}" for name, value in known.items()]
        config.write_text("\n".join(['hooks = "fuzz_hooks"', "[parameters]", *lines, ""]), encoding="utf-8")
        surroundings = os.environ | {
            "PYTHONPATH": str(Path(__file__).parent),
            "CONTRACT_PEOPLE": ",".join(person.wa_id for person in people),
            "CONTRACT_MESSAGE": stage.heard,
        }
        try:
            ran = subprocess.run(
                _command(stage, config, report), cwd=folder, env=surroundings, capture_output=True, text=True, timeout=BUDGET_SECONDS
            )
        except subprocess.TimeoutExpired:
            return 0, [f"schemathesis took more than {BUDGET_SECONDS} s"]
        output = (ran.stdout + ran.stderr).splitlines()
        if not report.exists():
            return 0, [f"schemathesis ended with {ran.returncode}", *output[-60:]]
        return _judge(json.loads(report.read_text(encoding="utf-8")), ran.returncode, output)


def _command(stage: Stage, config: Path, report: Path) -> list[str]:
    # One worker: with more, Python 3.11's parser of its own source falls over now and then.
    tool = [str(Path(sys.executable).with_name("st")), "--config-file", str(config), "run", str(DOCUMENT)]
    where = ["--url", stage.exchange.url, "-H", f"Authorization: Bearer {stage.token}", "--workers", "1", "--exclude-path", WEBHOOKS]
    checks = ["--checks", "not_a_server_error", "--max-response-time", str(BOUND_SECONDS), "--request-timeout", "20"]
    bounds = ["--max-examples", EXAMPLES, "--seed", SEED, "--phases", "examples,coverage,fuzzing", "--no-shrink"]
    quiet = ["--generation-database", "none", "--suppress-health-check", "all", "--warnings", "off", "--continue-on-failure"]
    return [*tool, *where, *checks, *bounds, *quiet, "--no-color", "--report-json-path", str(report)]


def _judge(report: dict, code: int, output: list[str]) -> tuple[int, list[str]]:
    made, tested = report["test_cases"]["generated"], report["operations"]["tested"]
    wrong = []
    if code != 0 or report["failures"] or report["errors"] or not report["complete"]:
        start = next((at for at, line in enumerate(output) if "FAILURES" in line or "ERRORS" in line), -80)
        wrong += [f"schemathesis ended with {code}", *[line[:300] for line in output[start:][:200]]]
    if made < LEAST_CALLS or tested != report["operations"]["selected"]:
        wrong.append(f"only {made} calls of {tested} operations were made")
    return made, wrong
