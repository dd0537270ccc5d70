"""``vdata stages``, ``recipes`` and ``plugins``: what there is."""

from __future__ import annotations

import click


@click.command(epilog="Examples: vdata stages · vdata stages shots")
@click.argument("name", required=False)
def stages(name: str | None) -> None:
    """List the stages, or show one: what it reads and writes, and its settings."""
    from ..stage_page import stage_list, stage_page

    click.echo(stage_page(name) if name else stage_list())


@click.command(epilog="Examples: vdata recipes · vdata recipes quickstart > my.yaml")
@click.argument("name", required=False)
def recipes(name: str | None) -> None:
    """List the recipes that come with vdata, or print one to begin your own from."""
    from ..recipes import recipe_list, recipe_text

    click.echo(recipe_text(name) if name else recipe_list(), nl=not name)


@click.command(epilog="Example: vdata plugins")
def plugins() -> None:
    """List what can be added to vdata by a file or another package: each kind, where it goes, and what is there."""
    from ..plugin_list import plugin_list

    click.echo(plugin_list())
