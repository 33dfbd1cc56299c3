from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extraction import language
from crawler.extraction.language import Language, best_language, detect_language

ENGLISH = "The city council voted on Tuesday to close the old bridge for repairs until the spring of next year."
GERMAN = "Der Stadtrat hat am Dienstag beschlossen, die alte Brücke bis zum Frühjahr für Reparaturen zu sperren."


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ENGLISH, "en"),
        (ENGLISH.upper(), "en"),
        (GERMAN, "de"),
        ("Le conseil municipal a décidé mardi de fermer le vieux pont jusqu'au printemps prochain.", "fr"),
        ("市议会星期二决定关闭旧桥进行维修，直到明年春天。", "zh"),
        ("市議會星期二決定關閉舊橋進行維修，直到明年春天。", "zh"),
        ("市議会は火曜日、古い橋を来年の春まで修理のために閉鎖することを決めた。", "ja"),
        ("市の広報「モノ」発表", "ja"),
        ("시의회는 화요일 낡은 다리를 내년 봄까지 수리를 위해 폐쇄하기로 결정했다.", "ko"),
        ("สภาเมืองมีมติเมื่อวันอังคารให้ปิดสะพานเก่า", "th"),
        ("Το δημοτικό συμβούλιο αποφάσισε την Τρίτη", "el"),
        ("מועצת העיר החליטה ביום שלישי לסגור את הגשר", "he"),
        ("საქალაქო საბჭომ სამშაბათს გადაწყვიტა", "ka"),
        ("Քաղաքային խորհուրդը երեքշաբթի որոշեց", "hy"),
        ("நகர சபை செவ்வாய்க்கிழமை முடிவு செய்தது", "ta"),
        ("የከተማው ምክር ቤት ማክሰኞ ወሰነ", "am"),
        ("Það var ákveðið að loka gömlu brúnni þar til í vor, sagði þingmaður og þakkaði þjóðinni.", "is"),
        ("Bheartaigh an chomhairle agus bhí na daoine sásta leis an gcinneadh faoi an droichead.", "ga"),
        (
            "Umkhandlu uthe ukuthi ibhuloho lizovalwa futhi abantu bazolinda, kodwa uma selilungile.",
            "zu",
        ),
    ],
)
def test_detected_language(text: str, code: str) -> None:
    assert detect_language(text).code == code


@pytest.mark.parametrize("text", ["", "12345 !!!", "👍👍👍", "Too short", "2026-11-22 10:15"])
def test_nothing_to_judge(text: str) -> None:
    assert detect_language(text) == Language("und", None)


def test_scores_are_probabilities() -> None:
    assert detect_language("市议会星期二决定关闭旧桥").score == 1.0
    score = detect_language(ENGLISH).score
    assert score is not None
    assert 0.9 < score < 1


@pytest.mark.parametrize(
    ("detected", "declared", "best"),
    [
        pytest.param(Language("de", 0.99), None, "de", id="nothing-declared"),
        pytest.param(Language("de", 0.99), "en-US", "de", id="wrong-declaration"),
        pytest.param(Language("und"), "de-CH", "de-CH", id="nothing-detected"),
        pytest.param(Language("sw", 0.9999), "rw", "rw", id="no-model-and-related"),
        pytest.param(Language("en", 0.9999), "ga", "en", id="no-model-but-another-language"),
        pytest.param(Language("fi", 0.5), "eo", "eo", id="no-model-and-weak"),
        pytest.param(Language("no", 0.6), "da", "da", id="weak-among-neighbours"),
        pytest.param(Language("no", 0.99), "da", "no", id="strong-among-neighbours"),
        pytest.param(Language("no", 0.99), "nb-NO", "no", id="another-code-of-the-same"),
        pytest.param(Language("zh", 1.0), "ja", "zh", id="script-decides"),
        pytest.param(Language("is", None), "en", "is", id="told-by-its-words"),
    ],
)
def test_best_language(detected: Language, declared: str | None, best: str) -> None:
    assert best_language(detected, declared).code == best


def test_same_text_same_answer_in_every_thread_and_process() -> None:
    text = "Sale bar hotel menu radio taxi club piano"
    answers = {detect_language(text) for _ in range(20)}
    with ThreadPoolExecutor(4) as threads:
        answers |= set(threads.map(detect_language, [text] * 20))
    code = f"from crawler.extraction.language import detect_language; print(detect_language({text!r}))"
    fresh = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert {str(answer) for answer in answers} == {fresh}


@given(st.text(max_size=300))
def test_any_text_is_judged(text: str) -> None:
    found = detect_language(text)
    assert found.code
    assert found.score is None or 0 <= found.score <= 1


@pytest.mark.parametrize(
    ("text", "declared"), [(ENGLISH, "en-GB"), (GERMAN, "de"), (GERMAN, "en"), (ENGLISH, "nonsense")]
)
def test_a_declared_language_is_confirmed_and_never_believed_blindly(text: str, declared: str) -> None:
    long_text = " ".join([text] * 8)
    assert detect_language(long_text, declared) == detect_language(long_text)


def test_a_confirmed_language_costs_a_part_of_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    detect = language._detect

    def watched(sample: str, trials: int) -> Language:
        read.append(len(sample))
        return detect(sample, trials)

    monkeypatch.setattr(language, "_detect", watched)
    long_text = " ".join([GERMAN] * 8)
    detect_language(long_text, "de")
    detect_language(long_text, "en")
    assert read == [language.CONFIRMING_CHARS, language.CONFIRMING_CHARS, len(long_text)]
