"""Runs all of it: `python e2e/contract/run.py [part …] [--only TEXT] [--found FILE]`.

Parts: tools, replay, payloads, fuzz. The list of differences is judged for the parts that ran.
"""

import argparse
import json
import sys
import time
import unittest
from collections.abc import Callable, Sequence
from pathlib import Path

import calls
import differences
import fuzz
import openapi
import postman
import test_contract
import webhooks
from exchange import Exchange
from postman import Answer
from sink import Sink
from stage import Stage


class Report:
    """What was asked, what was found, what is plainly wrong."""

    def __init__(self) -> None:
        self.asked: set[str] = set()
        self.found: set[differences.Find] = set()
        self.broken: dict[str, list[str]] = {}

    def add(self, where: str, finds: list[str], broken: Sequence[str] = ()) -> None:
        self.asked.add(where)
        self.found |= {(where, find) for find in finds}
        if broken:
            self.broken.setdefault(where, []).extend(broken)


def tools(report: Report, _only: str) -> None:
    """The comparers themselves."""
    suite = unittest.defaultTestLoader.loadTestsFromModule(test_contract)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=0).run(suite)
    for number, (test, trace) in enumerate(result.failures + result.errors):
        report.add(f"tools: {test.id()}", [], [trace])
    report.add(f"tools: {result.testsRun} tests", [], [] if result.testsRun else ["none ran"])


def replay(report: Report, only: str) -> None:
    """Both collections, then every operation, against one exchange."""
    document = openapi.Document()
    with Exchange() as exchange, Sink() as sink:

        def fresh() -> Stage:
            return Stage(exchange, sink)

        seen = collections(report, document, fresh, only)
        operations(report, document, fresh, only, seen)
        arrived(report, document, sink)
        report.add("replay: the exchange", [], standing(exchange))


def collections(report: Report, document: openapi.Document, fresh: Callable[[], Stage], only: str) -> dict[str, list[Answer]]:
    """Replays; returns the answers by operation of the document."""
    seen: dict[str, list[Answer]] = {}
    for short in postman.COLLECTIONS:
        for request in postman.requests_of(short):
            if only not in request.id:
                continue
            answer = postman.send(request, fresh())
            is_file = request.name in postman.FILE_ANSWERS and answer.status == 200
            broken = [] if is_file else postman.hard(answer)
            report.add(request.id, [] if broken or is_file else postman.finds(request, answer), broken)
            operation = document.of(*postman.template_of(request))
            if operation and not broken and not is_file:
                seen.setdefault(operation.name, []).append(answer)
            if only:
                print(request.id, answer.status, answer.text[:3000])
    return seen


def operations(report: Report, document: openapi.Document, fresh: Callable[[], Stage], only: str, seen: dict[str, list[Answer]]) -> None:
    """Calls every operation; holds these answers and those of the collections against its schemas."""
    other = fresh()
    for operation in document.operations:
        where = f"openapi: {operation.name}"
        if only not in where or operation.path == openapi.WEBHOOKS:
            continue
        own, checked, broken = list(seen.get(operation.name, [])), [], []
        for kind, answer in calls.calls(operation, fresh, other):
            is_file = "{Media-URL}" in operation.path and answer.status == 200
            broken += [] if is_file else postman.hard(answer)
            broken += [f"{kind}: accepted"] if kind != "own" and answer.status < 400 else []
            checked += [] if is_file else [answer]
            own += [answer] if kind == "own" else []
            if only:
                print(kind, answer.status, answer.text[:3000])
        finds = set()
        if not broken:
            finds = {find for one in [*checked, *own] if one.body is not None for find in operation.check(one.status, one.body)}
            finds |= set(openapi.served([(one.status, one.body) for one in own]))
        report.add(where, sorted(finds), broken)


def payloads(report: Report, only: str) -> None:
    """The webhooks that the collections show."""
    with Exchange() as exchange, Sink() as sink:
        for request in webhooks.all_payloads():
            if only in request.id:
                report.add(request.id, webhooks.finds(request, Stage(exchange, sink)))
        arrived(report, openapi.Document(), sink)
        report.add("payloads: the exchange", [], standing(exchange))


def arrived(report: Report, document: openapi.Document, sink: Sink) -> None:
    """Every webhook that came, against the document's webhook."""
    for body in list(sink.arrived):
        report.add("openapi: whatsapp/webhooks", document.webhook(body))


def fuzzed(report: Report, _only: str) -> None:
    """Generated requests against an exchange of their own: some of them turn numbers off."""
    with Exchange() as exchange, Sink() as sink:
        made, wrong = fuzz.run(Stage(exchange, sink))
        print(f"fuzz: {made} generated calls")
        report.add("fuzz: schemathesis", [], wrong)
        # It still takes people, assistants and messages.
        report.add("fuzz: afterwards", [], [] if Stage(exchange, sink).heard else ["silence"])
        report.add("fuzz: the exchange", [], standing(exchange))


def standing(exchange: Exchange) -> list[str]:
    """What is wrong with the process itself."""
    return exchange.panics() + ([] if exchange.alive() else ["it died"])


PARTS = {"tools": tools, "replay": replay, "payloads": payloads, "fuzz": fuzzed}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS])
    parser.add_argument("--only", default="")
    parser.add_argument("--found", help="write all finds to this file, as JSON")
    arguments = parser.parse_args()
    report = Report()
    for name in arguments.parts or PARTS:
        began = time.monotonic()
        PARTS[name](report, arguments.only)
        print(f"{name}: {time.monotonic() - began:.1f} s")
    if arguments.found:
        Path(arguments.found).write_text(json.dumps(sorted(report.found), indent=1), encoding="utf-8")
    listed = differences.read()
    if arguments.parts or arguments.only:
        # Of what was not asked nothing can be said.
        listed &= report.found
    wrong = differences.judge(report.found, listed, report.asked)
    for where, faults in sorted(report.broken.items()):
        print(f"WRONG {where}: " + "\n      ".join(faults))
    for line in wrong:
        print(f"DIFFERENT {line}")
    failed = len(report.broken) + len(wrong)
    print(f"# pass {len(report.asked) - len(report.broken)}\n# fail {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
