"""Teachers at work: clients, cache of replies, limits, budgets."""

from .errors import BudgetReached
from .make import check_teacher, make_teachers

__all__ = ["BudgetReached", "check_teacher", "make_teachers"]
