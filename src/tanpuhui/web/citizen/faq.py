"""Questions that people ask, and their answers: kept in faq.yaml and faq.en.yaml here."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from django.utils.translation import get_language

FILES = {"en": "faq.en.yaml"}


@dataclass(frozen=True)
class Answered:
    """One question with its answer in paragraphs."""

    question: str
    answer: tuple[str, ...]

    def fits(self, words: list[str]) -> bool:
        """Whether every word occurs in question or answer."""
        text = (self.question + "".join(self.answer)).casefold()
        return all(word in text for word in words)


@dataclass(frozen=True)
class Topic:
    """Questions about one thing."""

    title: str
    questions: tuple[Answered, ...]


def topics() -> tuple[Topic, ...]:
    """All topics in the file's order, in the reader's language."""
    return _topics(FILES.get(get_language() or "", "faq.yaml"))


@lru_cache(maxsize=2)
def _topics(name: str) -> tuple[Topic, ...]:
    return tuple(
        Topic(
            str(topic["title"]),
            tuple(
                Answered(str(one["q"]), tuple(str(one["a"]).strip().splitlines()))
                for one in topic["questions"]
            ),
        )
        for topic in yaml.safe_load(Path(__file__).with_name(name).read_text(encoding="utf-8"))
    )


def search(text: str) -> list[Topic]:
    """Topics with the questions in which every word of the text occurs; all where it is empty."""
    words = text.casefold().split()
    fitting = [
        Topic(topic.title, tuple(one for one in topic.questions if one.fits(words)))
        for topic in topics()
    ]
    return [topic for topic in fitting if topic.questions]
