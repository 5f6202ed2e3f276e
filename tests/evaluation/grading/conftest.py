"""One scene for all tests of a module."""

import copy

import pytest

from tests.evaluation.grading.scenes import Graded


@pytest.fixture(scope="module")
def made(module_rows: None) -> Graded:
    return Graded.made()


@pytest.fixture
def scene(made: Graded) -> Graded:
    return copy.deepcopy(made)
