"""One assistant and one person who agreed to it, and what they make when a request needs it.

Every request gets a stage of its own, so that none can disturb another. What cannot be made (it is
refused) is stood for by an id that nobody has: the request then shows the refusal.
"""

import itertools
import json
import re
from functools import cached_property

import requests

import files
from exchange import Exchange
from sink import Sink

VERSION = "v23.0"
NOBODY = "1"
TIMEOUT_SECONDS = 15
CARD = {
    "contact_email": "provider@example.org",
    "purpose": "Answers everyday questions",
    "details": "Is asked what the collections ask.",
    "provider": "Example Labs",
    "country": "DE",
    "data_location": "Germany",
    "retention": "30 days",
    "trains": False,
    "automation": "ai",
    "human_contact": "help@example.org",
    "privacy_policy": "https://example.org/privacy",
}
#: Letters that look like no others: names that look alike are refused.
LETTERS = "abcdefghkprstuxyz"
_NUMBERS = itertools.count(1)


def _name() -> str:
    number, name = next(_NUMBERS), ""
    while number:
        number, digit = divmod(number, len(LETTERS))
        name += LETTERS[digit]
    return f"Reader {name}"


def _field(page: str, name: str) -> list[str]:
    """The values of all fields of a page with this name."""
    tags = [tag for tag in re.findall(r"<[^>]*>", page) if f'name="{name}"' in tag]
    values = [re.search(r'value="([^"]*)"', tag) for tag in tags]
    return [value[1] for value in values if value]


class Person:
    """Somebody who chose the assistant and agreed, through the exchange's own pages."""

    def __init__(self, stage: "Stage") -> None:
        self.stage, self.base = stage, stage.exchange.url
        self.session = requests.Session()
        self.session.headers["Origin"] = self.base
        self._post("/sign-in/local", {}, 303)
        showing = _field(self._get("/choose"), "showing")[0]
        form = {"showing": showing, "assistant": stage.number, "then": "continue"}
        question = self._post("/choose", form, 303).headers["Location"]
        notice = _field(self._get(question), "notice")[0]
        form = {"notice": notice, "display_name": "Kerry Fisher", "answer": "agree"}
        location = self._post(question, form, 303).headers["Location"]
        self.chat = location.removeprefix("/chats/")
        self.wa_id = f"999{int(self.chat, 16):012}"

    def _get(self, path: str) -> str:
        answer = self.session.get(self.base + path, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        return answer.text

    def _post(self, path: str, form: dict, wanted: int) -> requests.Response:
        answer = self.session.post(self.base + path, data=form, allow_redirects=False, timeout=TIMEOUT_SECONDS)
        if answer.status_code != wanted:
            raise RuntimeError(f"POST {path}: {answer.status_code} {answer.text[:300]}")
        return answer

    def sends(self, what: dict) -> requests.Response:
        """As the page does."""
        path = f"{self.base}/app/chats/{self.chat}/messages"
        return self.session.post(path, json={"client_id": f"client-{next(_NUMBERS)}", **what}, timeout=TIMEOUT_SECONDS)

    def says(self, text: str) -> None:
        """Writes; that it is refused ends the run."""
        answer = self.sends({"type": "text", "text": {"body": text}})
        if answer.status_code != 200:
            raise RuntimeError(f"what a person says is refused: {answer.text[:300]}")


    def adds(self, kind: str) -> str:
        """Adds a file to the chat; returns its id."""
        path = f"{self.base}/app/chats/{self.chat}/media?filename={kind}.{files.ENDINGS[kind]}"
        headers = {"Content-Type": files.TYPES[kind]}
        answer = self.session.post(path, data=files.BYTES[kind], headers=headers, timeout=TIMEOUT_SECONDS)
        return answer.json()["media"]["id"] if answer.status_code == 200 else NOBODY

    def last(self) -> int:
        """The place of the chat's last message."""
        chats = self.session.get(f"{self.base}/app/chats", timeout=TIMEOUT_SECONDS).json()["chats"]
        return next(chat["last_seq"] for chat in chats if chat["chat"] == self.chat)

    def receives(self, seq: int) -> None:
        """A device has everything up to this place."""
        self.session.post(f"{self.base}/app/received", json={"chats": {self.chat: seq}}, timeout=TIMEOUT_SECONDS)


class Stage:
    """A fresh assistant; the rest is made when it is asked for."""

    def __init__(self, exchange: Exchange, sink: Sink) -> None:
        self.exchange, self.sink = exchange, sink
        card = {**CARD, "name": _name(), "callback_url": f"{sink.url}/hook", "verify_token": "contract"}
        answer = requests.post(f"{exchange.url}/providers", json=card, timeout=TIMEOUT_SECONDS)
        if answer.status_code != 201:
            raise RuntimeError(f"registration: {answer.status_code} {answer.text[:300]}")
        self.card = answer.json()
        self.number, self.account = self.card["phone_number_id"], self.card["waba_id"]
        self.token, self.app = self.card["access_token"], self.card["app_id"]

    @cached_property
    def person(self) -> Person:
        """Who may be written to: the window of 24 hours is open."""
        person = Person(self)
        person.says("Hello this is an answer")
        return person

    def call(self, method: str, path: str, **what) -> requests.Response:
        """A call of the Cloud API with the assistant's token."""
        headers = {"Authorization": f"Bearer {self.token}", **what.pop("headers", {})}
        url = f"{self.exchange.url}/{VERSION}/{path}"
        return requests.request(method, url, headers=headers, timeout=TIMEOUT_SECONDS, **what)

    def makes(self, path: str, member: str = "id", **what) -> str:
        """Makes an object and returns its id, or that of nobody."""
        answer = self.call("POST", path, **what)
        made = answer.json().get(member) if answer.status_code == 200 else None
        return made if isinstance(made, str) else NOBODY

    @cached_property
    def heard(self) -> str:
        """The id of a message of the person."""
        wa_id = self.person.wa_id
        body = self.sink.wait(self.number, lambda value: value.get("messages", [{}])[0].get("from") == wa_id)
        if body is None:
            raise RuntimeError("what a person said did not arrive")
        return body["entry"][0]["changes"][0]["value"]["messages"][0]["id"]

    def media(self, kind: str) -> str:
        """Uploads a file."""
        content = (f"{kind}.{files.ENDINGS[kind]}", files.BYTES[kind], files.TYPES[kind])
        return self.makes(f"{self.number}/media", data={"messaging_product": "whatsapp"}, files={"file": content})

    def link(self, kind: str) -> str:
        """The address of a file at the assistant's own server."""
        return f"{self.sink.url}/files/{kind}.{files.ENDINGS[kind]}"

    def handle(self, kind: str = "image") -> str:
        """Uploads a file in the resumable way."""
        content = files.BYTES[kind]
        about = {"file_length": len(content), "file_type": files.TYPES[kind], "file_name": f"file.{files.ENDINGS[kind]}"}
        session = self.makes(f"{self.app}/uploads", params=about)
        headers = {"Authorization": f"OAuth {self.token}", "file_offset": "0", "Content-Type": files.TYPES[kind]}
        return self.makes(session, "h", data=content, headers=headers)

    def upload(self) -> str:
        """Begins a resumable upload."""
        about = {"file_length": len(files.BYTES["image"]), "file_type": "image/jpeg", "file_name": "myprofile.jpg"}
        return self.makes(f"{self.app}/uploads", params=about)

    def template(self, name: str, components: list[dict], language: str = "en_US", category: str = "UTILITY") -> str:
        """Makes a template, unless this exchange gives one of that name to everybody."""
        body = {"name": name, "language": language, "category": category, "components": components}
        return self.makes(f"{self.account}/message_templates", json=body)

    @cached_property
    def flow_name(self) -> str:
        """A name that no flow has yet."""
        return f"contract_{next(_NUMBERS)}"

    @cached_property
    def flow(self) -> str:
        """A draft with one screen."""
        form = {"name": (None, self.flow_name), "categories": (None, '["OTHER"]')}
        flow = self.makes(f"{self.account}/flows", files=form)
        asset = {
            "file": ("flow.json", json.dumps(FLOW), "application/json"),
            "name": (None, "flow.json"),
            "asset_type": (None, "FLOW_JSON"),
        }
        self.call("POST", f"{flow}/assets", files=asset)
        return flow

    def published(self) -> str:
        """The same, published."""
        self.call("POST", f"{self.flow}/publish")
        return self.flow

    def with_endpoint(self) -> None:
        """Lets the draft ask an endpoint."""
        flow = FLOW | {"data_api_version": "3.0", "routing_model": {"WELCOME_SCREEN": []}}
        content = {"file": ("flow.json", json.dumps(flow), "application/json")}
        self.call("POST", f"{self.flow}/assets", files={**content, "name": (None, "flow.json"), "asset_type": (None, "FLOW_JSON")})
        self.call("POST", self.flow, files={"endpoint_uri": (None, "https://example.com")})

    def code(self) -> str:
        """The code that was asked for: nobody has a telephone here, it is on the provider's page."""
        url = f"{self.exchange.url}/providers/{self.number}/code"
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        answer = requests.get(url, headers=headers, timeout=TIMEOUT_SECONDS)
        return (answer.json().get("code") if answer.status_code == 200 else None) or "123456"

    @cached_property
    def qr_code(self) -> str:
        """A short link with words to begin with."""
        body = {"prefilled_message": "Show me Cyber Monday deals!", "generate_qr_image": "SVG"}
        return self.makes(f"{self.number}/message_qrdls", "code", json=body)


#: The flow of Meta's own example ("Create Flow Template Message by Flow JSON").
FLOW = {
    "version": "5.0",
    "screens": [
        {
            "id": "WELCOME_SCREEN",
            "title": "Welcome",
            "terminal": True,
            "success": True,
            "data": {},
            "layout": {
                "type": "SingleColumnLayout",
                "children": [
                    {"type": "TextHeading", "text": "Hello World"},
                    {"type": "Footer", "label": "Complete", "on-click-action": {"name": "complete", "payload": {}}},
                ],
            },
        }
    ],
}
