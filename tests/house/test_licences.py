"""What the product stands on may be given on under Apache-2.0: no GPL, no AGPL."""

import re
import tomllib
from importlib import metadata

from packaging.requirements import Requirement
from tests.house.source import ROOT, message

# GPL and AGPL, not LGPL, as SPDX writes it and in words.
STRONG = re.compile(
    r"(?<![a-z])a?gpl(?![a-uw-z])|(?<!lesser )(?<!library )general public licen[cs]e", re.IGNORECASE
)


def product() -> set[str]:
    """Names of everything that an installed product needs, directly or not."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(text) for text in project["dependencies"]]
    while waiting:
        one = waiting.pop()
        extras = one.extras or {""}
        if one.marker and not any(one.marker.evaluate({"extra": extra}) for extra in extras):
            continue
        name = re.sub(r"[-_.]+", "-", one.name).lower()
        if (name, frozenset(extras)) in found:
            continue
        found.add((name, frozenset(extras)))
        for text in metadata.requires(name) or []:
            needed = Requirement(text)
            if not needed.marker or any(needed.marker.evaluate({"extra": e}) for e in extras):
                waiting.append(needed)
    return {name for name, _ in found}


def licence_of(name: str) -> str:
    """What a distribution says of its licence, in one line."""
    said = metadata.metadata(name)
    kinds = [one for one in said.get_all("Classifier") or [] if one.startswith("License ::")]
    first = (said.get("License") or "").strip().partition("\n")[0]
    return " | ".join(filter(None, [said.get("License-Expression"), first, *kinds]))


def test_no_gpl_in_the_product() -> None:
    licences = {name: licence_of(name) for name in sorted(product())}
    assert len(licences) > 20, "the walk over the dependencies found too little"
    strong = [
        f"{name}: {said}"
        for name, said in licences.items()
        # A choice between licences is open as long as one of them is not strong.
        if STRONG.search(said) and " OR " not in said
    ]
    assert strong == [], message(
        "The product needs something under the GPL or AGPL.",
        "replace it, or make it a tool for developers alone",
        strong,
    )
    silent = sorted(name for name, said in licences.items() if not said)
    assert silent == [], message(
        "A dependency of the product does not say its licence.",
        "look it up, then pin a version that says it",
        silent,
    )


def test_the_lock_holds_what_the_product_needs() -> None:
    locked = {
        re.sub(r"[-_.]+", "-", name).lower()
        for name in re.findall(
            r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==",
            (ROOT / "requirements.lock").read_text(),
            re.MULTILINE,
        )
    }
    missing = sorted(product() - locked)
    assert missing == [], message(
        "The product needs something that is not locked.", "run `make lock`", missing
    )


def test_the_words_are_told_apart() -> None:
    for text in ("GPL-3.0-only", "AGPL-3.0", "GNU General Public License v3 (GPLv3)", "GPLv2"):
        assert STRONG.search(text), text
    for text in ("LGPL-3.0-only", "GNU Lesser General Public License v3 (LGPLv3)", "MIT"):
        assert not STRONG.search(text), text
