from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extraction.phrase_files import Phrase, phrase_languages, read_phrases
from crawler.extraction.phrasebook import READ_CHARS, PhraseHit, find_phrases
from crawler.items import Label


def said(text: str, language: str | None = None) -> set[tuple[str, str]]:
    return {(hit.label.value, hit.strength) for hit in find_phrases(text, language)}


def as_text(phrase: Phrase) -> str:
    """Return the shortest text that the phrase describes."""
    return re.sub(r"\* ", "", phrase.text.replace("~", ""))


@pytest.mark.parametrize(
    ("text", "label", "strength"),
    [
        # vacancies
        ("Stellenangebote", "job_listing", "heading"),
        ("Elektroniker für Betriebstechnik (m/w/d)", "job_listing", "strong"),
        ("Elektroniker für Betriebstechnik (w|m|d)", "job_listing", "strong"),
        ("Bauleiter (mwd), Kassel", "job_listing", "strong"),
        ("Duales Studium Wirtschaftsinformatik", "job_listing", "weak"),
        ("Finance Manager (m/f/d), Berlin", "job_listing", "strong"),
        ("We are hiring!", "job_listing", "strong"),
        ("Browse all jobs", "job_listing", "strong"),
        ("Offres d’emploi", "job_listing", "heading"),
        ("Comptable (H/F) - CDI - Lyon", "job_listing", "strong"),
        ("Ofertas de empleo", "job_listing", "heading"),
        ("Offerte di lavoro", "job_listing", "heading"),
        ("Vagas de emprego", "job_listing", "heading"),
        ("Vacatures", "job_listing", "heading"),
        ("Monteur (m/v/x) Utrecht", "job_listing", "strong"),
        ("Oferty pracy", "job_listing", "heading"),
        ("Księgowa / Księgowy (K/M)", "job_listing", "strong"),
        ("Nabídka práce", "job_listing", "heading"),
        ("Lediga jobb", "job_listing", "heading"),
        ("Ledige stillinger", "job_listing", "heading"),
        ("Ledige job", "job_listing", "heading"),
        ("Avoimet työpaikat", "job_listing", "heading"),
        ("İş ilanları", "job_listing", "heading"),
        ("Вакансии", "job_listing", "heading"),
        ("Вакансії", "job_listing", "heading"),
        ("求人情報", "job_listing", "heading"),
        ("招聘信息", "job_listing", "heading"),
        ("徵才資訊", "job_listing", "heading"),
        ("채용공고", "job_listing", "heading"),
        ("Állásajánlatok", "job_listing", "heading"),
        ("Locuri de muncă", "job_listing", "heading"),
        ("Θέσεις εργασίας", "job_listing", "heading"),
        ("وظائف شاغرة", "job_listing", "heading"),
        ("Lowongan kerja", "job_listing", "heading"),
        ("Tuyển dụng", "job_listing", "heading"),
        # advertisement
        ("Anzeige", "advertisement", "heading"),
        ("Die besten Bücher", "advertisement", "heading"),
        ("ADVERTISEMENT", "advertisement", "heading"),
        ("As an Amazon Associate we earn from purchases.", "advertisement", "strong"),
        ("Publicité", "advertisement", "heading"),
        ("Publicidad", "advertisement", "heading"),
        ("Pubblicità", "advertisement", "heading"),
        ("PUBLICIDADE", "advertisement", "heading"),
        ("Advertentie", "advertisement", "heading"),
        ("REKLAMA", "advertisement", "heading"),
        ("Annons", "advertisement", "heading"),
        ("Annonse", "advertisement", "heading"),
        ("Artiklen fortsætter efter annoncen", "advertisement", "strong"),
        ("Mainos", "advertisement", "heading"),
        ("REKLAM", "advertisement", "heading"),
        ("Реклама", "advertisement", "heading"),
        ("広告", "advertisement", "heading"),
        ("【PR】", "advertisement", "heading"),
        ("广告", "advertisement", "heading"),
        ("광고", "advertisement", "heading"),
        ("Hirdetés", "advertisement", "heading"),
        ("Publicitate", "advertisement", "heading"),
        ("Διαφήμιση", "advertisement", "heading"),
        ("إعلان", "advertisement", "heading"),
        ("Iklan", "advertisement", "heading"),
        ("Quảng cáo", "advertisement", "heading"),
        # subscription
        ("Die Nachrichten des Tages kostenlos per E-Mail", "subscription", "strong"),
        ("Den Feed dieser Rubrik abonnieren", "subscription", "strong"),
        ("Du willst nichts verpassen?", "subscription", "strong"),
        ("RSS-Feed", "subscription", "heading"),
        ("Sign up for our weekly newsletter", "subscription", "strong"),
        ("Inscrivez-vous à notre newsletter", "subscription", "strong"),
        ("Suscríbete a nuestra newsletter", "subscription", "strong"),
        ("Iscriviti alla newsletter", "subscription", "strong"),
        ("Assine nossa newsletter", "subscription", "strong"),
        ("Schrijf je in voor onze nieuwsbrief", "subscription", "strong"),
        ("Zapisz się do newslettera", "subscription", "strong"),
        ("Přihlaste se k odběru novinek", "subscription", "strong"),
        ("Prenumerera på vårt nyhetsbrev", "subscription", "strong"),
        ("Meld deg på vårt nyhetsbrev", "subscription", "strong"),
        ("Tilmeld dig vores nyhedsbrev", "subscription", "strong"),
        ("Tilaa uutiskirje", "subscription", "strong"),
        ("Bültenimize abone olun", "subscription", "strong"),
        ("Подпишитесь на наш телеграм-канал", "subscription", "strong"),
        ("Підписуйтесь на наш телеграм-канал", "subscription", "strong"),
        ("メールマガジン登録", "subscription", "heading"),
        ("订阅我们的新闻通讯", "subscription", "strong"),
        ("뉴스레터 구독하기", "subscription", "strong"),
        ("Iratkozzon fel hírlevelünkre", "subscription", "strong"),
        ("Abonează-te la newsletter", "subscription", "strong"),
        ("Εγγραφείτε στο newsletter", "subscription", "strong"),
        ("اشترك في النشرة البريدية", "subscription", "strong"),
        ("Berlangganan newsletter", "subscription", "strong"),
        ("Đăng ký nhận bản tin", "subscription", "strong"),
        # rules for comments
        ("Kommentare werden moderiert.", "comment_policy", "strong"),
        ("Kommentare werden erst freigeschaltet", "comment_policy", "strong"),
        ("Bitte bleiben Sie respektvoll im Umgang miteinander.", "comment_policy", "weak"),
        ("Wir behalten uns vor, einzelne Kommentare nicht zu zeigen.", "comment_policy", "strong"),
        ("Comments are closed.", "comment_policy", "strong"),
        ("Laisser un commentaire", "comment_policy", "heading"),
        ("Deja un comentario", "comment_policy", "heading"),
        ("Lascia un commento", "comment_policy", "heading"),
        ("Deixe um comentário", "comment_policy", "heading"),
        ("Laat een reactie achter", "comment_policy", "heading"),
        ("Dodaj komentarz", "comment_policy", "heading"),
        ("Přidat komentář", "comment_policy", "heading"),
        ("Lämna en kommentar", "comment_policy", "heading"),
        ("Legg igjen en kommentar", "comment_policy", "heading"),
        ("Skriv en kommentar", "comment_policy", "heading"),
        ("Kirjoita kommentti", "comment_policy", "heading"),
        ("Yorum yap", "comment_policy", "heading"),
        ("Оставить комментарий", "comment_policy", "heading"),
        ("Залишити коментар", "comment_policy", "heading"),
        ("コメントを書く", "comment_policy", "heading"),
        ("发表评论", "comment_policy", "heading"),
        ("댓글쓰기", "comment_policy", "heading"),
        ("Szólj hozzá", "comment_policy", "heading"),
        ("Lasă un comentariu", "comment_policy", "heading"),
        ("Αφήστε ένα σχόλιο", "comment_policy", "heading"),
        ("اترك تعليقا", "comment_policy", "heading"),
        ("Tinggalkan komentar", "comment_policy", "heading"),
        ("Để lại bình luận", "comment_policy", "heading"),
        # the rest
        ("12 Kommentare", "comment", "heading"),
        ("Alle Kommentare anzeigen", "comment", "strong"),
        ("Lesen Sie auch: Brücke gesperrt", "related", "strong"),
        ("Mehr zum Thema Wohnen", "related", "heading"),
        ("Lees ook", "related", "heading"),
        ("Czytaj też", "related", "heading"),
        ("Читайте также", "related", "heading"),
        ("Читайте також", "related", "heading"),
        ("関連記事", "related", "heading"),
        ("相关阅读", "related", "heading"),
        ("관련기사", "related", "heading"),
        ("Baca juga", "related", "heading"),
        ("Zur Startseite", "navigation", "strong"),
        ("Skip to main content", "navigation", "strong"),
        ("Über die Autorin", "author_bio", "strong"),
        ("About the author", "author_bio", "strong"),
        ("Auf Facebook teilen", "sharing", "strong"),
        ("Udostępnij", "sharing", "heading"),
        ("Поделиться", "sharing", "heading"),
        ("Paylaş", "sharing", "heading"),
        ("Alle Rechte vorbehalten", "legal", "strong"),
        ("無断転載を禁じます", "legal", "strong"),
        ("무단 전재 및 재배포 금지", "legal", "strong"),
        ("Все права защищены.", "legal", "strong"),
        ("Tüm hakları saklıdır", "legal", "strong"),
        ("Lesezeit: 4 Minuten", "byline", "strong"),
        ("4 minute read", "byline", "strong"),
        ("Foto: Erika Muster", "caption", "strong"),
        ("Photo: Jane Doe", "caption", "strong"),
        ("War dieser Artikel hilfreich?", "other", "strong"),
    ],
)
def test_the_wording_of_a_box_says_its_label(text: str, label: str, strength: str) -> None:
    assert (label, strength) in said(text)


ARTICLE_SENTENCES = [
    # de
    "Der Konzern streicht in Kassel 300 Stellen, viele Jobs sollen ins Ausland gehen.",
    "Die Zahl der offenen Ausbildungsplätze sank, sagte die Ministerin; in Vollzeit arbeiten weniger.",
    "Im Newsletter der Partei hieß es am Montag, der Antrag sei zurückgezogen.",
    "Der Sprecher wollte die Kommentare der Opposition nicht bewerten.",
    "Die Werbung für Tabak wird verboten, gegen zwei Händler liegt eine Anzeige vor.",
    "Er bestellte das Buch im Januar und zahlte mit einem Gutschein.",
    "Die Polizei rief zum respektvollen Umgang mit den Anwohnern auf.",
    # en
    "The plant will cut 300 jobs, most of them part-time, the company said on Tuesday.",
    "He had applied for a job at the city, which had a vacancy for an engineer.",
    "Advertisements for tobacco will be banned from spring, the minister told reporters.",
    "Her comments drew criticism, and the party's newsletter printed a reply.",
    "She subscribed to the view that prices would fall before the sale.",
    # fr, es, it, pt
    "L'usine supprimera 300 emplois, a annoncé le groupe, dont la publicité avait fait débat.",
    "La empresa recortará 300 empleos y su publicidad fue retirada, según los comentarios del ministro.",
    "La fabbrica taglierà 300 posti di lavoro e la pubblicità è stata ritirata dopo i commenti del sindaco.",
    "A fábrica vai cortar 300 empregos, e a publicidade foi retirada após os comentários do ministro.",
    # the others
    "De fabriek schrapt 300 banen, zei de minister in een reactie op de advertentie van de vakbond.",
    "Fabryka zlikwiduje 300 miejsc pracy, a reklama została wycofana po komentarzach ministra.",
    "Továrna zruší 300 pracovních míst a reklama byla stažena po komentářích ministra.",
    "Fabriken drar ned 300 jobb, och reklamen togs bort efter kommentarer från ministern.",
    "Fabrikken kutter 300 jobber, og reklamen ble trukket etter kommentarer fra statsråden.",
    "Fabrikken nedlægger 300 job, og reklamen blev trukket tilbage efter ministerens kommentarer.",
    "Tehdas vähentää 300 työpaikkaa, ja mainos poistettiin ministerin kommenttien jälkeen.",
    "Fabrika 300 kişiyi işten çıkaracak, reklam ise bakanın yorumları üzerine kaldırıldı.",
    "Завод сократит 300 рабочих мест, а реклама была снята после комментариев министра.",
    "Завод скоротить 300 робочих місць, а рекламу зняли після коментарів міністра.",
    "工場は300人の雇用を削減し、広告は大臣のコメントを受けて取り下げられた。",
    "工厂将裁减三百个职位，部长发表讲话之后广告被撤下。",
    "공장은 일자리 300개를 줄이고 광고는 장관의 발언 이후 철회됐다.",
    "A gyár 300 állást szüntet meg, a reklámot pedig visszavonták a miniszter szavai után.",
    "Fabrica va desființa 300 de posturi, iar reclama a fost retrasă după comentariile ministrului.",
    "Το εργοστάσιο καταργεί 300 θέσεις και η διαφήμιση αποσύρθηκε μετά τα σχόλια του υπουργού.",
    "سيلغي المصنع 300 وظيفة وسحب الإعلان بعد تعليقات الوزير.",
    "Pabrik itu memangkas 300 pekerjaan dan iklan itu ditarik setelah komentar menteri.",
    "Nhà máy sẽ cắt giảm 300 việc làm và quảng cáo bị gỡ sau phát biểu của bộ trưởng.",
]


@pytest.mark.parametrize("text", ARTICLE_SENTENCES)
def test_an_article_that_speaks_of_jobs_and_adverts_is_no_box(text: str) -> None:
    certain = [hit for hit in find_phrases(text) if hit.strength != "weak"]
    assert certain == []


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        pytest.param("Jobsharing im Rathaus", ("job_listing", "weak"), id="word goes on"),
        pytest.param("Nebenjob gefunden", ("job_listing", "weak"), id="word begins earlier"),
        pytest.param("Anzeigenblatt eingestellt", ("advertisement", "heading"), id="heading word goes on"),
        pytest.param("Die Anzeige der Uhr war falsch", ("advertisement", "heading"), id="not at the start"),
        pytest.param("Anzeige gegen Bürgermeister", ("advertisement", "heading"), id="one word, then others"),
        pytest.param("Mehr zum Thema " + "Wohnen " * 12, ("related", "heading"), id="too long for a heading"),
        pytest.param("Mehr zum Thema Wohnen in kleinen Städten", ("related", "heading"), id="four words more"),
        pytest.param("x" * READ_CHARS + " (m/w/d)", ("job_listing", "strong"), id="after what is read"),
        pytest.param("广告法修订草案", ("advertisement", "heading"), id="CJK goes on"),
        pytest.param("広告業界の再編", ("advertisement", "heading"), id="kanji go on"),
    ],
)
def test_what_is_not_found(text: str, absent: tuple[str, str]) -> None:
    assert absent not in said(text)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        pytest.param("Jetzt   bewerben", "Jetzt bewerben", id="wide space"),
        pytest.param("Jetzt\n\tbewerben", "Jetzt bewerben", id="line break"),
        pytest.param("Jetzt\xa0bewerben!", "Jetzt bewerben", id="no-break space"),
        pytest.param("JETZT BEWERBEN", "JETZT BEWERBEN", id="capitals"),
        pytest.param("Schlosser(m/w/d)", "m/w/d", id="against a bracket"),
        pytest.param("Schlosser (m / w / d)", "m / w / d", id="spaced slashes"),
        pytest.param("Schlosser （Ｍ／Ｗ／Ｄ）", "Ｍ／Ｗ／Ｄ", id="full width"),
    ],
)
def test_case_width_and_space_do_not_count(text: str, phrase: str) -> None:
    assert PhraseHit(Label.JOB_LISTING, "strong", phrase) in find_phrases(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("Feed abonnieren", True, id="no word between"),
        pytest.param("Den Feed aller neuen Beiträge abonnieren", True, id="three words between"),
        pytest.param("Den Feed aller neuen bunten Beiträge abonnieren", False, id="four words between"),
        pytest.param("Wer den Feed abonniert", True, id="another ending"),
        pytest.param("Feedback abonnieren", False, id="the first word goes on"),
    ],
)
def test_star_spans_three_words_and_tilde_any_ending(text: str, found: bool) -> None:
    assert (("subscription", "strong") in said(text, "de")) is found


@pytest.mark.parametrize(
    "text", ["PUBLICITE", "Publicité", "Publicite\u0301", "publicité :", "Publicité (1)", "- Publicité -"]
)
def test_accents_and_what_surrounds_a_heading_do_not_count(text: str) -> None:
    assert ("advertisement", "heading") in said(text)


def test_of_phrases_at_one_place_the_longest_counts() -> None:
    strong = [hit.phrase for hit in find_phrases("Alle Stellenangebote", "de") if hit.strength == "strong"]
    assert strong == ["Alle Stellenangebote"]


def test_hits_come_in_order_of_place() -> None:
    hits = find_phrases("Jetzt bewerben oder den Newsletter abonnieren", "de")
    strong = [(hit.label, hit.phrase) for hit in hits if hit.strength == "strong"]
    assert strong == [
        (Label.JOB_LISTING, "Jetzt bewerben"),
        (Label.SUBSCRIPTION, "Newsletter abonnieren"),
    ]


def test_language_narrows_to_itself_and_english() -> None:
    assert ("advertisement", "heading") in said("Anzeige", "de")
    assert ("advertisement", "heading") not in said("Anzeige", "fr")
    assert ("advertisement", "heading") in said("Advertisement", "fr")
    assert find_phrases("Anzeige", "xx") == find_phrases("Anzeige")


@pytest.mark.parametrize("language", phrase_languages())
def test_every_phrase_finds_itself(language: str) -> None:
    missed = []
    for phrase in read_phrases(language):
        wanted = PhraseHit(phrase.label, phrase.strength, as_text(phrase))
        if wanted not in find_phrases(wanted.phrase, language) or wanted not in find_phrases(wanted.phrase):
            missed.append((phrase, find_phrases(wanted.phrase, language)))
    assert missed == []


@given(st.text(max_size=700))
def test_any_text_is_read(text: str) -> None:
    hits = find_phrases(text)
    assert hits == find_phrases(text)
    assert len(set(hits)) == len(hits)


def test_hits_do_not_depend_on_the_hash_seed() -> None:
    program = (
        "from crawler.extraction.phrasebook import find_phrases\n"
        "print([find_phrases(t) for t in ('Jobs, Newsletter abonnieren, teilen: 3 Kommentare', 'Read more: ad')])"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1", "2")
    }  # fmt: skip
    assert len(outputs) == 1
