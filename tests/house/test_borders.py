"""Borders that import-linter cannot see: private models, and foreign keys written as strings."""

import tomllib

import grimp
from django.apps import apps
from tests.house.source import ROOT, message

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]
DOMAIN = next(c for c in CONTRACTS if c.get("containers") == ["tanpuhui.domain"])
LAYERS = [*DOMAIN["layers"], "kernel"]
RANK = {name.strip(" ()"): depth for depth, layer in enumerate(LAYERS) for name in layer.split("|")}


def test_models_are_private_to_their_context() -> None:
    graph = grimp.build_graph("tanpuhui", cache_dir=None)
    leaks = [
        f"{importer} -> {imported}"
        for importer in sorted(graph.modules)
        for imported in graph.find_modules_directly_imported_by(importer)
        if imported.split(".")[1:2] == ["domain"]
        and imported.split(".")[3:4] == ["models"]
        and importer.split(".")[:3] != imported.split(".")[:3]
    ]
    assert leaks == [], message(
        "A context's models are imported from outside it.",
        "call the context's selectors or services; add one there if it is missing",
        leaks,
    )


def test_foreign_keys_point_down() -> None:
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.app_label}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.related_model and not field.auto_created
        if model._meta.app_label in RANK
        if field.related_model._meta.app_label != model._meta.app_label
        if RANK[model._meta.app_label] >= RANK.get(field.related_model._meta.app_label, 99)
    ]
    assert upward == [], message(
        "A table refers to a table of a context that stands above or beside it.",
        "turn the reference round, or keep the id without a foreign key",
        upward,
    )


def test_each_model_states_its_personal_data() -> None:
    silent = [
        model._meta.label
        for model in apps.get_models()
        if model.__module__.startswith("tanpuhui.")
        and "Personal data held" not in (model.__doc__ or "")
    ]
    assert silent == [], message(
        "A model does not say which personal data it holds.",
        "end its docstring with `Personal data held: …` (`none` is an answer)",
        silent,
    )
