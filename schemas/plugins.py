"""What users may add: a file in the folder of its kind here, or an entry point of an installed package elsewhere."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar, Union, get_args

if TYPE_CHECKING:
    from pydantic import BaseModel

T = TypeVar("T")


class PluginError(Exception):
    """A plugin of an installed package cannot be used; the text says which, of which package, and why."""


@dataclass(frozen=True)
class PluginKind(Generic[T]):
    """One kind of thing that is found by itself: its classes are subclasses of *base* that are not abstract."""

    title: str
    """What people call it: ``shot detector``."""
    package: str
    """The package whose modules, and those of the packages in it, hold what comes with vdata."""
    group: str
    """The entry-point group in which other packages name their classes."""
    base: Callable[[], type[T]]
    """Gives the base class. It is called late, so that naming a kind imports nothing."""
    name_of: Callable[[type[T]], str]
    """The name of a class as users write it."""

    def find(self) -> dict[str, type[T]]:
        """Every class by its name, in the order of the names.

        Raises:
            PluginError: an entry point cannot be loaded, is of another kind, or takes a name that is taken.
        """
        return find_classes(self)

    def get(self, name: str) -> type[T] | None:
        """The class called *name*, or None.

        Where no installed package adds to this kind, and a class of ours lies in a module of its own name, nothing
        else is imported.

        Raises:
            PluginError: as by ``find``.
        """
        return _get_class(self, name)

    def union(self) -> Any:
        """The type of an instance of any of the classes, which are pydantic models: its field ``kind`` says which."""
        from pydantic import Field

        return Annotated[Union[tuple(self.find().values())], Field(discriminator="kind")]  # noqa: UP007


def kind_of_model(model: type[BaseModel]) -> str:
    """The name of a pydantic model whose field ``kind`` can have one value.

    Raises:
        AttributeError: there is no such field.
    """
    field = model.model_fields.get("kind")
    if field is None or len(names := get_args(field.annotation)) != 1:
        raise AttributeError(f'{model.__name__} has no field kind: Literal["…"]')
    return str(names[0])


@cache
def find_classes(kind: PluginKind[Any]) -> dict[str, type[Any]]:
    """What ``find`` gives; each kind is looked for once in a process."""
    base = kind.base()
    classes = {kind.name_of(cls): cls for module in _modules(kind.package) for cls in _classes(module, base)}
    for point in entry_points(group=kind.group):
        name, cls = _load(point, kind, base)
        if classes.setdefault(name, cls) is not cls:
            raise PluginError(f"{_of(point)}: there is another {kind.title} called {name}: {classes[name].__module__}.")
    return dict(sorted(classes.items()))


def _get_class(kind: PluginKind[Any], name: str) -> type[Any] | None:
    """The class called *name* of the module called so, or of all."""
    if not _are_added(kind.group, tuple(sys.path)):
        folder = importlib.import_module(kind.package)
        for module in _module_names(kind.package, tuple(folder.__path__)).get(name, ()):
            for cls in _classes(importlib.import_module(module), kind.base()):
                if kind.name_of(cls) == name:
                    return cls
    return find_classes(kind).get(name)


@cache
def _are_added(group: str, path: tuple[str, ...]) -> bool:
    """Whether packages on the import *path* have entry points of this *group*: looking through all of them is slow."""
    return bool(entry_points(group=group))


@cache
def _module_names(package: str, folders: tuple[str, ...]) -> dict[str, list[str]]:
    """The modules of *package*, which lies in *folders*, by the names of their files; none is imported."""
    names: dict[str, list[str]] = {}
    for folder in map(Path, folders):
        for file in sorted(folder.rglob("*.py")):
            inner = file.relative_to(folder).with_suffix("").parts
            names.setdefault(file.stem, []).append(".".join((package, *inner)))
    return names


def _modules(package: str) -> Iterator[Any]:
    folder = importlib.import_module(package)
    for info in pkgutil.walk_packages(folder.__path__, prefix=f"{package}."):
        if not info.ispkg:
            yield importlib.import_module(info.name)


def _classes(module: Any, base: type[Any]) -> Iterator[type[Any]]:
    """The classes of *module*'s own that can be used as they are."""
    for name, thing in vars(module).items():
        own = isinstance(thing, type) and issubclass(thing, base) and thing.__module__ == module.__name__
        if own and thing is not base and not inspect.isabstract(thing) and not name.startswith("_"):
            yield thing


def _load(point: EntryPoint, kind: PluginKind[Any], base: type[Any]) -> tuple[str, type[Any]]:
    try:
        cls = point.load()
    except Exception as error:
        raise PluginError(f"{_of(point)}: cannot be loaded ({type(error).__name__}: {error}).") from error
    if not (isinstance(cls, type) and issubclass(cls, base)):
        raise PluginError(
            f"{_of(point)}: {point.value} is no {kind.title}: it must be a class made from {base.__name__}."
        )
    if missing := sorted(getattr(cls, "__abstractmethods__", ())):
        raise PluginError(f"{_of(point)}: {point.value} is abstract: it must define {', '.join(missing)}.")
    try:
        return kind.name_of(cls), cls
    except AttributeError as error:
        raise PluginError(f"{_of(point)}: {point.value} has no name: {error}.") from None


def _of(point: EntryPoint) -> str:
    package = point.dist.name if point.dist is not None else "an installed package"
    return f"entry point {point.name} of {package} (group {point.group})"
