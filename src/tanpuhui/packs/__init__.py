"""City packs: folders of data, read strictly into engine values. No Django, no code in packs."""

from tanpuhui.packs.checks import Report, check_pack
from tanpuhui.packs.loader import Document, read_document
from tanpuhui.packs.manifest import Manifest, Source
from tanpuhui.packs.pack import Overlap, Pack
from tanpuhui.packs.problems import PackError, PackProblem, Problems
from tanpuhui.packs.reading import load_pack
from tanpuhui.packs.scenarios import Plausibility, Scenario

__all__ = [
    "Document",
    "Manifest",
    "Overlap",
    "Pack",
    "PackError",
    "PackProblem",
    "Plausibility",
    "Problems",
    "Report",
    "Scenario",
    "Source",
    "check_pack",
    "load_pack",
    "read_document",
]
