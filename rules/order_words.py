"""The words by which English prose orders things, each as one letter: what the grammar of orders (order_grammar) reads.

``First A, then B, and finally C`` is ``F e , t e , & L e``. Words that order nothing are left out; with a word that is
not known there is no reading, for it may say anything.
"""

from __future__ import annotations

import re

from .lazy_pattern import lazy

EVENT = "\ue100"
"""Stands for the first event of a text; the next ones follow it."""
_E = r"[\ue100-\ue1ff]"
_FILM = r"(?:the |this |our )?(?:whole |entire )?(?:video|clip|film|footage|recording|sequence|scene|story)"
_OF_IT = rf"(?: of (?:it|all|it all|{_FILM}|(?:the|all|these|those)? ?(?:two|three|four|them|these|events|things)))?"
_WITH = r"(?: off| out| up| things off| it off| things up)?(?: (?:with|on|by|at|in|as|showing|when))?"
_OVER = (
    r"(?: (?:is|are|was|has|have|had|being|that|which))*(?: been)?(?: (?:over|done|finished|ended|complete"
    r"|completed|through|"
    r"happened|over with|out of the way|passed|occurred|taken place))"
)
_A_WHILE = (
    r"(?:some time|sometime|soon|shortly|right|just|immediately|directly|long|not long|moments?|seconds|minutes"
    r"|only|straight|a (?:little|bit|lot)(?: bit)?|(?:a|some|several|a few) (?:little |short |long )?(?:bit|while"
    r"|time|moment|moments|second|seconds|minutes?)"
    r"|much|well|some way|still|even)"
)
_IT = r"(?:it|that one|this one)"
_THAT = r"(?:that|this|which|these|those|them|all (?:of )?(?:that|this|these|those|them))(?! of\b)"
_BOTH = (
    r"(?:both of (?:them|these|those|which)|all (?:three|of (?:them|these|those|which))|both|either|all"
    r"|the (?:other )?two)"
)
_BE = (
    r"(?:(?:is|are|was|were|being|be|has|have|been|gets|get|directly|immediately|itself|themselves|in turn|then"
    r"|comes|come) )*"
)
_BEFORE = r"(?:before|prior to|ahead of|in advance of|earlier than|sooner than|previous to|in front of|leading up to)"
_AFTER = r"(?:after|following|later than|subsequent to|behind|once|as soon as|in the wake of|upon|on the heels of)"
_START = r"(?:very )?(?:first|start|beginning|outset|opening|top|onset)"
_END = r"(?:very )?(?:end|close|last|finish|conclusion|tail end)"

_HEDGES = (
    r"(?:if|unless) i(?:'m| am) (?:not )?(?:mistaken|wrong|right|misreading it)|if (?:i|memory) (?:remember|recall"
    r"|serves?)"
    r"(?: me)?(?: right| rightly| correctly| well)?|(?:as|so) far as (?:i|one|we) (?:can|could) (?:tell|see|judge"
    r"|make out)"
    r"|from what (?:i|we|one) (?:can|could)? ?(?:tell|see|saw|gather)|as (?:best )?i (?:can|could) (?:tell|see)"
    r"|to the best of my (?:knowledge|ability)|(?:in|to) my (?:view|opinion|mind|eyes)"
    r"|(?:,? ?but )?(?:please )?do(?:n't| not)"
    r" quote me(?: on (?:that|this|it))?|(?:i|we)(?:'d| would)? (?:think|believe|guess|suppose|reckon|assume|say"
    r"|imagine|suspect)"
    r"|(?:,? ?(?:but|though|although) )?i(?:'m| am| could be| may be| might be)(?: (?:fairly|pretty|quite"
    r"|reasonably|almost|not"
    r"|entirely|rather|very|totally|completely|100 ?%|a hundred percent))* (?:sure|certain|confident|positive|wrong"
    r"|mistaken)"
    r"(?: (?:about|of) (?:that|this|it|the order))?"
    r"|it (?:would |does )?(?:seems?|looks?|appears?)(?: to me| to be)?(?: like| as if| as though)?"
    r"|my (?:best )?(?:guess|answer|reading|impression|understanding) (?:is|would be)"
    r"|(?:based|going) (?:up)?on (?:the|this|these|what)(?: (?:video|clip|footage|frames|evidence|captions"
    r"|time ?stamps|i see|i saw"
    r"|we see|i can see|is shown))?|(?:looking|judging) (?:at|by|from) the (?:video|clip|footage|frames"
    r"|time ?stamps|timeline)"
    r"|according to the (?:video|clip|footage|captions|time ?stamps|timeline)|that(?:'s| is) (?:all|it|the order"
    r"|how it goes)"
    r"|it(?:'s| is) (?:safe|fair) to say|let me (?:see|think)|to be (?:exact|precise|sure)|in (?:short|brief|summary)"
    r"|to (?:sum up|summari[sz]e)|(?:please )?note|i (?:can )?see|needless to say|from the (?:video|clip|footage)"
    r"|(?:it(?:'s| is) )?(?:clear|evident|obvious|plain)(?: that)?|of course|for sure|by the look of it"
)
_FILLERS = (
    r"the|an?|of|in|on|at|we|you|i|one|ones|viewers?|it|there|here|us|our|its|is|are|was|were|be|been|being|am"
    r"|comes?|came"
    r"|coming|happens?|happened|happening|occurs?|occurred|occurring|takes? place|took place|taking place|appears?"
    r"|appeared"
    r"|appearing|seen|sees?|saw|seeing|watch(?:es|ed)?|shown|shows?|showed|showing|with|by|as follows|video|clip"
    r"|film|footage"
    r"|recording|scenes?|shots?|parts?|moments?|events?|things?|steps?|actions?|items?|sequence|order(?:ed)?|series"
    r"|time ?line|time"
    r"|chronological(?:ly)?|sorted|correct|right|proper|actual|answer|goes|go|went|going|unfolds?|like|this|these"
    r"|those|that"
    r"|two|three|four|all|gets?|got|getting|has|have|had|having|what|who|camera|screen|each|below|listed|given|up"
    r"|off|should"
    r"|would|will|can|could|must|both|temporal|correctly|arranged|whole|place|position|line|list|for|from|do|does"
    r"|did|so"
    r"|probably|perhaps|maybe|possibly|presumably|apparently|clearly|evidently|likely|roughly|basically|actually"
    r"|well|okay"
    r"|ok|um|uh|yes|sure|surely|certainly|indeed|obviously|simply|now|also|too|even|just|really|quite|fairly"
    r"|immediately|directly|only|finds?|found|featur(?:es|ed|ing)|depicts?|depicting|presents?|presented"
    r"|includ(?:es|ing)"
    r"|the following(?: order| sequence| way| steps| events)?|(?:in )?chronological order|first to last"
    r"|start to finish"
    r"|(?:from )?earliest to latest|by time|far|to be seen|to happen|to occur|to appear|to come|to be shown"
    r"|scene (?:with|where)|somewhere|sits?|lies?|stands?|falls?|moves?|jumps?|runs?|again|they|my|chain|reads?"
    r"|proceeds?|progress(?:es)?|continues?|as (?:the|an?)|we've|segment|section"
)

_LEXICON = (
    ("", _HEDGES),
    ("", r"in turn|to (?:be seen|happen|occur|appear|come|be shown|take place)"),
    ("o", r"(?:ordered |sorted |listed )?(?:from )?(?:the )?(?:first|earliest|start|beginning) to (?:the )?(?:last"
          r"|latest|end|finish)"),
    *((rank, rf"(?:number|no\.?|nr\.?|event|step|scene|part|item|clip|shot|stage|phase|point|place) (?:{n}|{word})")
      for rank, n, word in (("F", 1, "one"), ("2", 2, "two"), ("3", 3, "three"), ("4", 4, "four"), ("5", 5, "five"))),
    ("X", rf"(?<={_E} )(?:end|start|begin|finish|stop|open|clos)(?:s|es|ed|ing)?(?=\s*(?:[.,;!?)]|$)| (?:and|when"
          r"|where|as|once|before"
          r"|after|at|just)\b)"),
    ("X", r"(?:reverse|backwards?|vice versa|conversely|simultaneous\w*|at the same time)"),
    ("P", r"(?:second(?:-| to | )last|next to last|last but one|penultimate|next-to-last)"),
    ("L", rf"last but not least|(?:at|by|towards?|near|right at|in) (?:the )?{_END}\b{_OF_IT}|late in {_FILM}"
          r"|at long last|in closing|as (?:the|this) (?:video|clip|film|footage) (?:ends|closes|finishes|concludes)"
          r"|as it (?:ends|closes|finishes)|to (?:round|finish|end|close|conclude|cap|top|wrap)(?: (?:things|it"
          r"|this))?"
          r"(?: off| up| out)?(?: with)?|in conclusion"),
    ("F", rf"(?:at|in|from|right at|near) (?:the )?{_START}\b{_OF_IT}|to (?:begin|start"
          r"|kick off)(?: things)?(?: off)?(?: with)?"
          rf"|early(?: on)?(?: in {_FILM})?|first of all|for starters"
          r"|as (?:(?:the|this) (?:video|clip|film|footage)|it) (?:starts|begins|opens)"),
    ("o", r"(?:(?:all |and )?(?:in|following) (?:that|this|the given|exactly that|exactly this|just that|the same"
          r"|precisely that)"
          r" (?:exact |precise |very )?(?:order|sequence)|respectively|(?:in|by) (?:order|sequence)"
          r"|one after (?:the other|another))"),
    ("t", rf"(?:{_A_WHILE} )*(?:after|following|subsequent to) {_THAT}(?: (?:is|comes|came|happens"
          r"|we see))?(?![\w'])"),
    ("t", rf"(?:{_A_WHILE} )*(?:once|after|when|as soon as|now that) (?:that|this|it|which|those|these){_OVER}"),
    ("t", rf"(?:{_A_WHILE} )*(?:afterwards?|later(?: on| still)?(?: in {_FILM})?(?! than)|thereafter"
          r"|after(?=\s*(?:[,;:.]|$)))"),
    ("t", r"what (?:follows|comes next|happens next|follows (?:this|that|it)|comes (?:after|afterwards))(?= (?:is"
          r"|are|was|,|:))"
          rf"|(?:then|next|there|now|and) follows?(?= {_E})|at which point|upon which|whereupon|whereafter|thereupon"
          r"|from (?:there|then)(?: on)?(?: to)?|what(?:'s| is| comes| came) next|not long after|(?:follows?"
          r"|followed|ensues?)(?=\s*(?:[,;.]|$|and\b))"
          r"|after (?:a|some|several|a few) (?:(?:little|short|long|few|brief) )?(?:while|time|bit|moments?"
          r"|seconds?|minutes?|pause|break|gap)"),
    ("t", r"(?:continu|proceed|mov|carr|go|turn|cut|switch|chang|shift|transition|progress|lead|pass)(?:s|es|e|ing"
          r"|ed|ies|y)? "
          r"(?:on |over |forward |along |next )?(?:with|to|into|onto|by)(?: show(?:ing)?)?(?: us)?"),
    ("t", r"(?:and )?(?:then|next|subsequently|thereafter|on to|onto|via|through|until finally|before (?:finally"
          r"|eventually"
          r"|ultimately|lastly))(?: up)?"),
    ("u", rf"(?:{_A_WHILE} )*{_BEFORE} {_THAT}|beforehand"),
    ("U", rf"(?:{_A_WHILE} )*{_BEFORE} {_BOTH}(?! {_E})"),
    ("T", rf"(?:{_A_WHILE} )*{_AFTER} {_BOTH}(?! {_E})"),
    ("w", rf"(?:{_A_WHILE} )*{_BEFORE} {_IT}|preced(?:es|ing) {_IT}"),
    ("v", rf"(?:{_A_WHILE} )*{_AFTER} {_IT}|follow(?:s|ing) {_IT}"),
    ("M", r"in the (?:very )?middle(?: of (?:it|this|the video))?|mid-?way(?: through)?"
          r"|half-?way(?: through)?(?: the video)?"
          r"|(?:somewhere )?in between(?! (?:the )?[\ue100-\ue1ff])(?: (?:them|these|those|the two|both))?|middle"
          r"|between (?:them|these|those|the two|both)"),
    ("f", rf"{_BE}(?:followed|succeeded)(?: (?:directly|immediately|first|in turn|then|later))* by|gives? way to"
          r"|leads? (?:on )?(?:in)?to"
          r"|(?:mak|pav)es? (?:the )?way (?:for|to)"),
    ("p", rf"{_BE}preceded(?: (?:directly|immediately|in turn|itself))* by"),
    ("b", rf"(?:{_A_WHILE} )*(?:{_BEFORE}|preced(?:es?|ed|ing)|predat(?:es?|ed))"),
    ("a", rf"(?:{_A_WHILE} )*(?:{_AFTER}|follow(?:s|ed)?|succeeds?|succeeded|postdates?)"),
    ("x", r"(?:is|are|was|has been|have been|had|has) (?:over|done|finished|complete|ended|over with)"),
    ("m", r"(?:in )?between"),
    ("y", r"by"),
    ("r", r"(?:and )?(?:that|this|it) by"),
    ("2", r"second(?:ly)?|2nd"), ("3", r"third(?:ly)?|3rd"), ("4", r"fourth(?:ly)?|4th"), ("5", r"fifth(?:ly)?|5th"),
    ("L", rf"last(?:ly)?(?: of all)?(?: up)?|final(?:ly)?|finale|most recent|latest|ultimately|eventually"
          rf"|(?:end|finish|clos|conclud|culminat|wind|wrap|round)(?:s|es|e|ed|ing|ping|ped)?{_WITH}"),
    ("F", rf"first(?:ly)?(?: off| up)?|earliest|initial(?:ly)?|1st"
          rf"|(?:start|begin|beginn|open|kick|commenc|launch)(?:s|e|es|ing|ed)?{_WITH}"),
    ("W", r"while|whereas"),
    ("&", r"and|but|plus|as well as|though|yet"),
    ("r", r"which"),
    ("t", r"soon|to"),
    ("", _FILLERS),
)  # fmt: skip
_SIGNS = (
    ("t", r"-+>|=+>|[→⟶➜➔⇒»›]|>+|<(?!-)|[↓]"),
    ("X", r"[←⟵]|<-"),
    (".", r"[.!?;](?=\s|$)|\n+"),
    *((rank, rf"[(\[#] ?{n}(?:st|nd|rd|th)?[)\]]?") for rank, n in zip("F2345", "12345", strict=True)),
    ("(", r"[(\[]"),
    (")", r"[)\]]"),
    (",", r"[,/|…:{}–—•➤▶►▪◦●‣✓✔]|\.\.+|-(?=\s)|\+"),
    ("&", r"&"),
    ("", r"[ \t\r*_`\"'“”‘’#~-]+"),
)
_TOKEN = lazy(
    "|".join(
        [rf"(?P<e>{_E})"]
        + [rf"(?P<w{n}>(?<![\w'])(?:{words})(?![\w]))" for n, (_, words) in enumerate(_LEXICON)]
        + [rf"(?P<s{n}>{signs})" for n, (_, signs) in enumerate(_SIGNS)]
    )
)
RANK = "[F2345MPL]"
_SHORT_IS = lazy(r"(?<=\w)'(?:s|re)\b")
_BULLET = lazy(r"(?:(?<=^)|(?<=[\s(,;]))(?:[a-h]|i{1,3}|iv|vi{0,3})(?:[.):]|\s[–—-](?=\s))(?=\s)")
"""The marks of a list with letters: ``a)``, ``ii.``."""


def in_letters(text: str, count: int) -> str | None:
    """*text*, whose *count* events are single characters from ``EVENT`` on, as letters; None: a word is not known.

    ``e`` an event; ``F 2 3 4 5 P M L`` ranks; ``b f`` comes before, ``a p`` comes after; ``t`` then; ``u v w U T``
    before and after what was named; ``m`` between;  ``o`` in that order; ``r`` which; ``y`` by; ``, . & W`` joints.
    """
    text = _SHORT_IS.sub(" is", text.casefold().replace("’", "'"))
    text = re.sub(r"\b(?:event|scene|step|clip) [a-h]\b", " ", text)
    text = re.sub(r"[ \t]+", " ", _BULLET.sub(" , ", text))
    letters, at = list[str](), 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return None
        at = match.end()
        kind = str(match.lastgroup)
        letter = "e" if kind == "e" else (_LEXICON if kind[0] == "w" else _SIGNS)[int(kind[1:])][0]
        if letter == "X":
            return None
        if letter and (letter != "y" or letters[-1:] == ["e"]):
            letters.append(letter)
    found = re.sub(rf"\(({RANK})\)", r"\1", "".join(letters))
    found = re.sub(r"L,?t(?=,*e)", "tL", re.sub(r"t(?:,?t)+", "t", found.replace("(e)", "e")))
    found = re.sub(r"[2345],?&?L", "L", found)
    found = re.sub(rf"({RANK})(?:[,:]*\1)+", r"\1", re.sub(r"[()]", ",", found))
    return found if found.count("e") == count else None
