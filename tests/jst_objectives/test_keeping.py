"""A process is begun again when it ends, and not each second for ever where it ends at once."""

import subprocess

from jst_objectives.keeping import FEW, PAUSE, QUICK, Kept


class Scene:
    """Children that end at once or last, begun by a clock that the test sets."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.begun: list[float] = []
        self.lasts = False
        self.kept = Kept(self.begin, lambda: self.now)

    def begin(self) -> "subprocess.Popen[bytes]":
        self.begun.append(self.now)
        child = subprocess.Popen(["sleep", "60"] if self.lasts else ["true"])
        if not self.lasts:
            child.wait()
        return child

    def look_after(self, seconds: int) -> list[float]:
        """Return when it was told that the child ends at once each time."""
        told = []
        for _ in range(seconds):
            if self.kept.look_after():
                told.append(self.now)
            self.now += 1
        return told


def test_after_a_few_quick_ends_it_waits_longer_and_says_so_once():
    scene = Scene()
    assert scene.look_after(200) == [1000.0 + FEW]
    last = 1000.0 + FEW - 1
    assert scene.begun == [
        *(1000.0 + number for number in range(FEW)),
        *(last + PAUSE * number for number in (1, 2, 3)),
    ]


def test_what_lasted_is_begun_again_at_once():
    scene = Scene()
    scene.lasts = True
    for _ in range(FEW + 1):
        assert scene.look_after(QUICK) == []
        assert scene.kept.child
        scene.kept.child.kill()
        scene.kept.child.wait()
    assert scene.begun == [1000.0 + QUICK * number for number in range(FEW + 1)]
    scene.look_after(1)
    child = scene.kept.child
    scene.kept.end()
    assert child
    assert child.returncode == -15


def test_what_never_began_needs_no_end():
    Scene().kept.end()
