"""Seeded faults in two papers: how many of thirty the 照合 finds.

Seeds below 1,000 and 20260128 to 20260137 were looked at while the reading was written; none of `FRESH`
was.
"""

from collections import Counter

import pytest

from evaluation.checking.matching import key
from evaluation.checking.outside import read_file
from evaluation.checking.reading import marked, words_of
from evaluation.checking.reconciling import reconcile
from evaluation.documents.sayings import parts_of
from evaluation.models import Amendment
from tests.evaluation.checking.papers import (
    as_docx,
    as_text,
    ministry_paper,
    portal_paper,
    statements,
    with_statements,
)
from tests.evaluation.checking.seeding import FAULTS, Fault, seeded

FRESH = range(20_270_101, 20_270_111)
LEAST = 28
PAPERS = ("ministry", "portal")


def found_of(draft, parts, name, seed):
    """Return how many of the faults of a seed are found in a paper, and how many alarms are of none."""
    paper = ministry_paper() if name == "ministry" else portal_paper(draft)
    texts = statements(paper)
    faults = {fault.index: fault for fault in seeded(texts, seed)}

    def now(n):
        return [t for t in faults[n].now.split("\n") if t] if n in faults else [texts[n]]

    before = Counter(map(said, told(paper, name, parts)))
    new = Counter(map(said, told(with_statements(paper, now), name, parts))) - before
    hits = {fault: [x for x in new if tells(x, fault)] for fault in faults.values()}
    false = [x for x in new if not any(x in of for of in hits.values())]
    assert len(faults) == FAULTS
    return sum(map(bool, hits.values())), len(false)


def told(paper, name, parts):
    content = as_text(paper).encode() if name == "ministry" else as_docx(paper)
    return reconcile(read_file(content), parts).found


def said(one):
    return one.how, one.printed, one.expected


def tells(one, fault: Fault):
    """Whether a disagreement is about a fault: it prints what stands there now, or misses what stood."""
    _, printed, expected = one
    now, was = (key(words_of(marked(t.split("\n")[0], "").text)) for t in (fault.now, fault.was))
    stands = bool(now) and (now in key(printed) or (len(printed) > 3 and key(printed) in now))
    return stands or key(expected) == was or (len(was) > 4 and was in key(expected))


@pytest.fixture
def draft(source_document, db):
    return Amendment.objects.select_related("period__agency").get(slug="2026-01-28")


@pytest.mark.sqlite
@pytest.mark.parametrize("name", PAPERS)
def test_fresh_seeds(draft, name):
    parts = parts_of(draft)
    counted = {seed: found_of(draft, parts, name, seed)[0] for seed in FRESH}
    assert {seed: found for seed, found in counted.items() if found < LEAST} == {}


def test_one_seed_gives_six_faults_of_each_kind_over_all_fields(draft):
    texts = statements(portal_paper(draft))
    faults = seeded(texts, 1)
    kinds = Counter(fault.kind for fault in faults)
    assert kinds == dict.fromkeys(("drop", "duplicate", "swap", "number", "width"), 6)
    assert faults == seeded(texts, 1) != seeded(texts, 2)
    assert all(fault.was == texts[fault.index] != fault.now for fault in faults)
