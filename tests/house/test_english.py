"""Whatever a citizen may read has an English text with the same places: nothing can be forgotten."""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.house.source import SOURCE, message, place, python_files, tree

from tanpuhui.domain.ledger.states import AccountState, HoldState
from tanpuhui.domain.notify.templates import OTHERWISE, TEMPLATES
from tanpuhui.domain.scenarios.reasons import REASONS
from tanpuhui.domain.supervision.states import Outcome, TicketKind, TicketState
from tanpuhui.packs import load_pack
from tanpuhui.web.citizen import explanations

FOLDER = SOURCE / "web" / "locale" / "en" / "LC_MESSAGES"
PLACES = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
CHINESE = re.compile(r"[\u3001\u3002\u4e00-\u9fff\uff01-\uff1f]")
CALLS = {"gettext", "lazy", "_", "gettext_lazy"}
# Rooms whose refusals no citizen meets, and why.
NOT_CITIZENS = {
    "config": "the command line of operators",
    "domain/insight": "sums for staff and the public",
    "domain/intake": "providers' files",
    "domain/methodology": "filing",
    "domain/parties/services/applications.py": "organisations that apply",
    "domain/parties/services/organisations.py": "providers' keys",
    "domain/parties/services/recovery.py": "staff passwords",
    "domain/parties/services/sniffing.py": "files of organisations that apply",
    "domain/parties/services/staff.py": "staff",
    "domain/parties/services/unmasking.py": "staff",
    "domain/scenarios/imports": "files of providers",
    "domain/scenarios/pipeline": "records of providers",
    "domain/scenarios/selectors/batches.py": "providers' batches",
    "domain/scenarios/services": "records of providers, rules",
    "domain/supervision/selectors/announcements.py": "staff",
    "domain/supervision/selectors/anomalies.py": "staff",
    "domain/supervision/selectors/changes.py": "staff",
    "domain/supervision/services/announcements.py": "staff",
    "domain/supervision/services/anomalies.py": "staff",
    "domain/supervision/services/changes.py": "staff",
    "domain/supervision/services/hands.py": "staff",
    "domain/supervision/services/kinds.py": "staff",
    "httpapi": "machines",
    "web/console": "staff",
    "web/provider": "providers",
    "web/public": "organisations that apply, staff",
    "web/staff": "staff",
}
ADVICE = 'write `errors.X("…{name}…", name=value)`, so that the sentence can be said in English'


def catalogue() -> gettext.GNUTranslations:
    with (FOLDER / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def places(text: str) -> list[str]:
    return sorted(first or second for first, second in PLACES.findall(text))


def flaw(words: str) -> str:
    """What is wrong with a text's English; empty where it is right."""
    english = catalogue().gettext(words)
    if english == words:
        return f"no English: {words}"
    if places(english) != places(words):
        return f"other places: {words} → {english}"
    return (
        f"Chinese left: {english}"
        if CHINESE.search(english.replace("语言", "").replace("使用完整服务", ""))
        else ""
    )


def flaws(texts: Iterator[tuple[str, str]]) -> list[str]:
    return [f"{where} {wrong}" for where, words in texts if (wrong := flaw(words))]


def is_refusal(node: ast.Call, known: set[str]) -> bool:
    return bool(node.args) and ast.unparse(node.func).rpartition(".")[2] in known


def refusal_classes() -> set[str]:
    """Names of the classes of DomainError that are raised with a sentence alone."""
    found = {"DomainError"}
    for path in python_files("src/tanpuhui/domain", "src/tanpuhui/kernel", "src/tanpuhui/web"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef) and {ast.unparse(one) for one in node.bases} & {
                "DomainError",
                "errors.DomainError",
            }:
                found.add(node.name)
    return found - {"FileError"} - {name for name, _ in own_sentences()}


def own_sentences() -> Iterator[tuple[str, str]]:
    """(class, sentence) of classes of refusals that bring their sentence along."""
    for path in python_files("src/tanpuhui/web/citizen", "src/tanpuhui/web/shared"):
        for node in ast.walk(tree(path)):
            for line in node.body if isinstance(node, ast.ClassDef) else ():
                if (
                    isinstance(line, ast.Assign)
                    and ast.unparse(line.targets[0]) == "sentence"
                    and isinstance(line.value, ast.Constant)
                ):
                    yield node.name, str(line.value.value)


def literals(path: Path) -> dict[str, list[str]]:
    """name -> the texts that the file gives to it."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for target in node.targets:
                found.setdefault(ast.unparse(target), []).append(str(node.value.value))
    return found


def refusals() -> Iterator[tuple[str, str | None, set[str]]]:
    """(place, sentence or None where it is no plain text, facts) of every refusal for citizens."""
    known = refusal_classes()
    for path in python_files("src/tanpuhui"):
        inside = path.relative_to(SOURCE).as_posix()
        if any(inside == room or inside.startswith(f"{room}/") for room in NOT_CITIZENS):
            continue
        named = literals(path)
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call) or not is_refusal(node, known):
                continue
            first, facts = node.args[0], {one.arg or "" for one in node.keywords}
            if isinstance(first, ast.Constant):
                yield place(path, node), str(first.value), facts
            elif isinstance(first, ast.Name) and first.id in named:
                for words in named[first.id]:
                    yield place(path, node), words, facts
            else:
                yield place(path, node), None, facts


def test_every_refusal_for_a_citizen_can_be_said_in_english() -> None:
    every = list(refusals())
    assert len(every) > 50
    wrong = [f"{where} is put together by hand" for where, words, _ in every if words is None]
    wrong += flaws((where, words) for where, words, _ in every if words is not None)
    wrong += flaws(own_sentences())
    assert wrong == [], message("A refusal that a citizen may meet has no English.", ADVICE, wrong)


def test_rooms_that_no_citizen_enters_exist() -> None:
    assert [room for room in NOT_CITIZENS if not (SOURCE / room).exists()] == []


def spoken() -> Iterator[tuple[str, str]]:
    """Texts that are handed to gettext as they are, in code and in templates."""
    for path in python_files("src/tanpuhui/web", "src/tanpuhui/domain", "src/tanpuhui/kernel"):
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) in CALLS
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                yield place(path, node), str(node.args[0].value)
    for path in sorted((SOURCE / "web" / "templates").rglob("*.html")):
        text = path.read_text()
        found = re.findall(r'{% translate "([^"]+)"', text) + re.findall(r'_\("([^"]+)"\)', text)
        found += re.findall(r"_\('([^']+)'\)", text)
        for words in re.findall(r"{% blocktranslate[^%]*%}(.*?){% endblocktranslate %}", text):
            found.append(re.sub(r"{{ (\w+) }}", r"%(\1)s", words))
        if path.parent.name == "citizen":
            found += re.findall(r"{% state '([^']+)'", text)
        for words in found:
            yield path.name, words


def test_every_text_of_a_page_that_can_be_english_is() -> None:
    wrong = flaws(pair for pair in spoken() if CHINESE.search(pair[1]) and pair[1] != "中文")
    cure = "add it to locale/en/LC_MESSAGES/django.po and run msgfmt"
    assert wrong == [], message("A text of a page has no English.", cure, wrong)


def kept() -> Iterator[tuple[str, str]]:
    """Texts that code keeps in tables and pages say."""
    for code, one in {**TEMPLATES, "otherwise": OTHERWISE}.items():
        yield f"message {code}", one.title
        yield f"message {code}", one.text
    for reason in REASONS:
        if reason.kind in {"act", "counted"}:  # of the others nothing reaches a citizen
            yield f"reason {reason.code}", reason.sentence
    for lines in (*explanations.ADVICE.values(), explanations.OTHERWISE):
        yield from (("advice", line) for line in lines)
    yield from (("ceiling", one) for one in explanations.CEILINGS)
    for states in (AccountState, HoldState, TicketKind, TicketState, Outcome):
        yield from ((states.__name__, str(label)) for label in states.labels)


def test_every_message_and_reason_has_english() -> None:
    wrong = flaws(kept())
    cure = "add it to locale/en/LC_MESSAGES/django.po and run msgfmt"
    assert wrong == [], message("A message or a reason has no English.", cure, wrong)


@pytest.mark.parametrize("city", ["hefei", "example"])
def test_notes_and_consents_of_a_city_have_english(city: str) -> None:
    pack = load_pack(SOURCE.parents[1] / "packs" / city)
    for rule in pack.overlaps:
        assert places(rule.message_en) == places(rule.message) == ["when", "winner"], rule.id
        assert not CHINESE.search(rule.message_en), rule.id
    for one in (pack.consents or {})["consents"]:
        english = f"{one.get('title_en', '')}{one.get('text_en', '')}"
        assert one.get("title_en"), one["id"]
        assert one.get("text_en"), one["id"]
        assert not CHINESE.search(english), one["id"]


def test_no_english_is_left_over() -> None:
    """An entry whose Chinese stands nowhere any more goes."""
    texts = [path.read_text() for path in python_files("src/tanpuhui")]
    texts += [path.read_text() for path in (SOURCE / "web" / "templates").rglob("*.html")]
    joined = "\n".join(texts)
    joined += re.sub(r'"\s*\n\s*f?"', "", joined)  # texts that run over two lines
    written = (FOLDER / "django.po").read_text()
    stale = [
        words
        for words in re.findall(r'^msgid "(.+)"$', written, re.MULTILINE)
        if words.replace('\\"', '"') not in joined and PLACES.sub("", words) == words
    ]
    assert stale == [], message("The catalogue keeps a text that is gone.", "remove it", stale)
