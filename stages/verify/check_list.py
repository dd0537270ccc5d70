"""Every check by its name, in the order in which they are made."""

from __future__ import annotations

from functools import cache

from .checks.check import CHECKS, Action, RuleCheck, TeacherCheck

UNCHECKED = "unchecked"
"""The reason of a teacher's check that could not be made, because its request failed."""


@cache
def rule_checks() -> dict[str, RuleCheck]:
    """The checks that need no teacher."""
    found = sorted((cls.position, name, cls) for name, cls in CHECKS.find().items() if issubclass(cls, RuleCheck))
    return {name: cls() for _, name, cls in found}


@cache
def teacher_checks() -> dict[str, TeacherCheck]:
    """The checks that ask one."""
    found = sorted((cls.position, name, cls) for name, cls in CHECKS.find().items() if issubclass(cls, TeacherCheck))
    return {name: cls() for _, name, cls in found}


def default_policy() -> dict[str, Action]:
    """What is done about each thing that a check can find wrong, unless the policy says otherwise."""
    policy: dict[str, Action] = {}
    for check in (*rule_checks().values(), *teacher_checks().values()):
        policy |= {reason: action for reason, action in check.reasons.items() if reason not in policy}
    return {**policy, UNCHECKED: "drop"}


def repairs() -> frozenset[str]:
    """What can be repaired: by cutting out claims, or by the reviewer's revision."""
    checks = (*rule_checks().values(), *teacher_checks().values())
    return frozenset(reason for check in checks for reason in check.repairs)
