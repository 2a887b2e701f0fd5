"""Acceptance on real files: got and expected side by side, for every figure an import can give."""

from tanpuhui.config.acceptance.comparing import run

__all__ = ["run"]
