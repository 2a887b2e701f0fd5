"""The strict YAML reader: text to nodes with line numbers, nodes to values by a declared form.

Built on PyYAML's node graph, not on its constructors: no implicit types, so ``no`` stays text,
``1:30`` stays text, ``010`` is refused where a number belongs, and a decimal keeps every digit.
Refused: duplicate keys, unknown keys, anchors and aliases, tags, several documents in a file,
anything but UTF-8.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tanpuhui.engine.errors import EngineError
from tanpuhui.packs.problems import Problems

Route = tuple[str | int, ...]
SIZE_MAX = 4_000_000


@dataclass(frozen=True)
class Text:
    """A scalar as written; ``is_plain`` when it stood without quotes."""

    text: str
    is_plain: bool
    line: int

    @property
    def is_null(self) -> bool:
        """Whether the author wrote ``null``."""
        return self.is_plain and self.text == "null"


@dataclass(frozen=True)
class Mapping:
    """Keys in file order; each key keeps its own line."""

    items: tuple[tuple[Text, "Node"], ...]
    line: int


@dataclass(frozen=True)
class Sequence:
    """Items in file order."""

    items: tuple["Node", ...]
    line: int


Node = Text | Mapping | Sequence


@dataclass
class Document:
    """A file as plain values, and the line of each of its parts."""

    file: str
    data: Any
    lines: dict[Route, int] = field(default_factory=dict)

    def line(self, *route: str | int) -> int:
        """The line of a part; of the nearest part above it where it is not written."""
        while route and route not in self.lines:
            route = route[:-1]
        return self.lines.get(route, 1)


@dataclass
class Reading:
    """The state of one file's reading: where we are, what was found."""

    file: str
    problems: Problems
    lines: dict[Route, int] = field(default_factory=dict)
    route: Route = ()

    def add(self, code: str, node: Node, message: str) -> None:
        """Record a flaw at a node."""
        self.problems.add(code, self.file, node.line, message)

    def at(self, step: str | int, node: Node) -> "Reading":
        """The reading one step further in."""
        self.lines[*self.route, step] = node.line
        return Reading(self.file, self.problems, self.lines, (*self.route, step))


def parse_yaml(content: bytes, file: str, problems: Problems) -> Node | None:
    """The node tree of a file, or None with the flaws recorded."""
    if len(content) > SIZE_MAX:
        problems.add("yaml_too_large", file, 1, f"文件超过 {SIZE_MAX} 字节；请拆分。")
        return None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        problems.add("yaml_encoding", file, line, "不是 UTF-8 编码；请另存为 UTF-8。")
        return None
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        _add_syntax(problems, file, mark.line + 1 if mark else 1, error)
        return None
    except yaml.YAMLError as error:
        _add_syntax(problems, file, 1, error)
        return None
    if root is None:
        problems.add("yaml_empty", file, 1, "文件是空的；请按格式填写，或删去此文件。")
        return None
    before = len(problems.found)
    node = _Converter(file, text, problems).node(root)
    return node if len(problems.found) == before else None


def _add_syntax(problems: Problems, file: str, line: int, error: yaml.YAMLError) -> None:
    reason = getattr(error, "problem", None) or str(error).splitlines()[0]
    if "single document" in str(getattr(error, "context", "")):
        problems.add(
            "yaml_documents",
            file,
            line,
            "一个文件只能有一份内容；请删去“---”之后的部分或另建文件。",
        )
        return
    message = f"YAML 写法有误（{reason}）；请检查缩进、冒号后的空格、引号和括号。"
    problems.add("yaml_syntax", file, line, message)


class _Converter:
    """PyYAML nodes to ours, refusing what a pack may not contain."""

    def __init__(self, file: str, content: str, problems: Problems) -> None:
        self.file = file
        self.content = content
        self.problems = problems
        self.seen: set[int] = set()

    def node(self, source: yaml.Node) -> Node:
        line = source.start_mark.line + 1
        opening = self.content[source.start_mark.index : source.start_mark.index + 1]
        if id(source) in self.seen or opening == "&":
            message = "不支持锚点和别名（& 与 *）；请把内容写全。"
            self.problems.add("yaml_alias", self.file, line, message)
            return Text("", is_plain=False, line=line)
        self.seen.add(id(source))
        if opening == "!":
            message = f"不支持标签“{source.tag}”；请删去“!”开头的部分。"
            self.problems.add("yaml_tag", self.file, line, message)
        if isinstance(source, yaml.MappingNode):
            return self.mapping(source, line)
        if isinstance(source, yaml.SequenceNode):
            return Sequence(tuple(self.node(item) for item in source.value), line)
        assert isinstance(source, yaml.ScalarNode)
        return Text(source.value, is_plain=not source.style, line=line)

    def mapping(self, source: yaml.MappingNode, line: int) -> Mapping:
        items: list[tuple[Text, Node]] = []
        first: dict[str, int] = {}
        for key, value in source.value:
            written = self.node(key)
            if not isinstance(written, Text):
                self.problems.add(
                    "yaml_key", self.file, written.line, "键必须是一个词；请去掉键里的列表或映射。"
                )
                continue
            if written.text in first:
                message = (
                    f"键“{written.text}”重复（第 {first[written.text]} 行已有）；请删去其中一个。"
                )
                self.problems.add("yaml_duplicate_key", self.file, written.line, message)
                continue
            first[written.text] = written.line
            items.append((written, self.node(value)))
        return Mapping(tuple(items), line)


def read_document(file: Path, root: Path, form: "Form", problems: Problems) -> Document | None:
    """Read one file by a form.

    Args:
        file: the file.
        root: the pack's folder; problems name files relative to it.
        form: what the file must hold (see :mod:`specs`).
        problems: receives every flaw.

    Returns:
        The document, or None when anything in this file was wrong.
    """
    name = file.relative_to(root).as_posix()
    try:
        content = file.read_bytes()
    except OSError:
        problems.add("file_missing", name, 1, "没有这个文件，或无法读取；请补上。")
        return None
    before = len(problems.found)
    node = parse_yaml(content, name, problems)
    if node is None:
        return None
    reading = Reading(name, problems, {(): node.line})
    data = form.read(node, reading)
    if len(problems.found) > before:
        return None
    return Document(name, data, reading.lines)


class Form:
    """What a part of a file must hold; ``read`` gives its plain value and records flaws."""

    def read(self, node: Node, reading: Reading) -> Any:
        """The value, or None after recording a flaw."""
        raise NotImplementedError


def engine_checked(reading: Reading, node: Node, call: Any, *arguments: Any) -> Any:
    """Run an engine reader; its refusal becomes a flaw at the node."""
    try:
        return call(*arguments)
    except EngineError as error:
        reading.add(error.code, node, error.message)
        return None
