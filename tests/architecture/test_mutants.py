"""The list of mutants keeps up with the code: what it would break is there, and so are its tests."""

from __future__ import annotations

import pytest

from tests.acceptance.site import ROOT
from tests.chaos.mutants import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_what_a_mutant_breaks_stands_once_in_its_file(mutant: Mutant):
    assert (ROOT / mutant.file).read_text().count(mutant.code) == 1
    assert all((ROOT / test).exists() for test in mutant.tests)
