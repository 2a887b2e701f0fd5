"""Visitors, and a town of the fictional city where a test needs one."""

import pytest

from tanpuhui.kernel import actors

VISITOR = actors.visitor()


@pytest.fixture
def visitor():
    return VISITOR
