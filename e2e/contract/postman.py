"""The requests of Meta's official Postman collections, sent as the collections have them."""

import json
import re
import time
from dataclasses import dataclass, field
from pathlib import Path

import requests

import files
import placeholders
import shapes
from stage import TIMEOUT_SECONDS, Stage

META = Path(__file__).with_name("meta")
COLLECTIONS = {"cloud": "whatsapp-cloud-api", "flows": "whatsapp-flows-api"}
#: The header of the collections' own pre-request script.
AGENT = "Postman/WhatsAppCloudAPICollection"
BOUND_SECONDS = 5.0
#: Requests whose answer is a file, not JSON.
FILE_ANSWERS = {"Download Media"}


@dataclass
class Request:
    """One request of a collection and what was saved of its answers."""

    id: str
    name: str
    raw: dict
    examples: list[object] = field(default_factory=list)

    @property
    def method(self) -> str:
        return self.raw["method"]

    @property
    def url(self) -> str:
        """With its placeholders."""
        url = self.raw["url"]
        return url if isinstance(url, str) else url.get("raw", "")

    def essence(self) -> object:
        """What makes it another request than one that only looks different."""
        body = self.raw.get("body") or {}
        content = body.get(body.get("mode", ""))
        if isinstance(content, str):
            content = _json(content) or content
        if isinstance(content, list):
            content = [(one["key"], one.get("value")) for one in content if not one.get("disabled")]
        return self.method, self.url, content or None


@dataclass
class Answer:
    """What came back."""

    status: int
    body: object
    seconds: float
    text: str


def requests_of(short: str) -> list[Request]:
    """All requests of a collection in its order; payload references (method VIEW) are not requests."""
    return [one for one in _walk(short) if one.method != "VIEW"]


def payloads_of(short: str) -> list[Request]:
    """The payload references: webhooks as the platform sends them."""
    return [one for one in _walk(short) if one.method == "VIEW"]


def _walk(short: str) -> list[Request]:
    collection = json.loads((META / f"{COLLECTIONS[short]}.postman_collection.json").read_text(encoding="utf-8"))
    found: list[Request] = []

    def walk(items: list[dict], above: list[str]) -> None:
        for item in items:
            path = [*above, item["name"]]
            if "item" in item:
                walk(item["item"], path)
                continue
            saved = [(one.get("originalRequest") or {}, _json(one.get("body") or "")) for one in item.get("response", [])]
            known = [body for _, body in saved if body is not None]
            this = Request(f"{short}: {' / '.join(path)}", item["name"], item["request"], known)
            found.append(this)
            for number, (raw, body) in enumerate(saved, 1):
                example = Request(f"{this.id} (example {number})", this.name, raw, [] if body is None else [body])
                # Saved with an empty address: there is nothing to send.
                if raw.get("url") and example.url and example.essence() != this.essence():
                    found.append(example)

    walk(collection["item"], [])
    names = [one.id for one in found]
    if len(set(names)) != len(names):
        raise ValueError("two requests of one name")
    return found


def _json(text: str) -> object | None:
    try:
        return json.loads(text)
    except ValueError:
        return None


def send(request: Request, stage: Stage) -> Answer:
    """Prepares the stage, fills in the placeholders, and sends."""
    # "Deprecate Flow" was saved with the address of publishing, for which a draft is needed.
    if not request.url.endswith("/publish"):
        placeholders.BEFORE.get(request.name, lambda _: None)(stage)
    url = placeholders.fill(request.url, stage).replace("https://graph.facebook.com", stage.exchange.url)
    headers = {"User-Agent": AGENT, "Authorization": f"Bearer {stage.token}"}
    headers |= {one["key"]: placeholders.fill(one["value"], stage) for one in request.raw.get("header") or []}
    body = _body(request, stage, headers)
    began = time.monotonic()
    response = requests.request(request.method, url, headers=headers, timeout=TIMEOUT_SECONDS, **body)
    return Answer(response.status_code, _json(response.text), time.monotonic() - began, response.text)


def _body(request: Request, stage: Stage, headers: dict) -> dict:
    """The body in the collection's encoding; Postman adds the content type of the editor's language."""
    body = request.raw.get("body") or {}
    mode = body.get("mode")
    if mode == "raw":
        if not body["raw"]:
            return {}
        language = body.get("options", {}).get("raw", {}).get("language", "text")
        headers.setdefault("Content-Type", {"json": "application/json"}.get(language, "text/plain"))
        escape = (lambda text: json.dumps(text)[1:-1]) if language == "json" or "json" in headers["Content-Type"] else str
        return {"data": placeholders.fill(body["raw"], stage, escape).encode()}
    if mode == "formdata":
        parts = {one["key"]: _part(one, request, stage) for one in body["formdata"] if not one.get("disabled")}
        return {"files": parts} if parts else {}
    if mode == "file":
        return {"data": files.BYTES["image"]}
    return {}


def _part(one: dict, request: Request, stage: Stage) -> tuple:
    if one.get("type") != "file":
        return (None, placeholders.fill(one["value"], stage))
    if "/assets" in request.url:
        return ("flow.json", json.dumps(FLOW_WITH_AN_ERROR), "application/json")
    kind = next((kind for kind in ("sticker", "audio") if kind in request.name.lower()), "image")
    return (f"{kind}.{files.ENDINGS[kind]}", files.BYTES[kind], files.TYPES[kind])


#: Wrong in one place, as the saved example is. The collection has no file.
FLOW_WITH_AN_ERROR = {
    "version": "5.0",
    "screens": [
        {
            "id": "WELCOME_SCREEN",
            "title": "Welcome",
            "terminal": True,
            "data": {},
            "layout": {
                "type": "SingleColumnLayout",
                "children": [
                    {"type": "Hologram", "text": "Hello World"},
                    {"type": "Footer", "label": "Complete", "on-click-action": {"name": "complete", "payload": {}}},
                ],
            },
        }
    ],
}


def hard(answer: Answer) -> list[str]:
    """What no list excuses: no JSON, a fault of ours, an error without the envelope, a long wait."""
    wrong = []
    if answer.status >= 500:
        wrong.append(f"HTTP {answer.status}: {answer.text[:200]}")
    if answer.seconds > BOUND_SECONDS:
        wrong.append(f"took {answer.seconds:.1f} s")
    if answer.body is None:
        wrong.append(f"no JSON (HTTP {answer.status}): {answer.text[:80]!r}")
    elif answer.status >= 400:
        wrong += shapes.envelope(answer.status, answer.body)
    return wrong


def refusal(answer: Answer) -> str:
    """A refusal as the list writes it."""
    error = answer.body["error"]
    subcode = f"/{error['error_subcode']}" if "error_subcode" in error else ""
    return f"refused: {error['code']}{subcode}"


def finds(request: Request, answer: Answer) -> list[str]:
    """The differences of an answer that is sound in itself."""
    if answer.status >= 400:
        return [refusal(answer)]
    return shapes.compare(request.examples, answer.body)


def template_of(request: Request) -> tuple[str, str]:
    """Method and path, placeholders as OpenAPI's parameters are written."""
    path = re.sub(r"^(https://graph\.facebook\.com|\{\{base-url\}\})", "", request.url).split("?")[0]
    path = re.sub(r"^/(\{\{Version}}|v[0-9]+\.[0-9]+)", "", path)
    return request.method, "/{Version}" + path.replace("{{", "{").replace("}}", "}").rstrip("/")
