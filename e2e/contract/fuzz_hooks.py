"""Lets generated messages get past the first checks: schemathesis cannot guess whom this assistant may
write to, and the document does not say that messaging_product is required."""

import itertools
import os

import schemathesis

PEOPLE = itertools.cycle(os.environ["CONTRACT_PEOPLE"].split(","))
MESSAGE = os.environ["CONTRACT_MESSAGE"]
#: Every sixteenth generated recipient and message stays as it was generated.
KEPT = 16
_calls = itertools.count()


@schemathesis.hook
def before_call(_context, case, _kwargs) -> None:
    body = case.body
    if not isinstance(body, dict) or next(_calls) % KEPT == 0:
        return
    body.setdefault("messaging_product", "whatsapp")
    if case.operation.path.endswith("/messages") and isinstance(body.get("to", ""), str):
        body["to"] = next(PEOPLE)
    for holder in (body, body.get("context"), body.get("reaction")):
        if isinstance(holder, dict) and isinstance(holder.get("message_id"), str):
            holder["message_id"] = MESSAGE
