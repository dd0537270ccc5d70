"""Which language is a text in? Enough of it to know whether rules that read English prose may read it.

By script, and by the commonest function words, which every sentence of some length has. A text of a few words that
none of the lists knows counts as English, one of many words as unknown.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

from .lazy_pattern import lazy

ENGLISH = "English"
UNKNOWN = "an unknown language"

_FUNCTION_WORDS = {
    ENGLISH: "the a an and or of in on at to from by with for is are was were be been it its he she they his her their "
    "this that these those there then first next after before while when as into who which what where how why does do "
    "did has have had not no nor only but so if than through over under between during until again up down out off "
    "one two three some any all both each other can will would one's says said i you we till second seconds"
    " minute minutes start starts end ends time length duration",
    "German": "der die das den dem des ein eine einen einem einer und oder nicht kein keine keinen ist sind war waren "
    "wird werden hat haben er sie es ihr ihre sein seine mit von vom zu zum zur auf aus bei nach vor durch über unter "
    "zwischen während als wie was wer wo wann warum dann danach zuerst noch schon auch nur im am ins an in um bis mehr "
    "sich wieder zwei drei man dass wenn aber denn",
    "French": "le la les l d un une des du de et ou ne n pas est sont était a ont il elle ils elles son sa ses leur "
    "avec dans sur sous pour par en au aux puis ensuite après avant pendant que qui quoi où quand comment pourquoi "
    "ce cette ces se qu deux trois fois plus mais donc jusqu entre sans",
    "Spanish": "el la los las un una unos unas y o no es son era está están ha han su sus con en de del al a por para "
    "sobre bajo entre que qué quién dónde cuándo cómo cuántas cuántos cuál luego después antes mientras primero se lo "
    "le más pero dos tres veces hasta desde sin hay ningún ninguna",
    "Italian": "il lo la i gli le un una e o non è sono era ha hanno con in di del della dei delle nel nella a al alla "
    "da dal dalla per su sul sulla tra che chi cosa dove quando come perché poi dopo prima mentre si due tre volte più "
    "ma fino senza",
    "Portuguese": "o a os as um uma e ou não é são era está estão com em de do da dos das no na nos nas ao à por para "
    "sobre que quem onde quando como quantas quantos depois antes enquanto primeiro se mais mas dois duas três vezes "
    "até sem seu sua",
    "Dutch": "de het een en of niet geen is zijn was waren wordt heeft hebben hij zij ze haar hun met van naar op in "
    "aan uit bij voor door over onder tussen tijdens als wat wie waar wanneer hoe waarom dan daarna eerst ook nog te "
    "tot twee drie keer dat die dit deze maar er",
    "Swedish, Danish or Norwegian": "den det de en ett et och og eller inte ikke ej är er var har hade han hun hon med "
    "av af i på til till från fra för for om under over över mellan mellem vad hvad hva vem hvem när när hur hvordan "
    "sedan efter før innan som att at men två tre to gange ganger gånger",
    "Polish": "i a oraz nie jest są był była było ma mają się na w we z ze do od po przed przez pod nad za o u co kto "
    "gdzie kiedy jak dlaczego potem następnie najpierw podczas że który która dwa trzy razy ale jego jej",
    "Czech or Slovak": "a i nebo ne není je jsou byl byla bylo má mají se na v ve z ze do od po před přes pod nad za o "
    "u co kdo kde kdy jak proč potom nejprve že který která dva tři krát ale jeho její",
    "Turkish": "ve veya değil bir bu şu o ile için gibi kadar sonra önce ne kim nerede nasıl niçin var yok daha çok "
    "iki üç kez da de mi",
    "Indonesian or Malay": "yang dan atau tidak bukan adalah ini itu di ke dari dengan untuk pada oleh seorang sebuah "
    "dua tiga kali lalu kemudian sebelum sesudah setelah ketika apa siapa mana kapan bagaimana ada",
    "Romanian": "un o și sau nu este sunt era are au cu în de din la pe pentru prin ce cine unde când cum apoi după "
    "înainte care să se doi două trei ori mai dar",
    "Hungarian": "a az egy és vagy nem van volt ki mi hol mikor hogyan miért majd után előtt hogy két három is csak",
    "Finnish": "ja tai ei on ovat oli hän se ne joka mitä kuka missä milloin miten miksi sitten jälkeen ennen että "
    "kaksi kolme kertaa mutta",
    "Vietnamese": "và hoặc không là một các những của với trong trên ở từ đến cho này đó gì ai đâu khi sau trước rồi "
    "hai ba lần có",
}
_LISTS = {name: frozenset(words.split()) for name, words in _FUNCTION_WORDS.items()}
_SHARED = (
    "die hat war man was den des under over on in an i a o no me do so as he to at et for or is till "
    "second minute minutes start time plus door van met dan pour comment sin son due"
)
_HOMOGRAPHS = frozenset(_SHARED.split())
"""Words of the lists that are words of other languages too: they count by half."""
_SCRIPTS = {
    "CJK": "Chinese or Japanese",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HANGUL": "Korean",
    "CYRILLIC": "a language in Cyrillic letters",
    "ARABIC": "a language in Arabic letters",
    "DEVANAGARI": "a language in Devanagari letters",
    "GREEK": "Greek",
    "HEBREW": "Hebrew",
    "THAI": "Thai",
}
_WORD = lazy(r"[^\W\d_]+")
_LATIN = lazy(r"\b(?:i\. ?e|e\. ?g)\.|\d\w*", re.IGNORECASE)
"""Abbreviations whose letters would be words of Italian, and numbers with their units."""
_FOREIGN = 0.3
"""The share of letters of another script from which a text is in it; below, it quotes some."""
_MANY = 8
"""From so many words on, a text without a function word of any list is in no language that is known here."""


@lru_cache(maxsize=4096)
def language_of(text: str) -> str:
    """The language of *text*, by its English name; ``English`` where nothing speaks against it."""
    words = [word.casefold() for word in _WORD.findall(_LATIN.sub(" ", text))]
    script = _script("".join(words))
    if script:
        return script
    counts = Counter(words)
    scores = {
        name: sum(number * (0.5 if word in _HOMOGRAPHS else 1) for word, number in counts.items() if word in known)
        for name, known in _LISTS.items()
    }
    english = scores.pop(ENGLISH)
    best = max(scores, key=lambda name: scores[name])
    sure = any(word in _LISTS[best] and word not in _HOMOGRAPHS for word in counts)  # "a mail van"
    if scores[best] >= (1 if sure else 1.5) and scores[best] > english:
        return best
    return UNKNOWN if not english and len(words) >= _MANY else ENGLISH


def _script(letters: str) -> str:
    """The language of the script that a good share of *letters* is in; empty for Latin letters."""
    names = Counter(unicodedata.name(letter, "").split(" ")[0] for letter in letters if not letter.isascii())
    # a letter of the Chinese, Japanese and Korean scripts stands for about a syllable or a word
    found = {name: names[name] for name in _SCRIPTS if names[name]}
    if not letters or sum(found.values()) < _FOREIGN * len(letters):
        return ""
    kana = {"HIRAGANA", "KATAKANA"} & set(found)
    return _SCRIPTS["HIRAGANA" if kana else max(found, key=lambda name: found[name])]
