"""``vdata stages``, ``recipes``, ``plugins`` and ``example``: what there is, and videos to try it on."""

from __future__ import annotations

from pathlib import Path

import click

from .places import GivenPath


@click.command(epilog="Examples: vdata stages · vdata stages shots")
@click.argument("name", required=False)
def stages(name: str | None) -> None:
    """List the stages, or show one: what it reads and writes, and its settings."""
    from ..stage_page import stage_list, stage_page

    click.echo(stage_page(name) if name else stage_list())


@click.command(
    epilog="Examples: vdata recipes · vdata recipes --family time --without labels · vdata recipes tvts > my.yaml"
)
@click.argument("name", required=False)
@click.option("--family", default="", metavar="WORD", help="Only those of this family: captions, time, questions …")
@click.option("--takes", default="", metavar="WORD", help="Only those that take this: subtitles, table …")
@click.option("--makes", default="", metavar="WORD", help="Only those that make this: counting, preferences …")
@click.option("--needs", default="", metavar="WORD", help="Only those that need this: sees, words, ocr …")
@click.option("--without", default="", metavar="WORD", help="Only those that take and need no such thing: teacher …")
@click.option("--price", type=(float, float), default=None, metavar="IN OUT", help="Dollars for a million tokens.")
def recipes(name: str | None, price: tuple[float, float] | None, **only: str) -> None:
    """List the recipes that come with vdata, or print one to begin your own from, with what it extends written out."""
    from ..recipes import RecipeFilter, recipe_list, recipe_text

    click.echo(recipe_text(name) if name else recipe_list(RecipeFilter(**only), price), nl=not name)


@click.command(epilog="Example: vdata plugins")
def plugins() -> None:
    """List what can be added to vdata by a file or another package: each kind, where it goes, and what is there."""
    from ..plugin_list import plugin_list

    click.echo(plugin_list())


@click.command(epilog="Examples: vdata example film && vdata build quickstart · vdata example texts")
@click.argument("name", type=click.Choice(["film", "acts", "texts"]))
@click.argument("folder", type=GivenPath(file_okay=False, path_type=Path), required=False)
def example(name: str, folder: Path | None) -> None:
    """Render videos, or write texts, of which every fact is known, with their labels, as the recipes expect them.

    film: about a minute of moving shapes, into examples/videos unless FOLDER is given. acts: 54 clips of 3 s in each of
    which one thing happens, into examples/acts. texts: 8 long texts with questions, into examples/texts. All lie under
    the folder in which you are.
    """
    from ..pipelines.errors import UserError

    if name == "texts":
        from ..examples import voyages

        try:
            click.echo(voyages.write(folder or Path("examples", "texts")))
        except OSError as error:
            raise UserError(f"The texts cannot be written: {error}") from None
        return
    import av

    if "libx264" not in av.codecs_available:
        raise UserError("This build of PyAV has no libx264, so that H.264 cannot be written: pip install --upgrade av")
    try:
        if name == "film":
            from ..examples import film

            click.echo(film.render(folder or Path("examples", "videos")))
        else:
            from ..examples import acts

            click.echo(acts.render(folder or Path("examples", "acts")))
    except OSError as error:
        raise UserError(f"The videos cannot be written: {error}") from None
