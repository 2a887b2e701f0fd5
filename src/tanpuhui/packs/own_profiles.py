"""A profile that stands in no file: the same strict reader for a document given as text."""

from collections.abc import Mapping
from typing import Any

import yaml

from tanpuhui.packs import forms
from tanpuhui.packs.loader import Reading, parse_yaml
from tanpuhui.packs.problems import PackError, Problems
from tanpuhui.packs.profile_reading import profile_from
from tanpuhui.packs.profiles import Profile


def profile_read(text: str, name: str) -> Profile:
    """The profile of a YAML text.

    Raises:
        PackError: the text is no YAML of ours; every flaw with its line.
        ProfileError: it breaks the form of a profile.
    """
    problems = Problems()
    node = parse_yaml(text.encode(), name, problems)
    problems.require_none()
    if node is None:
        raise PackError(problems.found)
    data = forms.LOOSE.read(node, Reading(name, problems, {(): node.line}))
    problems.require_none()
    return profile_from(data)


def document_text(document: Mapping[str, Any]) -> str:
    """A document as the YAML text that `profile_read` takes; every text stands in quotes."""
    return yaml.dump(
        document,
        Dumper=_Quoting,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=None,
        width=100,
    )


class _Quoting(yaml.SafeDumper):
    """Quotes values (`no`, `2024-01-01` and `+08:00` stay text) and never writes an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write everything out."""
        del data
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"')


_Quoting.add_representer(str, _text)
