"""Reads the folder of a pack, reporting every flaw of every file in one go."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tanpuhui.engine.documents import parameter_from, references
from tanpuhui.engine.methodologies import Parameter
from tanpuhui.engine.units import parse_unit
from tanpuhui.packs import forms, freezing
from tanpuhui.packs.loader import Document, Form, read_document
from tanpuhui.packs.manifest import Manifest, Source, manifest_from, sources_from
from tanpuhui.packs.methodologies import MethodologyFolder, read_folder, require_reason
from tanpuhui.packs.pack import Overlap, Pack, pack_digest
from tanpuhui.packs.problems import PackError, PackProblem, Problems
from tanpuhui.packs.profile_reading import profile_from
from tanpuhui.packs.profiles import ProfileError
from tanpuhui.packs.scenarios import Scenario, check_against, precedence, scenario_from

_LOOSE_FILES = ("consents", "organisations", "regions", "coverage")


@dataclass
class Contents:
    """What was read so far, and the documents it came from."""

    root: Path
    problems: Problems
    manifest: Manifest | None = None
    sources: dict[str, Source] = field(default_factory=dict)
    factors: dict[str, Parameter] = field(default_factory=dict)
    factor_forms: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    points: Parameter | None = None
    folders: dict[str, MethodologyFolder] = field(default_factory=dict)
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    overlaps: tuple[Overlap, ...] = ()
    loose: dict[str, Any] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    is_partial: bool = False

    def read(self, name: str, form: Form, *, required: bool = True) -> Document | None:
        """Read one file of the pack by its form."""
        file = self.root / name
        if not required and not file.exists():
            return None
        document = read_document(file, self.root, form, self.problems)
        if document is not None and form is not forms.LOOSE:
            self.documents[name] = document
        return document

    def add(
        self, code: str, document: Document, route: tuple[str | int, ...], message: str
    ) -> None:
        """Record a flaw at a place of a document."""
        self.problems.add(code, document.file, document.line(*route), message)


def load_pack(path: Path | str) -> Pack:
    """Read and check a pack.

    Raises:
        PackError: with every flaw found, each with file, line and cure.
    """
    root = Path(path)
    if not root.is_dir():
        message = f"没有文件夹“{root}”；请核对数据包的位置。"
        raise PackError([PackProblem("pack.yaml", 1, "pack_missing", message)])
    contents = read_contents(root)
    contents.problems.require_none()
    return assemble(contents)


def read_contents(root: Path) -> Contents:
    """Read all files; flaws are in ``problems``."""
    contents = Contents(root, Problems())
    _read_first(contents)
    _read_factors(contents)
    _read_methodologies(contents)
    _read_scenarios(contents)
    _read_overlaps(contents)
    for name in _LOOSE_FILES:
        document = contents.read(f"{name}.yaml", forms.LOOSE, required=False)
        contents.loose[name] = document.data if document else None
    contents.loose["profiles"] = {}
    for file in sorted((root / "profiles").rglob("*.yaml")):
        document = contents.read(file.relative_to(root).as_posix(), forms.LOOSE)
        if document is not None:
            _read_profile(contents, document, file.relative_to(root / "profiles"))
    _check_references(contents)
    statuses = {
        f"methodologies/{key}": folder.methodology.status
        for key, folder in contents.folders.items()
    }
    freezing.verify(root, statuses, contents.problems)
    return contents


def _read_profile(contents: Contents, document: Document, file: Path) -> None:
    """An import profile goes by its file's name, which must be its id."""
    try:
        profile = profile_from(document.data)
    except ProfileError as error:
        flaw = error.problem
        contents.add(flaw.code, document, flaw.path, flaw.message)
        return
    name = file.with_suffix("").as_posix()
    if profile.id != name:
        message = f"id 应与文件名一致；请写 id: {name}。"
        contents.add("profile_id", document, ("id",), message)
    contents.loose["profiles"][name] = profile


def _read_first(contents: Contents) -> None:
    if manifest := contents.read("pack.yaml", forms.PACK):
        contents.manifest = manifest_from(manifest, contents.problems)
    if sources := contents.read("sources.yaml", forms.SOURCE_FILE):
        contents.sources = sources_from(sources)
    points = contents.read("parameters/points.yaml", forms.POINTS_FILE)
    if points:
        require_reason(points, ("points_per_kg",), contents.problems)
        contents.points = parameter_from("points_per_kg", points.data["points_per_kg"])
        if contents.points.unit.dimension != parse_unit("point/kgCO2e").dimension:
            route = ("points_per_kg", "unit")
            contents.add("points_unit", points, route, "单位要写 point/kgCO2e；请更正。")


def _read_factors(contents: Contents) -> None:
    for file in sorted((contents.root / "factors").rglob("*.yaml")):
        name = file.relative_to(contents.root).as_posix()
        document = contents.read(name, forms.FACTOR_FILE)
        if document is None:
            continue
        for factor, form in document.data["factors"].items():
            key = f"{name.removesuffix('.yaml')}#{factor}"
            require_reason(document, ("factors", factor), contents.problems)
            contents.factor_forms[key] = form
            contents.factors[key] = parameter_from(factor, form)


def _read_methodologies(contents: Contents) -> None:
    for folder in sorted((contents.root / "methodologies").glob("*/v*")):
        read = read_folder(folder, contents.root, contents.factor_forms, contents.problems)
        if read is None:
            contents.is_partial = True
            continue
        contents.folders[read.methodology.key] = read
        contents.documents[read.document.file] = read.document


def _read_scenarios(contents: Contents) -> None:
    read: list[tuple[Scenario, Document]] = []
    for file in sorted((contents.root / "scenarios").rglob("*.yaml")):
        document = contents.read(file.relative_to(contents.root).as_posix(), forms.SCENARIO)
        scenario = scenario_from(document, contents.problems) if document else None
        if document is None or scenario is None:
            contents.is_partial = True
            continue
        read.append((scenario, document))
    numbers = Counter(scenario.no for scenario, _ in read)
    for scenario, document in sorted(read, key=lambda pair: pair[0].no):
        if numbers[scenario.no] > 1:
            message = f"编号 no: {scenario.no} 被多个场景使用；每个场景要有自己不变的编号。"
            contents.add("scenario_no", document, ("no",), message)
        serving = [
            folder.methodology
            for folder in contents.folders.values()
            if folder.methodology.scenario == scenario.id
        ]
        full = replace(scenario, methodologies=tuple(sorted(serving, key=precedence)))
        contents.scenarios[full.id] = full
        _check_methodology(contents, full, document)
        if not contents.is_partial:
            check_against(full, document, contents.problems)
    for folder in contents.folders.values():
        if folder.methodology.scenario not in contents.scenarios and not contents.is_partial:
            message = f"没有场景“{folder.methodology.scenario}”；请核对 scenarios/ 下的文件。"
            contents.add("scenario_unknown", folder.document, ("scenario",), message)


def _check_methodology(contents: Contents, scenario: Scenario, document: Document) -> None:
    if scenario.points_only and scenario.methodologies:
        key = scenario.methodologies[0].key
        message = f"场景只记积分，方法学 {key} 却以它为场景；请改写其中一处。"
        contents.add("scenario_method", document, ("points_only",), message)
    named = any(one.id == scenario.methodology for one in scenario.methodologies)
    if scenario.methodology and not named and not contents.is_partial:
        message = f"没有为本场景写的方法学“{scenario.methodology}”；请核对编号和其中的 scenario。"
        contents.add("methodology_unknown", document, ("methodology",), message)


def _read_overlaps(contents: Contents) -> None:
    document = contents.read("rules/overlaps.yaml", forms.OVERLAPS, required=False)
    if document is None:
        return
    found = []
    for index, form in enumerate(document.data["overlaps"]):
        for place, scenario in enumerate(form["scenarios"]):
            if scenario not in contents.scenarios and not contents.is_partial:
                route = ("overlaps", index, "scenarios", place)
                contents.add(
                    "scenario_unknown", document, route, f"没有场景“{scenario}”；请核对编号。"
                )
        if form["match"] == "key" and "key" not in form:
            message = "match: key 的规则要写 key（凭哪个标识）；请补上。"
            contents.add("overlap_key", document, ("overlaps", index), message)
        found.append(Overlap(**{**form, "scenarios": tuple(form["scenarios"])}))
    contents.overlaps = tuple(found)


def _check_references(contents: Contents) -> None:
    """Every reference names a source of the pack."""
    if "sources.yaml" not in contents.documents:
        return
    for document in contents.documents.values():
        for route, reference in _references(document.data, ()):
            key = reference.partition("#")[0]
            if key not in contents.sources:
                message = f"没有来源“{key}”；请在 sources.yaml 中登记，或改正写法。"
                contents.add("source_unknown", document, route, message)


def _references(
    data: Any, route: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """All values of ``source`` and ``notice`` keys, with their place."""
    if isinstance(data, list):
        for index, item in enumerate(data):
            yield from _references(item, (*route, index))
    if not isinstance(data, dict):
        return
    for key, item in data.items():
        is_reference = key == "source" or (key == "notice" and not isinstance(item, dict))
        if is_reference and isinstance(item, str | list):
            for reference in references(item):
                yield (*route, key), str(reference)
        else:
            yield from _references(item, (*route, key))


def assemble(contents: Contents) -> Pack:
    """The pack of flawless contents."""
    assert contents.manifest is not None
    assert contents.points is not None
    return Pack(
        manifest=contents.manifest,
        digest=pack_digest(contents.root),
        sources=contents.sources,
        factors=contents.factors,
        points_per_kg=contents.points,
        scenarios=contents.scenarios,
        methodologies={key: folder.methodology for key, folder in contents.folders.items()},
        cases={key: folder.cases for key, folder in contents.folders.items()},
        texts={key: folder.text for key, folder in contents.folders.items()},
        overlaps=contents.overlaps,
        **contents.loose,
    )
