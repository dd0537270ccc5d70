"""Stages that leave their work to one of several plugins: the key that names it, and a group of settings for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, Field, SerializerFunctionWrapHandler, create_model, model_serializer

from ..schemas.plugins import PluginKind
from ..schemas.settings_model import OnlyWith


class ChosenPlugin(BaseModel):
    """What such a stage has besides its own keys: the key ``by``, and for each plugin one with its name."""

    plugins: ClassVar[PluginKind[Any]]

    @property
    def chosen(self) -> Any:
        """The plugin that ``by`` names, with its settings."""
        return getattr(self, getattr(self, "by"))  # noqa: B009 – the field is made below

    @model_serializer(mode="wrap")
    def _without_strangers(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out unused plugins of other packages from what is written: installing one changes no build."""
        kind = self.plugins
        strangers = {name for name, cls in kind.find().items() if not cls.__module__.startswith(f"{kind.package}.")}
        return {key: value for key, value in handler(self).items() if key not in strangers - {getattr(self, "by")}}  # noqa: B009


def choice_of(kind: PluginKind[Any], default: str, about: str, also: Sequence[str] = ()) -> type[ChosenPlugin]:
    """The base class of a stage whose key ``by``, *about* which the docs say this, names a plugin of *kind*, or what is
    *also* possible: the stage's own way."""
    names: Any = Literal[(*also, *kind.find())]
    groups: dict[str, Any] = {
        name: (Annotated[cls, OnlyWith(by=name)], Field(cls(), description=f"Settings of the {kind.title} ``{name}``."))
        for name, cls in kind.find().items()
    }
    made = create_model("Choice", __base__=ChosenPlugin, by=(names, Field(default, description=about)), **groups)
    made.plugins = kind
    return made
