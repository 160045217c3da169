"""Calls every operation of Meta's OpenAPI document with the document's own examples."""

import json
import time
from collections.abc import Callable, Iterator

import requests

import placeholders
from openapi import Operation
from postman import Answer
from stage import NOBODY, TIMEOUT_SECONDS, VERSION, Stage

#: What stands for a parameter of the path; of anything else here is none.
OF_PATH: dict[str, Callable[[Stage], str]] = {
    "Version": lambda _: VERSION,
    "Phone-Number-ID": lambda stage: stage.number,
    "WABA-ID": lambda stage: stage.account,
    "WhatsApp-Business-Account-ID": lambda stage: stage.account,
    "Application-ID": lambda stage: stage.app,
    "Business-ID": placeholders.portfolio,
    "Media-ID": lambda stage: stage.media("image"),
    "Media-URL": placeholders.media_path,
    "Flow-ID": lambda stage: stage.flow,
    "TEMPLATE_ID": placeholders.PROMO,
    "QR-Code-ID": lambda stage: stage.qr_code,
    "group_id": lambda stage: group(stage),
    "User-ID": lambda _: "me",
}
PRODUCT = {"messaging_product": "whatsapp"}
#: Bodies of operations of which the document has no example.
BODIES: dict[str, Callable[[Stage], dict]] = {
    "createGroup": lambda _: {**PRODUCT, "subject": "Travel", "join_approval_mode": "auto_approve"},
    "createGroupInviteLink": lambda _: PRODUCT,
    "deleteGroupInviteLink": lambda _: PRODUCT,
    "approveJoinRequests": lambda _: {**PRODUCT, "join_requests": ["1"]},
    "rejectJoinRequests": lambda _: {**PRODUCT, "join_requests": ["1"]},
    "addGroupParticipants": lambda stage: {**PRODUCT, "participants": [{"user": stage.person.wa_id}]},
    "removeGroupParticipants": lambda stage: {**PRODUCT, "participants": [{"user": stage.person.wa_id}]},
    "updateGroupSettings": lambda _: {**PRODUCT, "subject": "Journeys"},
    "acceptWhatsAppBusinessSolutionDeactivationRequest": lambda _: {},
}
#: Parts of forms of which the document has no example; the collections' replay covers them too.
FORMS: dict[str, Callable[[Stage], dict]] = {
    "createFlow": lambda stage: {"name": stage.flow_name, "categories": '["OTHER"]'},
    "migrateFlows": lambda stage: {"source_waba_id": stage.account, "source_flow_names": '["leadgen"]'},
    "updateFlowMetadata": lambda stage: {"name": f"{stage.flow_name}_new"},
}
#: What has to be there first, beside what stands in the path.
BEFORE: dict[str, Callable[[Stage], object]] = {
    "publishFlow": lambda stage: stage.flow,
    "deprecateFlow": Stage.published,
    "listFlows": lambda stage: stage.flow,
    "getBlockedUsers": placeholders.BEFORE["Get blocked users"],
    "unblockUserS": placeholders.BEFORE["Unblock user(s)"],
    "getBusinessEncryptionPublicKey": placeholders.BEFORE["Get Encryption Public Key"],
    "getWhatsAppBusinessProfile": placeholders.BEFORE["Get Business Profile"],
    "verifyPhoneNumberCode": placeholders.BEFORE["Verify Code"],
    "listAllQrCodes": lambda stage: stage.qr_code,
    "getTemplateByNameDefaultFields": placeholders.PROMO,
    "deleteTemplateByName": placeholders.PROMO,
}
MEDIA = ("image", "video", "audio", "document", "sticker")


def group(stage: Stage) -> str:
    """A group, if there is such a thing."""
    stage.call("POST", f"{stage.number}/groups", json=BODIES["createGroup"](stage))
    answer = stage.call("GET", f"{stage.number}/groups").json()
    data = answer.get("data") if isinstance(answer, dict) else None
    groups = data.get("groups") if isinstance(data, dict) else None
    return groups[0]["id"] if groups else NOBODY


def real(value: object, stage: Stage, key: str = "") -> object:
    """An example's body with this stage's people, messages and files in it."""
    if isinstance(value, dict):
        inner = {one: real(below, stage, one) for one, below in value.items()}
        if key in MEDIA:
            inner |= {"id": stage.media(key)} if "id" in value else {}
            inner |= {"link": stage.link(key)} if "link" in value else {}
        return inner
    if isinstance(value, list):
        return [real(below, stage, key) for below in value]
    if not isinstance(value, str):
        return value
    if key in ("to", "user", "wa_id", "user_wa_id"):
        return stage.person.wa_id
    if key == "message_id":
        return stage.heard
    if key == "code":
        return stage.code()
    if key == "flow_id":
        return stage.flow
    if key in ("override_callback_uri", "callback_url"):
        return f"{stage.sink.url}/other"
    return placeholders.fill(value, stage) if "{{" in value or "<" in value else value


def _url(operation: Operation, stage: Stage, others: Stage | None) -> str:
    path = operation.path
    for name in [one["name"] for one in operation.parameters if one.get("in") == "path"]:
        of = others if others and name != "Version" else stage
        path = path.replace("{" + name + "}", OF_PATH.get(name, lambda _: NOBODY)(of))
    return stage.exchange.url + path


def _queries(operation: Operation, stage: Stage) -> list[dict]:
    """Only what is required; and each optional parameter's example by itself."""
    of_query = [one for one in operation.parameters if one.get("in") == "query"]
    required = {one["name"]: real(_example(one), stage, one["name"]) for one in of_query if one.get("required")}
    optional = [one for one in of_query if not one.get("required") and _example(one) is not None]
    # A cursor of the document's is none of ours: the answer is a refusal whatever else is right.
    cursors = ("after", "before")
    return [required] + [required | {one["name"]: _example(one)} for one in optional if one["name"] not in cursors]


def _example(parameter: dict) -> object:
    examples = [one.get("value") for one in parameter.get("examples", {}).values()]
    schema = parameter.get("schema", {})
    found = [one for one in (parameter.get("example"), *examples, schema.get("example"), schema.get("default")) if one is not None]
    return found[0] if found else None


def _bodies(operation: Operation) -> list[Callable[[Stage], dict]]:
    """As arguments of the HTTP client, made for a stage."""
    name = operation.name
    if name in BODIES:
        return [lambda stage: {"json": BODIES[name](stage)}]
    if name in FORMS:
        return [lambda stage: {"files": {key: (None, value) for key, value in FORMS[name](stage).items()}}]
    return [_body(kind, example) for kind, example in operation.bodies()] or [lambda _: {}]


def _body(kind: str, example: object) -> Callable[[Stage], dict]:
    if kind == "application/json":
        return lambda stage: {"json": real(example, stage)}
    text = {key: one if isinstance(one, str) else json.dumps(one) for key, one in example.items()}
    return lambda stage: {"data": real(text, stage)}


def calls(operation: Operation, fresh: Callable[[], Stage], other: Stage) -> Iterator[tuple[str, Answer]]:
    """Every answer, with what kind of call it was: `own`, `no token`, or on objects of the `other`."""
    shared = fresh()

    def prepared() -> Stage:
        # What only reads needs no stage of its own.
        stage = shared if operation.method == "GET" else fresh()
        if stage is not shared or "prepared" not in stage.__dict__:
            stage.prepared = True
            BEFORE.get(operation.name, lambda _: None)(stage)
        return stage

    bodies = _bodies(operation)
    for query in range(len(_queries(operation, shared))):
        for body in bodies:
            stage = prepared()
            yield "own", _send(operation, stage, _url(operation, stage, None), query, body, stage.token)
    own, first = _url(operation, stage, None), bodies[0]
    yield "no token", _send(operation, stage, own, 0, first, None)
    foreign = _url(operation, stage, other)
    if foreign != own:
        yield "foreign", _send(operation, stage, foreign, 0, first, stage.token)


def _send(operation: Operation, stage: Stage, url: str, query: int, body: Callable, token: str | None) -> Answer:
    what = body(stage)
    params = {key: one if isinstance(one, str) else json.dumps(one) for key, one in _queries(operation, stage)[query].items()}
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    began = time.monotonic()
    response = requests.request(operation.method, url, params=params, headers=headers, timeout=TIMEOUT_SECONDS, **what)
    try:
        decoded = response.json()
    except ValueError:
        decoded = None
    return Answer(response.status_code, decoded, time.monotonic() - began, response.text)
