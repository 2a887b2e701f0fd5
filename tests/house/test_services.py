"""Every way of changing something is tried by a test and leaves a trace that is explained."""

import ast
import re

from tests.house.source import ROOT, SOURCE, message, place, python_files, tree
from tests.house.test_documents import documented

CONTEXTS = "intake|insight|kernel|ledger|methodology|notify|parties|scenarios|supervision"
TAG = re.compile(rf"^({CONTEXTS}):[a-z_]+:[a-z_*]+$")


def services() -> dict[str, str]:
    """Public functions of each context's door for writes → where the door is."""
    found = {}
    for door in [
        *SOURCE.glob("domain/*/services/__init__.py"),
        *SOURCE.glob("domain/*/services.py"),
    ]:
        for node in tree(door).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
                names = [name for name in ast.literal_eval(node.value) if not name.isupper()]
            elif isinstance(node, ast.FunctionDef) and door.name == "services.py":
                names = [node.name] * (not node.name.startswith("_"))
            else:
                continue
            found |= {name: place(door, node) for name in names}
    return found


def test_every_service_is_named_in_a_test() -> None:
    text = "\n".join(path.read_text() for path in python_files("tests"))
    words = set(re.findall(r"\w+", text))
    found = services()
    assert len(found) > 80, "the search for services found too little"
    untried = [f"{name} ({where})" for name, where in sorted(found.items()) if name not in words]
    assert untried == [], message(
        "A service is named in no test.", "write a test that calls it, or delete it", untried
    )


def tags() -> dict[str, str]:
    """Tag of an audit row → place; what a tag computes is `*`."""
    found = {}
    for path in python_files("src/tanpuhui"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant):
                text = str(node.value)
            elif isinstance(node, ast.JoinedStr):
                text = "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "*"
                    for part in node.values
                )
            else:
                continue
            if TAG.match(text):
                found[text] = place(path, node)
    return found


def test_audit_tags_are_documented() -> None:
    known = {tag for tag in documented("audit.md") if TAG.match(tag)}
    found = {tag: where for tag, where in tags().items() if "*" not in tag}
    patterns = [tag.replace("*", "[a-z_]+") for tag in tags() if "*" in tag]
    missing = [f"{tag} ({where})" for tag, where in sorted(found.items()) if tag not in known]
    missing += [one for one in patterns if not any(re.fullmatch(one, tag) for tag in known)]
    assert missing == [], message(
        "An audit tag is not explained.", "add a row to docs/audit.md: tag, what was done", missing
    )
    stale = sorted(
        tag
        for tag in known - set(found)
        if not any(re.fullmatch(pattern, tag) for pattern in patterns)
    )
    assert stale == [], message(
        "docs/audit.md explains a tag that nobody writes.", "remove it", stale
    )
    assert (ROOT / "docs" / "audit.md").is_file()
