"""How many lies does `verify` find by rule, and how much truth does it drop, in phrasing that nobody tuned on?

    python benchmarks/phrasing.py [PART] [SEED] [KIND]

PART is one of tenth, ninth, eighth, voices, drill, seventh, sixth (unless you say), fifth, fourth, grammar, third,
apart, dev, fresh, held, tune.

Invented videos (events, screen text, speech), and true and false statements about them made from templates and word
lists (phrasing*.yaml), in parts by several hands:

- `tune`: rules are written by reading its errors, which are printed when KIND is given.
- `held`: written before the rules. Of it there are totals only.
- `fresh`: written when the rules were done. On its first run they found 94.1 % of its lies and dropped 8.9 % of its
  truths; since then its errors were read too.
- `dev`: written by another hand that knew nothing of the rules, and then read. Its first run, by the rules as they
  were: 90.8 % of the lies found, 6.8 % of the truths dropped.
- `apart`: written by a third hand, and then read too. Its first run, by the rules as they were: 91.9 %, 9.8 % dropped;
  its last before it was read, when the rules had been bettered by reading `dev`: 97.6 %, 3.6 % (6.3 % abstained).
- `third`: written by a fourth hand. No error of it was read until it had been run three times; now they are. By the
  rules as they were: 97.8 %, 0.6 % (5.6 % abstained), with coarse times at 94 % found. Then, bettered by reading
  `apart`: 98.4 %, 0.6 % (5.6 %); order of two, 88.5 % found, count, 6.5 % of the truths dropped.
- `fourth`: written by a fifth hand, and read since. Its first run, by the rules as they were: 92.3 %, 8.8 % (5.4 %
  abstained); its last before it was read: 95.2 %, 6.8 % (4.5 %).
- `fifth`: written by a sixth hand that had not seen the rules, and of the other parts one example a key; 100 templates
  or more of every kind, but for one none that another part has; read since. Its first run, by the rules as they were:
  95.0 %, 6.3 % (6.6 % abstained). Its last before it was read, with rules that abstain from what is only half read, and
  bettered by reading `fourth`: 93.0 %, 4.0 % (8.4 %), outside the limits in times, durations, orders, count and
  negation. Expect that of phrasing that nobody foresaw; what it reads now is tuned.
- `sixth`: written by a seventh hand that had seen neither the rules nor, but for one example a key, another part; 60
  templates or more of every kind and ten videos. Its first run, by the rules as they were: 98.7 %, 0.9 % (5.0 %
  abstained); outside the limits were time points alone (97.5 %, 6.0 %). Then the errors of this one kind were read
  (97.5 %, 3.5 %; in all 98.7 %, 0.6 %); those of the others never, and none is printed. Now, bettered by what its
  reader thought of: 98.9 %, 0.4 %, time points 98.0 %, 1.5 %, every kind within the limits. When questions were
  checked by their form, time points went to 4.0 % dropped (99.1 %, 0.8 % in all). Bettered on `voices`, after a count
  of reasons by kind and three looks at totals: 99.3 %, 0.7 %, outside are time points (98.0 %, 3.0 %).
- `seventh`: times, ranges, lengths and orders alone, 60 templates or more of each, by an eighth hand, before it opened
  the rules, and read since. Its first run, by the rules as they were: 95.2 %, 1.3 % (1.9 % abstained);
  outside the limits were time points (94.0 % found), time ranges (88.5 %) and orders of three and four (94.0 %, 5.0 %).
  Its last before it was read, with rules bettered on other phrasing: 96.3 %, 1.3 % (1.5 %); outside were ranges
  (91.5 %) and these orders.
- `eighth`: all kinds, twelve videos, by a ninth hand that had not read the rules (four lines came up in a search)
  and of other parts one example a key of sixth and a sixth of the lines of seventh: captions, chains of thought,
  tables, lists and JSON beside plain answers. None of its errors is printed. Its first run, by the rules as they were:
  98.2 %, 6.1 % (1.0 % of the lies abstained from, 4.2 % of the truths); within the limits were screen text, speech
  quotes and numbers in prose; most truths were dropped of time points (17.5 %) and coarse times (11.0 %), and 91.5 %
  of the lies found in negations. Its second, by rules bettered on `seventh` and `drill`: 98.6 %, 5.9 % (0.9 %,
  4.1 %), outside the limits in seven kinds. Then reasons were counted by kind, and 98.5 %, 1.5 % (0.9 %, 4.2 %) came
  of rules that such reasons suggested: outside are time points (2.5 % dropped), coarse times (3.0 %), counts (4.5 %)
  and negations (91.5 %, 3.0 %). Bettered on `voices`, after a count of reasons by kind and three looks at totals:
  98.8 %, 0.7 % (0.8 %, 4.0 %); outside are negations (93.5 %, 3.0 %).
- `ninth`: all kinds, twelve videos, by a tenth hand, before it had read the rules or any part's errors; the same hand
  then bettered the rules on `voices`, and read since. Its first run, by the rules as they were then: 97.9 %, 0.9 %
  (0.9 %, 5.3 % abstained); outside were time ranges (3.5 % dropped), coarse times (3.5 %) and negations (92.5 % found).
  What it reads now, 99.9 %, 0.0 %, is tuned.
- `tenth`: all kinds, twelve videos, by an eleventh hand that had read neither the rules nor other parts, but for some
  examples a key of `eighth`: commentators, describers for the blind, lawyers, pupils, cooks, chat assistants, foreign
  English. Held out: it was committed before it was run, and no error of it is printed. Its only run: 98.8 %, 0.4 %
  (0.8 %, 5.1 %); every kind is within the limits.
- `voices`: by the hand that wrote `ninth` before it, and read all along: points, coarse times, counts and denials as
  many authors phrase them.
- `drill`: by the hand that read `seventh`, as people and models write: ranges, orders of three and four, points, coarse
  times and denials; read all along. Of those added last, ranges and orders were run once before the rules knew them:
  98.7 % found and none dropped; 98.4 %, 3.7 %.
- `grammar`: by the hand that writes the rules, some 1,300 forms of English grammar, each of which was read: 98.9 %,
  0.1 %.

An abstention is a statement that stays with a verdict `unsure`; it counts as not found, and as not dropped.

``pytest -m slow tests/benchmarks/test_phrasing.py`` holds the parts that were read to these limits, all kinds together.
Exits with 1 when less than 95 % of the lies of a kind are found, or more than 2 % of its truths are dropped.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table

from vdata.stages.verify.verify import Verify

sys.path[:0] = [str(Path(__file__).parent)]
from phrasing_author import KINDS, Author, Statement  # noqa: E402

EACH = 200
"""Lies of each kind, and as many truths."""
LEAST, MOST = 0.95, 0.02
UNREAD = ("held", "sixth", "eighth", "tenth")
"""Parts of which there are totals only."""
NEEDS = {"time point": "points", "time range": "ranges", "time, coarse": "coarse", "duration": "durations",
         "order of two": "pairs", "order of 3-4": "long_lists", "count": "sets", "screen text": "sayings",
         "speech quote": "heard", "negation": "denials", "number in prose": "numbered"}  # fmt: skip
"""By kind, the list without which a part tells nothing of that kind."""


def outcome(statement: Statement) -> str:
    """``dropped: REASON``, ``abstained`` or ``kept``."""
    row = statement.video
    row.samples = [statement.sample]
    asyncio.run(Verify(captions=[]).run(row, None))
    if row.rejects:
        return f"dropped: {row.rejects[0].reason}"
    return "abstained" if any(check.verdict == "unsure" for check in statement.sample.checks) else "kept"


def main(part: str = "sixth", seed: str = "0", shown: str = "") -> int:
    author = Author(part, Random(f"{part} {seed}"))
    console = Console(width=160)
    table = Table("kind", "lies", "found", "abstained", "truths", "dropped", "abstained ", box=None)
    kinds = [kind for kind in KINDS if NEEDS[kind] in author.words]
    bad, totals = [], {True: Counter[str](), False: Counter[str]()}
    for kind in kinds:
        counts = {True: Counter[str](), False: Counter[str]()}
        for lie in (True, False):
            for _ in range(EACH):
                statement = author.tell(kind, lie)
                found = outcome(statement)
                counts[lie][found.partition(":")[0]] += 1
                if part not in UNREAD and kind == shown and lie != found.startswith("dropped"):
                    cited = "; ".join(f"{item.start}-{item.end} {item.text}" for item in statement.sample.evidence)
                    told = f"{statement.sample.question} => {statement.sample.answer}"
                    console.print(f"{'lie' if lie else 'truth'}, {found} | {told} | {cited}", markup=False)
            totals[lie] += counts[lie]
        shares = [counts[lie][name] / EACH for lie in (True, False) for name in ("dropped", "abstained")]
        table.add_row(kind, str(EACH), *(f"{share:.1%}" for share in shares[:2]), str(EACH),
                      *(f"{share:.1%}" for share in shares[2:]))  # fmt: skip
        if shares[0] < LEAST or shares[2] > MOST:
            bad.append(kind)
    every = EACH * len(kinds)
    shares = [totals[lie][name] / every for lie in (True, False) for name in ("dropped", "abstained")]
    table.add_row("all", str(every), *(f"{share:.1%}" for share in shares[:2]), str(every),
                  *(f"{share:.1%}" for share in shares[2:]))  # fmt: skip
    console.print(table)
    if bad:
        console.print(f"outside the limits ({LEAST:.0%} found, {MOST:.0%} dropped): {', '.join(bad)}")
    return int(bool(bad))


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:4]))
