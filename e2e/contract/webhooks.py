"""The collections' payload reference: the webhooks that they show, against those that arrive here."""

import json
import re
from collections.abc import Callable

import shapes
from postman import Request, payloads_of
from stage import Stage

#: What stands unquoted or with one comma too many in some payloads: of those values nothing is known.
BARE = re.compile(r":\s*[A-Z_]+(?=\s*[,}\n])")
COMMA = re.compile(r",(?=\s*[}\]])")


def _value(body: dict) -> dict:
    return body["entry"][0]["changes"][0]["value"]


def _message(kind: str) -> Callable[[dict], bool]:
    return lambda value: any(one.get("type") == kind for one in value.get("messages", []))


def _status(status: str) -> Callable[[dict], bool]:
    return lambda value: any(one.get("status") == status for one in value.get("statuses", []))


def _sends(stage: Stage, **what) -> int:
    """The assistant writes; returns the message's place in the chat, 0 when it was refused."""
    body = {"messaging_product": "whatsapp", "to": stage.person.wa_id, **what}
    stage.call("POST", f"{stage.number}/messages", json=body)
    return stage.person.last()


def _text(stage: Stage) -> None:
    stage.person.says("Hello again")


def _reaction(stage: Stage) -> None:
    seq = _sends(stage, type="text", text={"body": "Hello"})
    stage.person.sends({"type": "reaction", "reaction": {"seq": seq, "emoji": "\N{THUMBS UP SIGN}"}})


def _sent(stage: Stage) -> None:
    _sends(stage, type="text", text={"body": "Hello"})


def _delivered(stage: Stage) -> None:
    seq = _sends(stage, type="text", text={"body": "Hello"})
    stage.person.receives(seq)


#: How a payload comes about here, and how it is recognised.
MADE: dict[str, tuple[Callable[[Stage], None], Callable[[dict], bool]]] = {
    "Received Text Message": (_text, _message("text")),
    "Received Text Message with Show Security Notifications": (_text, _message("text")),
    "Received Message Triggered by Click to WhatsApp Ads": (_text, _message("text")),
    "Received Product Enquiry Message": (_text, _message("text")),
    "Received Message with Reaction": (_reaction, _message("reaction")),
    "Message Status Update Notifications": (_sent, _status("sent")),
    "Status: Message Sent - User Initiated": (_sent, _status("sent")),
    "Status: Message Sent - Business-Initiated": (_sent, _status("sent")),
    "Status: Message Sent - Business Reply to User": (_sent, _status("sent")),
    # It says "delivered" in its name and "sent" in its body.
    "Status: Message Delivered - Business from User-Initiated": (_sent, _status("sent")),
    "Status: Message Delivered - User Initiated": (_delivered, _status("delivered")),
    "Status: Message Delivered - Business Delivered from User": (_delivered, _status("delivered")),
}


def payload(request: Request) -> dict:
    """The payload as JSON."""
    raw = request.raw["body"]["raw"]
    try:
        return json.loads(raw)
    except ValueError:
        return json.loads(COMMA.sub("", BARE.sub(": null", raw)))


def finds(request: Request, stage: Stage) -> list[str]:
    """Makes it happen, and compares."""
    wanted = payload(request)
    if request.name not in MADE:
        return ["never sent"]
    make, fits = MADE[request.name]
    stage.heard  # noqa: B018 - the first message is there before the one that is meant
    make(stage)
    body = stage.sink.wait(stage.number, fits)
    return ["did not arrive"] if body is None else shapes.compare([wanted], body)


def all_payloads() -> list[Request]:
    """Every payload of the collections."""
    return payloads_of("cloud") + payloads_of("flows")
