"""Write long texts of which every fact is known, with questions about them.

    vdata example texts [FOLDER]           (default: examples/texts)

It leaves ``logs.jsonl``: 8 logs of voyages, an entry a day, each with two questions. The columns are name, text,
question and answer; a log has a row for each of its questions. Recipes of long texts draw them as pages, or ask about
their parts.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

LOGS, DAYS, SEED, FILE = 8, 30, 23, "logs.jsonl"

SHIPS = ("Heron", "Lantern", "Grey Goose", "Marigold", "Patience", "Swallow", "Northern Star", "Amber")
PLACES = (
    *("Saltmouth", "Two Rocks", "Fernhaven", "Old Quay", "Whitby Sound", "Kestrel Bay", "Low Island", "Candle Point"),
    *("Marrow Bay", "Pine Harbour", "Gull Cliff", "Stony Ford", "Long Strand", "Hook Cape", "Tern Islet", "Ashport"),
)
WINDS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
SKIES = ("clear", "overcast", "hazy", "full of broken cloud", "dark with rain", "pale and still")
GOODS = (
    *("barrels of tar", "sacks of barley", "coils of rope", "crates of lemons", "bales of wool", "casks of vinegar"),
    *("baskets of eggs", "planks of oak", "jars of honey", "bundles of reeds", "chests of tea", "rolls of canvas"),
)
DEEDS = (
    "The carpenter mended the {part}, which had been weak since we left {before}.",
    "Two of the crew quarrelled about the {part}, and made peace again before supper.",
    "The cook found that the {part} leaked, and stopped it with tallow.",
    "All hands scraped and painted the {part} while the weather held.",
    "The mate taught the youngest of us how to look after the {part}.",
    "We lost an hour over the {part}, which had come loose in the night.",
)
PARTS = ("foremast", "rudder", "water cask", "galley door", "anchor chain", "second boat", "chart table", "deck pump")
SIGHTS = (
    "Towards noon a pod of {count} porpoises kept us company for a while.",
    "A sail was seen far off in the {wind}, but it did not come near.",
    "At dusk {count} geese flew over the masts, all in one line.",
    "The lead gave {count} fathoms, and a bottom of grey sand.",
    "The boy counted {count} fishing boats along the shore.",
    "In the night a light burned low in the {wind} for about an hour.",
)
ENDS = (
    "The log was written up by lamplight, and the watch was set as usual.",
    "Everyone is in good health, and there is bread for many weeks.",
    "We turned in early, since the next day promised to be long.",
    "The captain read to us after supper, and then it was quiet on board.",
)


def write(folder: Path) -> str:
    """Write the texts to *folder*. Returns a line that says what is there.

    Raises:
        OSError: they cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = [row for number in range(LOGS) for row in log(number)]
    text = "".join(f"{json.dumps(row)}\n" for row in rows)
    (folder / FILE).write_text(text, encoding="utf-8")
    return f"{folder / FILE}: {LOGS} texts of about {len(rows[0]['text'].split()):,} words, with {len(rows)} questions."


def log(number: int) -> list[dict[str, str]]:
    """The rows of one log: its text with each of its questions."""
    rng = Random(f"{SEED} {number}")
    ship, places = SHIPS[number], rng.sample(PLACES, len(PLACES))
    entries, loaded = [f"The log of the {ship}."], list[tuple[str, str, int]]()
    goods = rng.sample(GOODS, len(GOODS))
    for day in range(1, DAYS + 1):
        wind, before = rng.choice(WINDS), places[(day - 2) // 2 % len(places)]
        lines = [f"Day {day}. The sky was {rng.choice(SKIES)}, with a wind from the {wind}."]
        if day % 2:
            here = places[day // 2 % len(places)]
            lines.append(f"We came to {here} and lay there until the tide turned.")
            if len(loaded) < len(goods) and day > 1:
                count = rng.randint(3, 60)
                loaded.append((here, goods[len(loaded)], count))
                lines.append(f"There we took on {count} {goods[len(loaded) - 1]}, and paid for them in silver.")
        lines.append(rng.choice(DEEDS).format(part=rng.choice(PARTS), before=before))
        lines.append(rng.choice(SIGHTS).format(count=rng.randint(3, 40), wind=rng.choice(WINDS)))
        lines.append(rng.choice(ENDS))
        entries.append(" ".join(lines))
    text = "\n\n".join(entries)
    first, second = rng.sample(loaded, 2)
    asked = [
        (f"Where did the {ship} take on {first[1]}?", f"At {first[0]}."),
        (f"How many {second[1]} did the {ship} take on?", f"{second[2]}."),
    ]
    return [{"name": f"log of the {ship}", "text": text, "question": q, "answer": a} for q, a in asked]
