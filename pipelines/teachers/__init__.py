"""Teachers at work: clients, cache of replies, limits, budgets."""

from .make import check_teacher, make_teachers
from .teacher_errors import BudgetReached

__all__ = ["BudgetReached", "check_teacher", "make_teachers"]
