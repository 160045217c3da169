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


def _failed(stage: Stage) -> None:
    # A link that leads nowhere is found out after the message was accepted (reference 3.1).
    _sends(stage, type="image", image={"link": f"{stage.sink.url}/nothing.jpg"})


def _media(kind: str) -> Callable[[Stage], None]:
    def make(stage: Stage) -> None:
        media = {"kind": kind, "id": stage.person.adds(kind)}
        stage.person.sends({"type": "media", "media": media | ({"caption": "This is a caption"} if kind == "image" else {})})

    return make


def _interactive(stage: Stage, kind: str, action: dict, **more) -> int:
    interactive = {"type": kind, "body": {"text": "Choose"}, "action": action, **more}
    return _sends(stage, type="interactive", interactive=interactive)


def _contacts(stage: Stage) -> None:
    card = {
        "addresses": [{"street": "1 Hacker Way", "city": "Menlo Park", "state": "CA", "zip": "94025"}],
        "birthday": "1990-04-30",
        "emails": [{"email": "kerry@example.org", "type": "WORK"}],
        "name": {"formatted_name": "Kerry Fisher", "first_name": "Kerry", "last_name": "Fisher"},
        "org": {"company": "Example Labs", "department": "Design", "title": "Manager"},
        "phones": [{"phone": "+16505550000", "type": "HOME", "wa_id": "16505550000"}],
        "urls": [{"url": "https://example.org/", "type": "WORK"}],
    }
    card["addresses"][0] |= {"country": "United States", "country_code": "US", "type": "HOME"}
    card["name"] |= {"middle_name": "D.", "prefix": "Dr", "suffix": "Jr"}
    stage.person.sends({"type": "contacts", "cards": [card]})


def _location(stage: Stage) -> None:
    place = {"latitude": 37.483307, "longitude": -122.148376, "name": "META HQ", "address": "1 Hacker Way"}
    stage.person.sends({"type": "location", **place})


def _enquiry(stage: Stage) -> None:
    seq = _interactive(stage, "product", {"catalog_id": "1", "product_retailer_id": "bread"})
    stage.person.sends({"type": "text", "text": {"body": "How much?"}, "product": "bread", "context_seq": seq})


def _order(stage: Stage) -> None:
    sections = [{"title": "All", "product_items": [{"product_retailer_id": "bread"}]}]
    header = {"type": "text", "text": "Bakery"}
    seq = _interactive(stage, "product_list", {"catalog_id": "1", "sections": sections}, header=header)
    items = [{"retailer_id": "bread", "quantity": 2}]
    stage.person.sends({"type": "order", "items": items, "note": "Sliced, please", "context_seq": seq})


def _quick_reply(stage: Stage) -> None:
    buttons = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "No"}]}
    stage.template("contract_question", [{"type": "BODY", "text": "Is it solved?"}, buttons])
    payload = {"type": "button", "sub_type": "quick_reply", "index": "0"}
    payload["parameters"] = [{"type": "payload", "payload": "No-Button-Payload"}]
    template = {"name": "contract_question", "language": {"code": "en_US"}, "components": [payload]}
    seq = _sends(stage, type="template", template=template)
    stage.person.sends({"type": "template_reply", "reply": {"id": "0"}, "context_seq": seq})


#: How a payload comes about here, and how it is recognised.
MADE: dict[str, tuple[Callable[[Stage], None], Callable[[dict], bool]]] = {
    "Received Text Message": (_text, _message("text")),
    "Received Text Message with Show Security Notifications": (_text, _message("text")),
    "Received Message Triggered by Click to WhatsApp Ads": (_text, _message("text")),
    "Received Product Enquiry Message": (_enquiry, lambda value: "How much?" in str(value)),
    "Received Media Message with Image": (_media("image"), _message("image")),
    "Received Media Message with Sticker": (_media("sticker"), _message("sticker")),
    "Received Order Messages": (_order, _message("order")),
    "Received Contact Messages": (_contacts, _message("contacts")),
    "Received Static Location Messages": (_location, _message("location")),
    "Received Callback from a Quick Reply Button Click": (_quick_reply, _message("button")),
    "Status: Message Failed": (_failed, _status("failed")),
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
