"""What becomes of stories when one of their articles is forgotten: pure, like placing.

Source: docs/decisions/0091-forgetting.md
"""

from datetime import datetime

from crawler.dedup.outcome import Outcome
from crawler.dedup.placement import groups_of
from crawler.dedup.rules import RULES, Rules
from crawler.dedup.scene import Scene
from crawler.model import LookAlike, Neighbourhood, Regrouping


def depart(
    gone: LookAlike, around: Neighbourhood, now: datetime, *, rules: Rules = RULES
) -> Regrouping:
    """Return what is left of all that hung together with an article; its story ends with its last.

    Args:
        gone: The article that leaves.
        around: What hangs together with it, it and the rulings among that.
        now: When it leaves.
        rules: By what limits to judge.
    """
    scene = Scene.without(gone, now, around, rules)
    return Outcome.of(scene, groups_of(scene)).departure()
