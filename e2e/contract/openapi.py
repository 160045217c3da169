"""Meta's OpenAPI document: every operation is called, and every answer held against its schema."""

import re
from functools import cached_property
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

DOCUMENT = Path(__file__).with_name("meta") / "business-messaging-api_v23.0.yaml"
#: Where the document describes what the platform sends to an assistant.
WEBHOOKS = "/whatsapp/webhooks"
METHODS = ("get", "post", "put", "delete")
#: The collections' names for the document's parameters.
ALIASES = {
    "waba-id": "WABA-ID",
    "flow-id": "Flow-ID",
    "business-phone-number-id": "Phone-Number-ID",
    "QR_CODE_ID": "QR-Code-ID",
}
#: Graph's answers to a path that it does not have.
UNKNOWN = {(100, 33), (2500, None), (803, None)}
#: How much of a rule is told.
LONG = 60


class Operation:
    """One method of one path."""

    def __init__(self, document: "Document", path: str, method: str, raw: dict, shared: list[dict]) -> None:
        self.document, self.path, self.method, self.raw = document, path, method.upper(), raw
        self.name = raw.get("operationId") or path.strip("/")
        self.parameters = [document.resolve(one) for one in [*shared, *raw.get("parameters", [])]]
        self.key = (self.method, re.sub(r"\{(.*?)\}", _one_name, path))

    @cached_property
    def documented(self) -> dict[int, dict]:
        """Answers by status."""
        return {int(status): self.document.resolve(one) for status, one in self.raw["responses"].items()}

    def schema(self, status: int) -> dict | None:
        """The schema of a JSON answer, or nothing."""
        return self.documented.get(status, {}).get("content", {}).get("application/json", {}).get("schema")

    def bodies(self) -> list[tuple[str, object]]:
        """The examples of the request's body, by content type."""
        content = self.raw.get("requestBody", {}).get("content", {})
        found = []
        for kind, one in content.items():
            examples = [self.document.resolve(example).get("value") for example in one.get("examples", {}).values()]
            if "example" in one:
                examples.append(one["example"])
            found += [(kind, example) for example in examples if example is not None]
        return found

    def check(self, status: int, body: object) -> list[str]:
        """Where an answer is not as documented. An error where only success is documented passes:
        the document leaves errors out there, and the envelope is held against the reference."""
        if status not in self.documented:
            only_success = all(known < 400 for known in self.documented)
            return [] if only_success and status >= 400 else [f"{status}: not documented"]
        schema = self.schema(status)
        if schema is None:
            return []
        return sorted({f"{status} {one}" for one in self.document.violations(schema, body)})


class Document:
    """The document, with its references."""

    def __init__(self) -> None:
        self.raw = yaml.load(DOCUMENT.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        resource = Resource.from_contents(self.raw, default_specification=DRAFT202012)
        self.registry = Registry().with_resource("meta:document", resource)
        self.operations = [
            Operation(self, path, method, raw, item.get("parameters", []))
            for path, item in self.raw["paths"].items()
            for method, raw in item.items()
            if method in METHODS
        ]
        self.by_key = {one.key: one for one in self.operations}

    def resolve(self, value: dict) -> dict:
        """What a local reference stands for."""
        while isinstance(value, dict) and "$ref" in value:
            target: object = self.raw
            for step in value["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            value = target
        return value

    def violations(self, schema: dict, body: object) -> list[str]:
        """In words without values that change from run to run."""
        validator = Draft202012Validator(_absolute(schema), registry=self.registry)
        return [word for error in validator.iter_errors(body) for word in _words(error)]

    def webhook(self, body: dict) -> list[str]:
        """A webhook of ours against the document's."""
        content = self.raw["paths"][WEBHOOKS]["post"]["requestBody"]["content"]["application/json"]
        value = body["entry"][0]["changes"][0]["value"]
        what = [one.get("type") for one in value.get("messages", [])] + [one["status"] for one in value.get("statuses", [])]
        return sorted({f"{'/'.join(what)} {one}" for one in self.violations(content["schema"], body)})

    def of(self, method: str, template: str) -> Operation | None:
        """The operation of a request of the collections."""
        return self.by_key.get((method, re.sub(r"[{<](.*?)[}>]", _one_name, template)))


def _one_name(found: re.Match) -> str:
    return "{" + ALIASES.get(found[1], found[1]) + "}"


def _absolute(value: object) -> object:
    """References into the document, from wherever a schema was taken."""
    if isinstance(value, dict):
        return {
            key: f"meta:document{one}" if key == "$ref" and isinstance(one, str) and one.startswith("#") else _absolute(one)
            for key, one in value.items()
        }
    return [_absolute(one) for one in value] if isinstance(value, list) else value


def _words(error: ValidationError) -> list[str]:
    path = "".join("[]" if isinstance(step, int) else f".{step}" for step in error.absolute_path).lstrip(".")
    here = path or "the answer"
    if error.validator == "required":
        # One error for each: the one that is meant stands first in the message.
        missing = error.message.split("'")[1]
        return [f"{here}: without {missing}"]
    if error.validator in ("enum", "const"):
        return [f"{here}: {error.instance!r} is not in the list"]
    if error.validator in ("oneOf", "anyOf"):
        return _nearest(error) or [f"{here}: fits more than one of {len(error.validator_value)}"]
    if error.validator == "additionalProperties":
        return [f"{here}: more members than documented"]
    return [f"{here}: {error.validator} is not {str(error.validator_value)[:LONG]}"]


def _nearest(error: ValidationError) -> list[str]:
    """What is wrong with the choice that is meant: of all the one that has least wrong at its top."""
    choices: dict[int, list[ValidationError]] = {}
    for one in error.context:
        choices.setdefault(one.schema_path[0], []).append(one)

    def rank(errors: list[ValidationError]) -> tuple[int, int]:
        return sum(not one.relative_path for one in errors), len(errors)

    meant = min(choices.values(), key=rank, default=[])
    return [word for one in meant for word in _words(one)]


def unserved(status: int, body: object) -> bool:
    """Whether the answer says that there is no such thing here."""
    error = body.get("error") if isinstance(body, dict) else None
    return status >= 400 and isinstance(error, dict) and (error.get("code"), error.get("error_subcode")) in UNKNOWN


def served(answers: list[tuple[int, object]]) -> list[str]:
    """What to say of an operation that never succeeded."""
    if any(status < 300 for status, _ in answers):
        return []
    if all(unserved(status, body) for status, body in answers):
        return ["not served"]
    codes = {body["error"]["code"] for status, body in answers if not unserved(status, body)}
    return [f"no success: {', '.join(str(code) for code in sorted(codes))}"]
