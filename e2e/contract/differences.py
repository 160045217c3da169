"""The list of differences is complete and honest: nothing unlisted, nothing listed that is gone."""

import tomllib
from pathlib import Path

LIST = Path(__file__).with_name("differences.toml")
#: An entry says where (requests or operations), what is found there, why, and which source we follow.
MEMBERS = {"where": list, "finds": list, "reason": str, "follows": str}
#: The platform's documentation, published clients, a decision of this project, or the material itself.
SOURCES = {"docs", "clients", "ours", "openapi", "postman"}

Find = tuple[str, str]


def listed(table: dict) -> set[Find]:
    """All pairs of place and find; each stands in one entry, with its reason."""
    pairs: set[Find] = set()
    for entry in table.get("difference", []):
        for member, kind in MEMBERS.items():
            if not isinstance(entry.get(member), kind) or not entry[member]:
                raise ValueError(f"an entry needs `{member}`: {entry}")
        if set(entry) - set(MEMBERS) or entry["follows"] not in SOURCES:
            raise ValueError(f"an unknown member or source in {entry}")
        for pair in ((where, find) for where in entry["where"] for find in entry["finds"]):
            if pair in pairs:
                raise ValueError(f"listed twice: {pair}")
            pairs.add(pair)
    return pairs


def read() -> set[Find]:
    """The checked file."""
    return listed(tomllib.loads(LIST.read_text(encoding="utf-8")))


def judge(found: set[Find], listed_: set[Find], asked: set[str]) -> list[str]:
    """What is wrong, in words: unlisted finds, and entries without a find."""
    wrong = [f"{where}: {find} (not listed)" for where, find in sorted(found - listed_)]
    for where, find in sorted(listed_ - found):
        why = "does not occur any more" if where in asked else "nothing of that name is asked"
        wrong.append(f"{where}: {find} (listed, but {why})")
    return wrong
