"""What a client's program and the driver say to each other: one JSON object a line."""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

Verbs = dict[str, Callable[..., Any]]


class NotOffered(Exception):
    """The client has the call but cannot do it by its own fault."""


def setting(name: str) -> str:
    return os.environ[name]


def tell(**what: object) -> None:
    # One write a line: handlers run in several threads.
    sys.stdout.write(json.dumps(what, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def serve(version: str, verbs: Verbs) -> None:
    """Answers the driver's verbs, one at a time, until it closes the pipe."""
    tell(event="ready", version=version, offers=list(verbs))
    for line in sys.stdin:
        ask = json.loads(line)
        try:
            tell(n=ask["n"], value=verbs[ask["verb"]](**ask["given"]) or {})
        except NotOffered as fault:
            tell(n=ask["n"], not_offered=str(fault))
        except Exception as error:  # Whatever a client raises is an answer to the driver.
            tell(n=ask["n"], error=f"{type(error).__name__}: {error}")
