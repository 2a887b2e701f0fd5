"""What a person must be able to look up stands in the documents."""

import ast
import re
from collections import Counter

import yaml
from tests.house.source import ROOT, message, place, python_files, tree
from typer.main import get_command

from tanpuhui.config.cli import app

DOCS = ROOT / "docs"
CODE = re.compile(r"^[a-z]+\.[a-z_]+(\.[a-z_]+)*$")


def documented(name: str) -> set[str]:
    """The words in backquotes in the first column of the tables of docs/<name>."""
    lines = (DOCS / name).read_text().splitlines()
    return {
        word
        for line in lines
        if line.startswith("| `")
        for word in re.findall(r"`([^`]+)`", line.split("|")[1])
    }


def error_codes() -> dict[str, str]:
    """code -> place: `code = "…"` of error classes, `…Error("code", …)`, the table of reasons."""
    found = {}
    for path in python_files("src/tanpuhui"):
        if path.name == "reasons.py":
            for node in ast.walk(tree(path)):
                if isinstance(node, ast.Constant) and CODE.match(str(node.value)):
                    found[str(node.value)] = place(path, node)
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) == "FileError"
                and isinstance(node.args[0], ast.Constant)
            ):
                found[str(node.args[0].value)] = place(path, node)
            if isinstance(node, ast.ClassDef):
                for line in node.body:
                    if (
                        isinstance(line, ast.Assign)
                        and ast.unparse(line.targets[0]) == "code"
                        and isinstance(line.value, ast.Constant)
                        and CODE.match(str(line.value.value))
                    ):
                        found[line.value.value] = place(path, line)
    return found


def test_error_codes_are_documented() -> None:
    known = documented("errors.md")
    missing = [
        f"{code} ({where})" for code, where in sorted(error_codes().items()) if code not in known
    ]
    assert missing == [], message(
        "An error code is not explained.",
        "add a row to docs/errors.md: code, when, what to do",
        missing,
    )


def test_documented_error_codes_exist() -> None:
    text = "\n".join(path.read_text() for path in python_files("src/tanpuhui"))
    stale = sorted(
        code
        for code in documented("errors.md")
        if code not in error_codes()
        and f'"{code}"' not in text
        and code.rpartition(".")[2] not in text
    )
    assert stale == [], message(
        "docs/errors.md explains a code that no longer exists.", "remove the row", stale
    )


def test_settings_are_documented() -> None:
    read = {
        node.args[0].value: place(path, node)
        for path in python_files("src/tanpuhui")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func)
        in {"env.text", "env.flag", "env.names", "env.number", "os.environ.get"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
    } | {"TANPUHUI_HOME": "src/tanpuhui/config/env.py"}
    known = documented("settings.md")
    missing = [f"{name} ({where})" for name, where in sorted(read.items()) if name not in known]
    assert missing == [], message(
        "A setting is not explained.",
        "add a row to docs/settings.md: name, default, meaning",
        missing,
    )


def test_commands_are_documented() -> None:
    def walk(command: object, words: tuple[str, ...]) -> list[str]:
        inner = getattr(command, "commands", None)
        if inner is None:
            return [" ".join(words)]
        return [line for name, child in inner.items() for line in walk(child, (*words, name))]

    missing = [
        line
        for line in walk(get_command(app), ("tanpuhui",))
        if line not in documented("commands.md")
    ]
    assert missing == [], message(
        "A command is not explained.",
        "add a row to docs/commands.md: command, what it does",
        missing,
    )


def test_coverage_points_to_files() -> None:
    lost = []
    for path in sorted((ROOT / "packs").glob("*/coverage.yaml")):
        lost.extend(
            f"{path.relative_to(ROOT)}: {word}"
            for word in re.findall(r"[\w./-]+\.(?:py|yaml|md|html)\b", path.read_text())
            if not (ROOT / word).exists() and not (path.parent / word).exists()
        )
        assert yaml.safe_load(path.read_text()), f"{path} is empty"
    assert lost == [], message(
        "A clause points to a file that is not there.", "correct the line", lost
    )


def test_links_in_documents_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "src").rglob("*.md")]
    lost = [
        f"{page.relative_to(ROOT)} -> {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert lost == [], message("A link leads nowhere.", "correct the path", lost)


def test_glossary_has_one_word_per_idea() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (DOCS / "glossary.md").read_text().splitlines()
        if line.startswith("| ") and "`" in line
    ]
    twice = [word for word, count in Counter(row[0] for row in rows).items() if count > 1]
    assert twice == [], message("A term stands twice in docs/glossary.md.", "keep one row", twice)


def banned() -> set[str]:
    """Identifiers of the last column of docs/glossary.md, `not …`."""
    words: set[str] = set()
    for line in (DOCS / "glossary.md").read_text().splitlines():
        cells = line.strip("|").split("|")
        if line.startswith("| ") and "not " in cells[-1]:
            words |= set(re.findall(r"`([a-z_]+)`", cells[-1].partition("not ")[2]))
    return words


def test_no_banned_words() -> None:
    refused = banned()
    found = [
        f"{place(path, node)} {node.name}"
        for path in python_files("src/tanpuhui")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and refused & set(re.sub(r"(?<!^)(?=[A-Z])", "_", node.name).lower().split("_"))
    ]
    assert refused, "docs/glossary.md bans no word: is the table still in its form?"
    assert found == [], message(
        "A name uses a word that the glossary keeps for something else.",
        "use the glossary's identifier",
        found,
    )
