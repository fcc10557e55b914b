"""Short names of operations: each number has one of its own, and the name leads back to it."""

from __future__ import annotations

import re

from asyncops import jobids


def test_every_number_has_a_name_of_its_own():
    numbers = [*range(1, 20_000), 36**7 - 1]
    names = [jobids.of(number) for number in numbers]
    assert all(re.fullmatch(r"[a-z0-9]{7}", name) for name in names)
    assert len(set(names)) == len(numbers)
    assert [jobids.number_of(name) for name in names] == numbers


def test_neighbours_look_different():
    assert jobids.of(1)[:3] != jobids.of(2)[:3]


def test_what_is_no_name_leads_nowhere():
    assert [jobids.number_of(text) for text in ("", "abc", "ABCDEFG", "abcdefgh", "abc def", "äbcdefg")] == [None] * 6
