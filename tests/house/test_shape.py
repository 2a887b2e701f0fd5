"""Files and functions stay small enough to be read at once; no drawers; no dead modules."""

import ast

import grimp
from tests.house.source import ROOT, message, place, python_files, tree

FILE_LINES, TEST_LINES, FUNCTION_LINES = 400, 800, 70
DRAWERS = {"utils", "helpers", "common", "misc", "manager", "handlers"}


def test_files_are_short() -> None:
    long = [
        f"{place(path)} has {lines} lines, at most {limit}"
        for folder, limit in (("src", FILE_LINES), ("bench", FILE_LINES), ("tests", TEST_LINES))
        for path in python_files(folder)
        if (lines := path.read_text().count("\n")) > limit
    ]
    assert long == [], message("A file is too long.", "split it by what its parts are about", long)


def test_functions_are_short() -> None:
    long = [
        f"{place(path, node)} {node.name} has {lines} lines"
        for path in python_files("src")
        if "migrations" not in path.parts
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert long == [], message(
        f"A function has more than {FUNCTION_LINES} lines.",
        "give its steps names of their own",
        long,
    )


def test_no_drawers() -> None:
    drawers = [
        place(path) for path in python_files("src", "tests", "bench") if path.stem in DRAWERS
    ]
    assert drawers == [], message(
        "A file name says nothing about its contents.",
        "name it after the noun it is about",
        drawers,
    )


def test_no_dead_modules() -> None:
    graph = grimp.build_graph("tanpuhui", cache_dir=None)
    config = ROOT / "src/tanpuhui/config"
    naming = (config / "settings.py", config / "sign_in.py", ROOT / "pyproject.toml")
    text = "".join(path.read_text() for path in naming)
    entries = {"apps", "models", "admin", "wsgi", "urls", "formats", "__main__", "tasks", "cli"}
    dead = [
        module
        for module in sorted(graph.modules)
        if not graph.find_modules_that_directly_import(module)
        and not graph.find_children(module)
        and not {"migrations", "management", "templatetags"} & set(module.split("."))
        and module.rsplit(".", 1)[-1] not in entries
        and module not in text
        and not (ROOT / "src" / (module.replace(".", "/"))).is_dir()
    ]
    assert dead == [], message("Nothing imports a module.", "use it or remove it", dead)


def test_packs_hold_no_programs() -> None:
    programs = [place(path) for path in (ROOT / "packs").rglob("*.py")]
    assert programs == [], message(
        "A pack carries code.", "say it as data; extend the form if needed", programs
    )
