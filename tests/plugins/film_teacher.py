"""A teacher for the recipes: replies to every kind of request that the stages make, from what the request shows.

It is scripted, not clever: what it says of a stretch is what the material says of it, so that a person can follow
each sample of the quickstart's film that comes of it.
"""

from __future__ import annotations

import difflib
import json
import re
import zlib
from collections import Counter
from collections.abc import Callable
from typing import Any

from openai_server import fitting

Body = dict[str, Any]
TAGGED = re.compile(r"^\[(\w+)\] [^\n]*?[\d.]+(?: ?- ?| to )[\d.]+ s: (.+)$", re.MULTILINE)
TIMED = re.compile(r"^\[(\w+)\] [^\n]*?([\d.]+)(?: ?- ?| to )([\d.]+) s: (.+)$", re.MULTILINE)
PICTURED = re.compile(r"^\[(\w+)\] [^:\n,]+(?:, ((?:Image|Video)s? [^:\n]+))?: (.+)$", re.MULTILINE)
"""What is known of an image, or of which of several."""
NEAR = ("on the left", "at the far end", "in front", "behind that")
NUMBERED = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)


def answer(body: Body) -> Any:
    """A text, or JSON that fits the request's schema."""
    asked = "\n".join(_parts(body["messages"][-1]["content"]))
    turn = zlib.crc32(json.dumps(body["messages"]).encode())  # of the pictures too
    turn += 0 if body["model"] == "scripted" else zlib.crc32(body["model"].encode())  # rivals speak differently
    turn += body.get("seed") or 0
    held = body.get("response_format")
    if held is None:
        told = "\n".join(_parts(body["messages"][0]["content"]))  # pictures alone: in sentences that are not alike
        if 'stands behind "How to"' in f"{told}{asked}":
            return f"a day of coloured shapes before {THINGS[turn % 7]}"
        return f"{_others(turn)[turn % 12].capitalize()}." if "guess at no sounds" in told else _text(asked, turn)
    schema = held["json_schema"]["schema"]
    if schema.get("title") == "Comparison":
        return _compared(body["messages"][-1]["content"], asked, schema)
    if schema.get("title") == "Marks":
        reply = _material("reply", asked)
        return {name: 1 + zlib.crc32(f"{name} {reply}".encode()) % 10 for name in schema["properties"]}
    names = set(schema["properties"])
    if "region in question" in asked and "<region>" in json.dumps(schema):
        near, light = THINGS[turn % 7], LOOKS[turn % 11]
        first = {"question": f"What lies behind <region> in {light} light?", "answer": f"Behind it there is {near}."}
        second = {"question": f"Where does <region> go, seen from {near}?", "answer": f"It stays near {near}."}
        return {"answers": [first, second]}
    if "region in question" in asked and names == {"fits"}:
        return {"fits": True}
    for keys, maker in MAKERS.items():
        if set(keys) <= names:
            return maker(asked, schema, turn)
    made = fitting(schema, schema)
    if names == {"name"}:
        return {"name": f"{LOOKS[turn % 11]} pictures with {THINGS[turn % 7]}"}
    if all(inner.get("type") == "string" for inner in schema["properties"].values()):  # a structured caption
        about = {name: inner.get("description", "") for name, inner in schema["properties"].items()}
        return {name: _as_long(_text(asked, turn + 5 * n), about[name], turn) for n, name in enumerate(made)}
    kinds = {name: inner.get("type") for name, inner in schema["properties"].items()}
    if set(kinds.values()) in ({"boolean", "integer"}, {"integer"}):  # what ask wants to know of a picture: no flaw
        return {name: kind == "integer" and schema["properties"][name]["maximum"] - 1 for name, kind in kinds.items()}
    if schema.get("title") == "Answer" and {"string", "number"} & set(kinds.values()) and "$defs" not in schema:
        return {
            name: _field(asked, inner, turn + 5 * n) for n, (name, inner) in enumerate(schema["properties"].items())
        }
    return made


def _compared(content: Any, asked: str, schema: Any) -> dict[str, str]:
    """Which of two is the better by each criterion: it goes by what they are, and not by which comes first."""
    pictures = [json.dumps(part) for part in content if part.get("type") != "text"] if isinstance(content, list) else []
    half = len(pictures) // 2
    two = [_material(f"{place} reply", asked) for place in ("first", "second")]
    first, second = two if any(two) else ["".join(some) for some in (pictures[:half], pictures[half:])]
    made = {}
    for name, one in schema["properties"].items():
        worth = [zlib.crc32(f"{name} {text}".encode()) for text in (first, second)]
        even = [word for word in one.get("enum", ()) if word not in ("first", "second")]
        same = sum(worth) % 6 == 0 and even
        made[name] = even[sum(worth) // 6 % len(even)] if same else "first" if worth[0] > worth[1] else "second"
    return {**made, "reason": "One of them says more of what is there."}


def _hardened(asked: str, schema: Any, turn: int) -> dict[str, Any]:
    question = f"How does {THINGS[turn % 7]} in {LOOKS[turn % 11]} light come about, and what follows from it?"
    return {"first_faults": ["It is short."], "second_faults": [], "weaknesses": ["reasons"], "question": question}


def _harder(asked: str, schema: Any, turn: int) -> dict[str, Any]:
    two = [_material(f"{place} question", asked) for place in ("first", "second")]
    return {"reason": "It asks for more.", "harder": "first" if "what follows from it" in two[0] else "second"}


def _parts(content: Any) -> list[str]:
    return [content] if isinstance(content, str) else [part.get("text", "") for part in content]


def _field(asked: str, field: Any, turn: int) -> Any:
    """What is replied in one *field* of several kinds: words of the material, a list of things, yes or a number."""
    match field["type"]:
        case "string":
            return field["enum"][turn % len(field["enum"])] if "enum" in field else _text(asked, turn)
        case "array":
            return ["a coloured shape", THINGS[turn % 7]]
        case "boolean":
            return turn % 5 > 0
    low, high = field.get("minimum", 0), field.get("maximum", 10)
    share = turn % 9 / 8
    return round(low + share * (high - low)) if field["type"] == "integer" else round(low + share * (high - low), 2)


LOOKS = ("clear", "soft", "bright", "pale", "strong", "plain", "warm", "cool", "deep", "quiet", "rich")
THINGS = ("a wide sky", "low hills", "a row of trees", "some clouds", "a far horizon", "open ground", "a shape")


def _text(asked: str, turn: int) -> str:
    """A caption: what is said of the stretch, or else plain words; or a description with its new names."""
    if names := _material("new names", asked):
        told = _material("description", asked)
        for old, new in (line.split(" -> ") for line in names.splitlines()):
            told = re.sub(rf"\b{re.escape(old)}\b", new, told, flags=re.IGNORECASE)
        return told
    said = re.findall(r"^\[[\d.]+ ?- ?[\d.]+ s\] (.+)$", asked, re.MULTILINE)
    words = " ".join(said) or "A coloured shape moves over a painted landscape."
    return _as_long(f"{words} One sees {THINGS[turn % 7]} in {LOOKS[turn % 11]} colours.", asked, turn)


def _as_long(text: str, asked: str, turn: int) -> str:
    """*text*, with more sentences or fewer where *asked* says about how many words are wanted: a hundred and more, or
    as few as fit a text tower."""
    wanted = int(told.group(1)) if (told := re.search(r"(?:[Ww]rite|in) about (\d+) words", asked)) else 0
    n = 0
    while wanted >= 100 and len(text.split()) < 0.8 * wanted:
        look, thing = LOOKS[(turn + n) % 11], THINGS[(turn + n) % 7]
        text += f" In {look} light there {'is' if n % 2 else 'lies'} {thing}, which the picture keeps for a while."
        n += 1
    if wanted == 45:
        sentences = re.findall(r"[^.]+\.", text)
        while len(" ".join(sentences).split()) > wanted and len(sentences) > 1:
            sentences.pop()
        text = " ".join(map(str.strip, sentences))
    return text


def _items(asked: str, schema: Any, turn: int) -> Any:
    item = schema["$defs"]["Item"]["properties"]
    if "words" in item:  # who and what appears in a caption
        return {"items": [{"words": "a coloured shape", "kind": "thing", "looks": "It is plain and bright."}]}
    lines = TIMED.findall(asked)
    if not lines and (pictured := PICTURED.findall(asked)):
        of = _of_one_thing if "Ask of one such thing at a time" in asked else _of_pictures
        return {"items": [of(pictured, schema, turn + n) for n in range(2)]}
    items = []
    most = 5 if "five events" in asked else 3
    wanted = int(written.group(1)) if (written := re.search(r"write (\d+) wrong", asked)) else 3
    for n in (0, len(lines) // 2):
        events = _following(lines[n:], most)
        if "events" in item:  # none of which is told of again
            told = Counter(words for _, _, _, words in lines)
            events = _following([line for line in lines[n:] if told[line[3]] == 1], most)
        if len(events) < 3 and {"events", "seen", "turns"} & set(item):
            continue
        (tag, said), later = events[0], events[1:]
        if "seen" in item and (at := re.search(r"is asked ([\d.]+) s into", asked)):  # what is over, and what comes
            over = [(key, words) for key, _, until, words in lines if float(until) <= float(at[1])]
            later = [(key, words) for key, start, _, words in lines if float(start) >= float(at[1])]
            tag, said = over[-1]
        same = [key for key, _, _, words in lines if words == said and key[0] == tag[0]]
        shown = f"{THINGS[turn % 7]} in {LOOKS[turn % 11]} and {LOOKS[turn // 11 % 11]} light"
        others = list(dict.fromkeys(words for _, _, _, words in lines if words != said))[: max(2, wanted - 1)]
        form = next((form for form in ("count", "events", "answer") if form in item), "when")
        known: dict[str, Any] = {
            "question": f"{BY_FORM.get(form, ASK[turn % 5])} {PART[n > 0]} of a stretch with {shown}?",
            "answer": said,
            "evidence": same if "count" in item else [tag, *(key for key, _ in later[: "must join" in asked])],
            "count": len(same),
            "wrong": [*others, *_others(turn)[:wanted]],
            "events": [{"text": words, "tag": key} for key, words in events],
            "why": f"It is told that {said[0].lower()}{said[1:]}",
            "explanation": "It follows from what is shown there.",
            "turns": [
                {"question": f"{ASK[(turn + k) % 5]} {WHEN[k % 4]}?", "answer": words, "evidence": [key]}
                for k, (key, words) in enumerate(events)
            ],
        }
        if form == "when":
            known["question"] = f"When, {PART[n > 0]}, is it that {said[0].lower()}{said[1:].rstrip('.')}?"
        if "seen" in item:
            known |= {"seen": [tag], "evidence": [later[0][0]], "answer": later[0][1]}
            known["question"] = f"What is the next thing to come up in {LOOKS[(turn + n) % 11]} light, with {shown}?"
            known["wrong"] = [words for words in known["wrong"] if words != later[0][1]] + [said]
        if "events" in item:
            known["why"] = " Then: ".join(f"{words[:1].upper()}{words[1:]}." for _, words in events)
        if since := re.search(r"that ended after ([\d.]+) s", asked):  # a chain: what came since the last question
            tag, said = next((key, words) for key, _, end, words in reversed(lines) if float(end) > float(since[1]))
            known |= {"question": f"What has it come to since, with {shown}?", "answer": said, "evidence": [tag]}
            known["wrong"] = [words for words in known["wrong"] if words != said]
        items.append({key: known.get(key, fitting(inner, schema)) for key, inner in item.items()})
    return {"items": items}


def _of_pictures(lines: list[tuple[str, str, str]], schema: Any, turn: int) -> Any:
    """A question about what is known of images, or a talk that goes on from one to the next and back."""
    tag, name, said = lines[turn % len(lines)]
    there = f" in {name}" if name else " here"
    turns = [
        {"question": f"{ASK[(turn + n) % 5]}{f' in {called}' if called else ''} {NEAR[n % 4]}?", "answer": words,
         "evidence": [key]}
        for n, (key, called, words) in enumerate([lines[k % len(lines)] for k in range(max(3, len(lines) + 1))])
    ]  # fmt: skip
    known: dict[str, Any] = {
        "question": f"{ASK[turn % 5]}{there} beside {THINGS[turn % 7]} in {LOOKS[turn % 11]} light?",
        "answer": said,
        "evidence": [key for key, called, _ in lines if called == name or key == tag],
        "wrong": _others(turn)[:4],
        "why": f"It is told that {said[0].lower()}{said[1:]}",
        "turns": turns,
    }
    item = schema["$defs"]["Item"]["properties"]
    return {key: known[key] if key in known else fitting(inner, schema) for key, inner in item.items()}


def _of_one_thing(lines: list[tuple[str, str, str]], schema: Any, turn: int) -> Any:
    """A question about how a thing that is told of in several images has changed from the first to the last."""
    things: dict[str, list[tuple[str, str, str]]] = {}
    for tag, name, said in lines:
        thing, _, words = said.partition(": ")
        things.setdefault(thing, []).append((tag, name, words))
    thing = list(things)[turn % len(things)]
    (first, _, was), (last, _, now) = things[thing][0], things[thing][-1]
    changed = f"at first {was}, and now {now}" if was != now else f"as before, {now}"
    known: dict[str, Any] = {
        "question": f"How has {thing} changed from Image 1 to Image 2?",
        "answer": changed,
        "evidence": [first, last],
        "wrong": [f"at first {now}, and now {was}", f"nothing has changed, it is {was}", *_others(turn)],
        "why": f"In Image 1 it is {was}, in Image 2 {now}.",
    }
    return {key: known[key] for key in schema["$defs"]["Item"]["properties"]}


def _following(lines: list[tuple[str, str, str, str]], most: int) -> list[tuple[str, str]]:
    """At most *most* of the lines, the first one on, each after the end of the one before and said once only."""
    found: list[tuple[str, str]] = []
    times = Counter(words for _, _, _, words in lines)
    end = -1.0
    for tag, start, until, words in lines:
        if len(found) < most and float(start) >= end and (times[words] == 1 or not found):
            found.append((tag, words))
            end = max(float(until), float(start) + 0.01)
    return found


ASK = ("What can be noticed", "What becomes visible", "What is presented", "What does one learn", "What is told")
BY_FORM = {
    "count": "How often does the same thing come up",
    "events": "In which order does one see these things",
    "when": "When does something new come up",
}
PART = ("in the early part", "about the middle")
WHEN = ("at first", "right after that", "then", "in the end")


def _reasoned(asked: str, schema: Any, turn: int) -> Any:
    lines = TAGGED.findall(asked) or [("v1", "A shape moves.")]
    conclusion = _material("answer", asked) or lines[0][1]
    question = _material("question", asked)
    meant = [line for line in lines if line[1] in question or line[1] in conclusion][:5] or lines[:1]
    if "key_spans" in schema["properties"]:
        why = "It can be seen that " + " And then: ".join(said for _, said in meant)
        return {"key_spans": [tag for tag, _ in meant], "key_objects": ["shape"], "reasoning": why,
                "conclusion": conclusion}  # fmt: skip
    if lines[0][1] == "(no words)":  # frames alone: all of them are looked at
        seen = "A coloured shape enters, moves for a while and leaves again."
        return {"steps": [{"text": seen, "evidence": [tag for tag, _ in lines]}], "conclusion": conclusion}
    return {"steps": [{"text": said, "evidence": [tag]} for tag, said in meant], "conclusion": conclusion}


def _material(kind: str, asked: str) -> str:
    found = re.search(rf'<material kind="{kind}">\n(.*?)\n</material>', asked, re.DOTALL)
    return found.group(1) if found else ""


def _followed(asked: str) -> str:
    """What follows from the reasoning that is shown: an order, a number of steps, a time, or its own words."""
    reasoning, question = _material("reasoning", asked), _material("question", asked)
    listed = [(n, text) for n, text in NUMBERED.findall(question) if text in reasoning]
    if listed:
        return ", ".join(n for n, _ in sorted(listed, key=lambda one: reasoning.index(one[1])))
    known = [
        line for line in _material("spans of the video", asked).split("\n") if line.partition(": ")[2] in reasoning
    ]
    if known and known[0]:
        start, _, end = known[0].partition(": ")[0].partition("-")
        return f"from {start} to {end} seconds"
    times = re.findall(r"\((from [^)]*|at [^)]*)\)", reasoning)
    if "when" in question.casefold() and times:
        return str(times[0])
    if "how often" in question.casefold() or "how many" in question.casefold():
        return str(reasoning.count("\n") + 1)
    return reasoning


def _letter(asked: str, schema: Any, turn: int) -> Any:
    if not _material("reasoning", asked):
        return {"letter": "D"}
    told = re.findall(r"\w+", _followed(asked).casefold())
    options = re.findall(r"^([A-J])\. (.+)$", _material("question", asked), re.MULTILINE)
    return {"letter": max(options, key=lambda one: _alike(re.findall(r"\w+", one[1].casefold()), told))[0]}


def _alike(words: list[str], told: list[str]) -> float:
    """How much of the *words* follow one another in what was told."""
    return difflib.SequenceMatcher(None, words, told, autojunk=False).ratio()


def _claims(asked: str, schema: Any, turn: int) -> Any:
    return {"claims": [{"text": text, "sentence": int(n)} for n, text in NUMBERED.findall(asked)]}


def _judgements(asked: str, schema: Any, turn: int) -> Any:
    if "number" in schema["$defs"].get("JudgedOption", {}).get("properties", ()):
        listed = asked.partition("Other options")[2]
        return {"judgements": [{"number": int(n), "verdict": "wrong"} for n, _ in NUMBERED.findall(listed)]}
    told = asked.partition('kind="claims"')[2]
    return {"judgements": [{"claim": int(n), "verdict": "supported", "seen": ""} for n, _ in NUMBERED.findall(told)]}


def _steps(asked: str, schema: Any, turn: int) -> Any:
    lines = re.findall(r"^(\d+): (.+)$", asked, re.MULTILINE)
    return {"steps": [{"lines": [int(n)], "text": text} for n, text in lines]}


def _shown(asked: str, schema: Any, turn: int) -> Any:
    """Where a caption is shown: in five frames that follow one another, or, once in seven times, nowhere."""
    count = int(re.search(r"You see (\d+) frames", asked).group(1))  # type: ignore[union-attr]
    first = turn % count + 1
    return {"shown": [n for n in range(first, first + 5) if n <= count] if turn % 7 else []}


def _names(asked: str, schema: Any, turn: int) -> Any:
    """One name for all mentions of the same words."""
    words: dict[str, list[int]] = {}
    for n, said in re.findall(r"^(\d+): (.+?) \(\w+\)\.", _material("mentions", asked), re.MULTILINE):
        words.setdefault(said, []).append(int(n))
    known = {said: f"the {said.split()[-1]} called {chr(ord('A') + n)}" for n, said in enumerate(words)}
    return {"names": [{"name": known[said], "looks": "It is plain.", "mentions": at} for said, at in words.items()]}


def _versions(asked: str) -> dict[str, Any]:
    """A sentence in three versions that differ in the colour of what it is about."""
    said = re.findall(r"^\[[\d. s-]+\] (.+)$", asked, re.MULTILINE)[-1]
    thing = said.split()[1]
    return {
        "answers": [
            {"aspect": f"the colour of the {thing}", "value": one, "sentence": said.replace(thing, f"{one} {thing}", 1)}
            for one in ("red", "green", "blue")
        ]
    }


def _answers(asked: str, schema: Any, turn: int) -> Any:
    """Several answers of the stage ask: a line in the field of type text, or in two parts in two, and its tag."""
    answers = schema["properties"]["answers"]
    fields = answers["items"]["properties"]
    if {*fields} == {"aspect", "value", "sentence"}:
        return _versions(asked)
    if {*fields} == {"question", "answer"}:  # about each sentence that the material says of the stretch
        each = dict.fromkeys(
            re.findall(r"[^.\n]+\.", " ".join(re.findall(r"^\[[\d.-]+ s\] (.+)$", asked, re.MULTILINE)))
        )
        asks = [f"{ASK[n % 5]} {WHEN[n % 4]}?" for n in range(20)]
        return {"answers": [{"question": ask, "answer": one.strip(" .")} for ask, one in zip(asks, each, strict=False)]}
    lines = TAGGED.findall(asked) or _untagged(asked)
    texts = [name for name, one in fields.items() if one.get("type") == "string" and "enum" not in one]
    made: list[dict[str, Any]] = []
    spread = lines[:: max(1, len(lines) // 6)][: answers["maxItems"]]
    if {*fields} == {"name", "lines"}:  # who speaks: two take turns
        return {"answers": [{"name": name, "lines": [tag for tag, _ in lines[n::2]]} for n, name in enumerate(NAMES)]}
    for n, (tag, said) in enumerate(spread):
        words = said.split()
        if {*fields} == {"question", "answer", "lines"}:  # of what is at the same place of two lanes
            beside = next((other for other, _ in lines if other != tag and other[1:] == tag[1:]), tag)
            beside = tag if n == 2 else beside  # which rests on one of them alone
            ask = f"{ASK[n % 5]} {WHEN[n % 4]} where {THINGS[n % 7]} is?"
            made.append({"question": ask, "answer": said, "lines": [tag, beside]})
            continue
        if {*fields} == {"question", "answer", "shot"}:  # two questions, which the lines answer in turn
            made.append({"question": f"{ASK[n % 2]} all along?", "answer": said, "shot": [tag]})
            continue
        if {*fields} >= {"query", "lines"}:  # a query, cut to what is asked for, in one place or in two
            most = next((most for begun, most in QUERIES.items() if begun in fields["query"]["description"]), 99)
            made.append({"query": " ".join(words[-most:]), "lines": [tag, *_other_place(asked, tag, n)]})
            continue
        cut = 0 if len(texts) == 1 else min(3, len(words) // 2)
        said_by = dict(zip(texts, [" ".join(words[:cut]), " ".join(words[cut:])][-len(texts) :], strict=True))
        made.append({name: said_by.get(name) or [tag] if name in texts or one.get("type") == "array" else
                     _number(one, n) or fitting(one, schema) for name, one in fields.items()})  # fmt: skip
    return {"answers": made}


def _other_place(asked: str, tag: str, turn: int) -> list[str]:
    """What fits a query beside the line *tag*, by turns: what is said or seen meanwhile, as long as it lasts; nothing;
    a line of the same lane elsewhere; one of another lane elsewhere."""
    shown = re.findall(r"^\[(\w+)\] (\w+), ([\d.]+)-([\d.]+) s:", asked, re.MULTILINE)
    found = {key: (lane, float(start), float(end)) for key, lane, start, end in shown}
    lane, start, end = found[tag]
    far = [key for key, (_, begin, finish) in found.items() if begin - end > 1 or start - finish > 1]
    meanwhile = [
        key
        for key, (other, begin, finish) in found.items()
        if other != lane and min(end, finish) - max(start, begin) > 0.6 * (max(end, finish) - min(start, begin))
    ]
    same, others = ([key for key in far if (found[key][0] == lane) == alike] for alike in (True, False))
    return [meanwhile[:1], [], same[-1:], others[:1]][turn % 4]


def _untagged(asked: str) -> list[tuple[str, str]]:
    """The lines of material that cannot be cited."""
    return [("", said) for said in re.findall(r"^\[[\d.]+ ?- ?[\d.]+ s\] (.+)$", asked, re.MULTILINE)]


NAMES = ("Ada", "Ben")
QUERIES = {"One to three words": 3, "A phrase": 7}
"""Words of a query by how its description begins."""


def _number(field: Any, n: int) -> float:
    """A number within the bounds of *field*, another for each of the first seven answers; of other fields 0."""
    if field.get("type") != "number" or "maximum" not in field:
        return 0.0
    low, high = float(field["minimum"]), float(field["maximum"])
    return round(low + (high - low) * (n * 3 % 7 + 1) / 8, 1)


def _wrong(asked: str, schema: Any, turn: int) -> Any:
    """Wrong options about things that are not in the film, in sentences of many lengths."""
    return {"options": _others(turn)}


def _others(turn: int) -> list[str]:
    """Twelve of them, every second one of two things."""
    one = [f"{ELSE[(turn + n) % 8]} {DOES[(turn + n) % 9]}" for n in range(24)]
    return [
        first + (f", and {second}" if n % 2 else "")
        for n, (first, second) in enumerate(zip(one[:12], one[12:], strict=True))
    ]


ELSE = ("a grey cloud", "a black dot", "a paper boat", "a small bird", "a long ribbon", "a clock without hands",
        "a white hare", "an old lantern")  # fmt: skip
DOES = ("melts away", "turns to stone in the middle of the night", "hides behind the tallest of the houses",
        "is carried off by the wind", "splits in two and comes together again", "waits at the gate", "sinks",
        "follows the road up to the bridge and stays there", "falls asleep under a tree")  # fmt: skip


def _sentence(name: str) -> Callable[[str, Any, int], Any]:
    """Replies with the sentence *name* of an answer that is written a sentence at a time."""
    begun = {"second": "Beside it there is", "third": "One also sees", "fourth": "Far behind lies"}[name]
    return lambda asked, schema, turn: {name: f"{begun} {THINGS[turn % 7]} in {LOOKS[turn % 11]} colours."}


def _anew(asked: str, schema: Any, turn: int) -> Any:
    first = f"It is {THINGS[turn % 7]}."
    return {"answer_given_question": f"{first} The light is {LOOKS[turn % 11]}.", "first": first}


def _heard(asked: str, schema: Any, turn: int) -> Any:
    """What is heard in a stretch, in sentences that are not alike."""
    source, sound = list(SOUNDS.items())[turn % len(SOUNDS)]
    quality = f"{'loud' if turn % 2 else 'low'} and {LOOKS[turn % 11]}"
    return {"source": [source], "quality": quality, "emotion": LOOKS[turn // 7 % 11], "sound": f"{sound}, {quality}."}


SOUNDS = {
    "bell": "A bell rings twice from a tower",
    "rain": "Heavy drops fall on leaves all the time",
    "dog": "Somewhere an animal barks at what goes by",
    "engine": "The hum of a machine gets slower until it stops",
    "violin": "Strings play a slow tune with long notes",
    "crowd": "Many voices cheer and then clap their hands",
    "sea": "Waves roll over pebbles",
}
"""By what makes it, what is heard."""


MAKERS: dict[tuple[str, ...], Callable[[str, Any, int], Any]] = {
    ("steps", "conclusion"): _reasoned,
    ("key_spans", "conclusion"): _reasoned,
    ("items",): _items,
    ("answers",): _answers,
    ("names",): _names,
    ("source", "quality", "emotion", "sound"): _heard,
    ("reason", "grade"): lambda asked, schema, turn: {"reason": "It could say more.", "grade": 4 + turn % 5},
    ("instructions",): lambda asked, schema, turn: {"instructions": f"Say more of {THINGS[turn % 7]}, if it is there."},
    ("options",): _wrong,
    ("claims",): _claims,
    ("judgements",): _judgements,
    ("steps",): _steps,
    ("shown",): _shown,
    ("question", "original_answer"): lambda asked, schema, turn: {
        "question": f"What comes up in {LOOKS[turn % 11]} light?",
        "original_answer": f"There is {THINGS[turn % 7]}, and a bird.",
    },
    ("answer_given_question",): _anew,
    **{(name,): _sentence(name) for name in ("second", "third", "fourth")},
    ("chinese",): lambda asked, schema, turn: {"chinese": f"一个形状在第{turn % 97}幅画上移动。没有人说话。"},
    ("contradicted",): lambda asked, schema, turn: {"contradicted": []},
    ("faults",): lambda asked, schema, turn: {"faults": ["It could be shorter."]},
    ("questions",): lambda asked, schema, turn: {
        "questions": [f"What can be told {PART[n % 2]}, of {THINGS[(turn + n) % 7]} number {n + 1}?" for n in range(3)]
    },
    ("letter",): _letter,
    ("first_faults", "question"): _hardened,
    ("personas",): lambda asked, schema, turn: {"personas": [f"somebody who likes {thing}" for thing in THINGS]},
    ("reason", "harder"): _harder,
    ("answer",): lambda asked, schema, turn: {"answer": _followed(asked) if _material("reasoning", asked) else ""},
}
