"""Compares the shape of an answer with saved examples: keys and JSON types, all the way down."""

import json

#: Where the examples are wrong about themselves: (last key, type in the example, type here).
NOISE = {
    # Three examples say "success": "true"; reference 1 and every other example have a boolean.
    ("success", "string", "boolean"),
}


def kind(value: object) -> str:
    """The JSON type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def merged(shapes: list[dict]) -> dict:
    """What holds for all of several values: types of any, keys of every, filled only if every one is."""
    types = set().union(*(shape["types"] for shape in shapes))
    objects = [shape["keys"] for shape in shapes if shape["keys"] is not None]
    keys = None
    if objects:
        common = set(objects[0]).intersection(*objects[1:])
        keys = {key: merged([one[key] for one in objects]) for key in sorted(common)}
    items = [shape["items"] for shape in shapes if shape["items"] is not None]
    filled = all(shape["filled"] for shape in shapes)
    return {"types": types, "keys": keys, "items": merged(items) if items else None, "filled": filled}


def shape(value: object) -> dict:
    """The shape of one example."""
    keys = {key: shape(one) for key, one in value.items()} if isinstance(value, dict) else None
    items = merged([shape(one) for one in value]) if isinstance(value, list) and value else None
    return {"types": {kind(value)}, "keys": keys, "items": items, "filled": items is not None}


def against(wanted: dict, value: object, path: str = "") -> list[str]:
    """Where `value` is not of the wanted shape; more than is wanted is fine."""
    here, last = path or "the answer", path.rsplit(".", 1)[-1].removesuffix("[]")
    if wanted["types"] == {"null"}:
        return []
    if kind(value) not in wanted["types"]:
        if all((last, one, kind(value)) in NOISE for one in wanted["types"]):
            return []
        return [f"{here}: {kind(value)} for {'/'.join(sorted(wanted['types']))}"]
    finds = []
    if isinstance(value, dict):
        for key, below in (wanted["keys"] or {}).items():
            deeper = f"{path}.{key}" if path else key
            finds += against(below, value[key], deeper) if key in value else [f"{deeper}: missing"]
    if isinstance(value, list) and wanted["items"]:
        finds += [f"{here}: empty"] if wanted["filled"] and not value else []
        for one in value:
            finds += [find for find in against(wanted["items"], one, f"{path}[]") if find not in finds]
    return finds


def compare(examples: list[object], answer: object) -> list[str]:
    """The differences from the example that is nearest."""
    candidates = [against(shape(example), answer) for example in examples]
    return min(candidates, key=len, default=[])


def envelope(status: int, body: object) -> list[str]:
    """What is wrong with an error: Graph's envelope is the same on every path (reference 15)."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return [f"HTTP {status} without Graph's error envelope: {json.dumps(body)[:200]}"]
    types = {"message": "string", "type": "string", "code": "number", "fbtrace_id": "string"}
    return [f"error.{key}: not a {one}" for key, one in types.items() if kind(error.get(key)) != one]
