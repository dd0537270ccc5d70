"""Rules of words abstain of what is not English: no truth is dropped by them, and clock times are checked still."""

from __future__ import annotations

import asyncio

import pytest

from vdata.schemas import Evidence, Message, Sample, Span, Timeline
from vdata.stages.verify.verify import Verify

EVENTS = {
    "German": ["Ein Junge füttert drei Ziegen.", "Eine Frau klatscht zweimal in die Hände.", "Es fällt kein Schnee."],
    "French": ["Un garçon nourrit trois chèvres.", "Une femme frappe deux fois.", "Il ne neige pas sur le toit."],
    "Spanish": ["Un niño da de comer a tres cabras.", "Una mujer aplaude dos veces.", "No cae nieve sobre el techo."],
    "Chinese or Japanese": ["一个男孩喂三只山羊。", "一位女士拍了两次手。", "屋顶上没有下雪。"],
}
"""At 4 to 9, 20 to 31 and 70 to 82 seconds."""
TRUE = {
    "German": [
        ("Was geschieht zuerst?", "Zuerst füttert ein Junge drei Ziegen, danach klatscht eine Frau."),
        ("Wie oft klatscht die Frau?", "Zweimal."),
        ("Wann klatscht die Frau?", "Von 0:20 bis 0:31, also elf Sekunden lang."),
        ("Wie lange füttert er sie?", "5 Sekunden, etwa von 4,0 bis 9,0 s."),
        ("Wie viele Ziegen sind zu sehen?", "Es sind 3, und keine davon ist schwarz."),
        (
            "Was kommt vor dem Klatschen der Frau?",
            "Vor dem Klatschen wird gefüttert; also erst der Junge, dann Klatschen.",
        ),
        ("Fällt Schnee oder Regen?", "Es schneit nicht."),
        ("Wie viele Hunde sieht man?", "Null"),
        ("Wann beginnt die letzte Szene?", "Bei 1:10, nach einer Minute und zehn Sekunden."),
    ],
    "French": [
        ("Que se passe-t-il en premier ?", "D'abord le garçon nourrit les chèvres, puis une femme frappe."),
        ("Combien de chèvres y a-t-il ?", "Il y en a 3, soit une de moins que quatre."),
        ("Quand frappe-t-elle ?", "De 0:20 à 0:31, pendant onze secondes."),
        ("Est-ce qu'il neige ou est-ce qu'il pleut ?", "Il ne neige pas."),
        ("Combien de temps cela dure-t-il ?", "Environ 5 s, de 4,0 s à 9,0 s."),
        ("Que dit-on de la femme ?", "Elle frappe « deux fois » dans ses mains, comme Madame Dupont."),
    ],
    "Spanish": [
        ("¿Qué pasa primero?", "Primero un niño da de comer a las cabras y después una mujer aplaude."),
        ("¿Cuántas veces aplaude la mujer?", "Dos veces, no once."),
        ("¿Cuándo aplaude?", "Desde las 0:20 hasta las 0:31, durante once segundos."),
        ("¿Nieva o llueve?", "No nieva sobre el techo."),
        ("¿Cuánto dura la escena?", "Unos 5 segundos, de 4,0 s a 9,0 s."),
        ("¿Quién es la mujer?", "La señora que aplaude, a la que llaman Doña Inés."),
    ],
    "Chinese or Japanese": [
        ("先发生什么？", "男孩先喂山羊，然后女士拍手。"),
        ("有几只山羊？", "3只。"),
        ("女士什么时候拍手？", "从0:20到0:31，持续11秒。"),
        ("屋顶上下雪了吗？", "没有下雪。"),
        ("她拍了几次手？", "两次，即2次。"),
        ("最后一幕从什么时候开始？", "在1:10，也就是70秒处。"),
    ],
}


def _verified(language: str, question: str, answer: str, setting: str | None = None) -> tuple[Timeline, Sample]:
    video = Timeline("v.mp4", "0" * 24, 90.0)
    bounds = [(4.0, 9.0), (20.0, 31.0), (70.0, 82.0)]
    spans = [Span(*bound, text=text) for bound, text in zip(bounds, EVENTS[language], strict=True)]
    video.put("captions", spans)
    cited = [Evidence(one.start, one.end, "captions", one.text or "", one.id) for one in video.lane("captions")]
    turns = [Message("user", question), Message("assistant", answer)]
    sample = Sample("what", question, answer, 0.0, 90.0, cited, {"duration": "90"}, messages=turns, teacher="t")
    video.samples = [sample]
    asyncio.run(Verify(language=setting).run(video, None))
    return video, sample


@pytest.mark.parametrize(("language", "question", "answer"), [(name, *one) for name in TRUE for one in TRUE[name]])
def test_no_truth_is_dropped(language: str, question: str, answer: str) -> None:
    video, sample = _verified(language, question, answer)
    assert not video.rejects
    verdicts = {check.check: (check.verdict, check.detail) for check in sample.checks}
    for check in ("order", "count", "numbers", "negation", "words", "leak", "names"):
        assert verdicts[check] == ("unsure", f"there are no rules of words for {language}")
    assert verdicts["evidence"][0] == "pass"


@pytest.mark.parametrize(
    ("language", "answer"),
    [
        ("German", "Die Frau klatscht von 0:40 bis 0:50 in die Hände."),
        ("French", "La femme frappe à 1:25, puis elle sort."),
        ("Spanish", "La mujer aplaude a los 0:45 del video."),
        ("Chinese or Japanese", "女士在0:50拍手。"),
    ],
)
def test_a_wrong_clock_time_is_found(language: str, answer: str) -> None:
    video, _ = _verified(language, TRUE[language][0][0], answer)
    assert [reject.reason for reject in video.rejects] == ["bad_time"]


def test_an_english_answer_about_foreign_words_is_not_counted_by_them() -> None:
    video, sample = _verified("Spanish", "How many goats are fed?", "The boy feeds three of them.")
    assert not video.rejects
    assert {check.check: check.verdict for check in sample.checks}["count"] == "unsure"
    assert {check.check: check.verdict for check in sample.checks}["text"] == "pass"


def test_the_setting_is_stronger_than_what_is_recognised() -> None:
    answer = "Pulpo and tortilla."
    assert "names" not in {check.check for check in _verified("Spanish", "¿?", answer, "English")[1].checks}
    _, sample = _verified("Spanish", "¿?", answer, "Spanish")
    assert {check.check: check.verdict for check in sample.checks}["names"] == "unsure"


def test_it_is_said_once_by_the_build_and_once_in_the_card() -> None:
    totals: dict[str, float] = {}
    for language, said in TRUE.items():
        for question, answer in said[:2]:
            for name, value in _verified(language, question, answer)[0].report.items():
                totals[name] = totals.get(name, 0.0) + value
    line = Verify().summary(totals)
    assert line is not None
    told = line.partition("; rules of words abstained, which know English alone, of ")[2]
    assert line.count("abstained") == 1
    assert sorted(told.replace(" texts", "").split(", ")) == [
        f"8 in {language}" for language in ("Chinese or Japanese", "French", "German", "Spanish")
    ]
