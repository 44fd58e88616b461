import pytest

from consensus.quorum import Committee
from scenarios.plan import PlanUnreadable
from scenarios.selectors import Scene, resolve

ROLES = ("platform", "platform", "platform", "registrar", "institution", "institution", "institution")
SCENE = Scene(ROLES, view=8, up=frozenset({0, 1, 2, 3, 5}), liars=frozenset({5}), struck={"kill-1": (4, 6)})


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("all", (0, 1, 2, 3, 4, 5, 6)),
        ("primary", (1,)),
        ("others", (0, 2, 3, 4, 5, 6)),
        ("backup[0]", (2,)),
        ("backup[5]", (0,)),
        ("member[3]", (3,)),
        ("honest", (0, 1, 2, 3, 4, 6)),
        ("liars", (5,)),
        ("up", (0, 1, 2, 3, 5)),
        ("down", (4, 6)),
        ("minority", (0, 6)),
        ("majority", (1, 2, 3, 4, 5)),
        ("half[0]", (0, 1, 2)),
        ("half[1]", (3, 4, 5, 6)),
        ("role:registrar", (3,)),
        ("@kill-1", (4, 6)),
        ("@nothing", ()),
        ("not primary", (0, 2, 3, 4, 5, 6)),
        ("primary + backup[0]", (1, 2)),
    ],
)
def test_selector_means_these_members_now(selector, expected):
    assert resolve(selector, SCENE) == expected


@pytest.mark.parametrize(
    "selector",
    ["", "nobody", "backup", "backup[6]", "backup[-1]", "member[7]", "half[2]", "primary+x", "not role:regulator"],
)
def test_words_that_mean_nobody_are_refused(selector):
    with pytest.raises(PlanUnreadable):
        resolve(selector, SCENE)


@pytest.mark.parametrize("size", range(1, 14))
def test_the_minority_is_f_members_without_the_primary(size):
    for view in range(size):
        scene = Scene(("platform",) * size, view, frozenset(range(size)))
        minority = resolve("minority", scene)
        assert len(minority) == Committee(size).faults_max
        assert view not in minority
