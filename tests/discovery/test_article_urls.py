from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.article_urls import is_article_shaped

ARTICLES: str = """
/2026/11/22/slug/
/2026/11/22/a-short/
/2026/11/slug-of-it/
/2026/nov/22/slug
/politik/2026-11-22/slug.html
/20261122/slug
/index.php/2026/11/22/slug/
/articles/2026-11-22-slug/
/minister-resigns-after-vote/
/minister-resigns-after-vote/amp/
/minister-resigns-after-vote/index.html
/minister-resigns-after-vote/2026/11
/news/minister-resigns
/politik/regierung/ministerin-tritt-zurueck-123456.html
/politik/ministerin-tritt-zurueck_aid-123456
/politik/ministerin-tritt-zurueck-a-1f0c7a3e-5a3b-4f0e-9c63-0a6f5d0e8b11.html
/wirtschaft/article123456789/Ministerin-tritt-zurueck.html
/sport/fussball/Spiel-des-Jahres-article12345678.html
/thema/politik/ministerin-tritt-wieder-zurueck-12345.html
/wirtschaft/unternehmen/autobauer-streicht-viele-stellen-101.html
/archiv/123456
/tag-der-einheit-in-zwei-staedten/
/service/so-spart-man-beim-strom-geld
/politique/article/2026/11/22/le-ministre-demissionne_6123456_823448.html
/monde/le-ministre-demissionne-22-11-2026-ABCDEFGHIJ.php
/spip.php?article8532
/internacional/2026-11-22/el-ministro-dimite.html
/espana/madrid/ministro-dimite-anuncia-elecciones_1_12342011.html
/noticias/12345
/notizie/2026/11/22/news/ministro_si_dimette-412345678/
/esteri/26_novembre_22/ministro-si-dimette-1f0c7a3e.shtml
/news/2026/11/22/123456-ministr-ushel-v-otstavku
/doc/7715044
/politika/ministr-ushel-v-otstavku.html
/novosti/%D0%BC%D0%B8%D0%BD%D0%B8%D1%81%D1%82%D1%80-%D1%83%D1%88%D1%91%D0%BB-%D0%B2-%D0%BE%D1%82%D1%81%D1%82%D0%B0%D0%B2%D0%BA%D1%83
/article/1011185
/articles/AST1F4445T1FUTIL02SM.html
/article/DGXZQOUA220AB0S6A121C2000000/
/news/%E5%A4%A7%E8%87%A3%E3%81%8C%E8%BE%9E%E4%BB%BB%E3%81%97%E3%81%9F
/view/AKR20261122001200001
/news/articleView.html?idxno=12345
/nyheter/i/dRwWqB/ministeren-gaar-av
/nyheter/i/dRwWqB
/clanek/domaci-politika-ministr-odstoupil-290947
/artykul/minister-odchodzi
/haberler/bakan-istifa-etti-123
/artikel/123
/artikel/522721.kenia-nairobi-von-unten.html
/a/abc123
/a/12345
/p/123
/posts/42
/blog/launch-day
/post/dot-github
/stories/c4gq2k3x5y7o
/story/3000000218734/ministerin
/story.php?id=12
/artikel.php?artnr=335853
/news.asp?newsid=77
/default.aspx?ArticleID=77
/index.php?option=com_content&view=article&id=12
/index.php?id=5&tx_ttnews%5Btt_news%5D=5793
/?p=123
/?p=123&lang=de
/node/4711
/slug-123456.html
/123456
/sport/verein-gewinnt,3412544.html
/vermischtes/der-mann-mit-dem-hund
/a-b-c-the-alphabet-song?page=1
/minister-resigns-after-vote?seite=all
/podcast/warum-der-minister-jetzt-doch-geht
"""

OTHERS: str = """
/
/de/
/index.html
/politik/
/politik.html
/sport/fussball
/wirtschaft/boerse/
/tag/wahlen
/tag/der-lange-name/
/tags/70506/steuern
/thema/angela-merkel
/category/politics/
/category/politics/page/2/
/author/jane-doe
/author/jane-doe-and-john-roe/
/autor/max-mustermann-123
/suche
/search?q=minister
/search/minister-resigns-again
/login?next=/2026
/anmelden
/mein-konto
/abo
/newsletter
/newsletter/der-morgen
/impressum
/impressum.html
/impressum/a-15718492
/ueber-uns
/%C3%BCber-uns
/datenschutz
/privacy-policy
/terms-and-conditions
/mentions-legales
/aviso-legal
/politica-de-privacidad/
/qui-sommes-nous
/quienes-somos
/chi-siamo
/polityka-prywatnosci
/kontakt
/contact-us/
/service/kontakt
/faq
/hilfe
/jobs
/karriere/
/shop
/rss
/feed/
/a-long-slug-of-words/feed/
/sitemap.xml
/2026/
/2026/11/
/2026/11/22/
/politik/2026/11
/page/2
/politik/seite/3
/politik?page=2
/politik?p=2
/politik/p2
/a-long-slug-of-words?page=2
/?s=minister
/?cat=12
/?author=3
/?lang=de
/?page=3
/images/2026/11/22/minister-resigns-photo.jpg
/uploads/a-long-report-of-2026.pdf
/video/clip-12345.mp4
/wetter
/horoskop/
/podcasts/
/wp-login.php
/wp-content/themes/x
/cdn-cgi/l/email-protection
/cart
/kommentare
"""


@pytest.mark.parametrize("path", ARTICLES.split())
def test_article_shapes(path: str) -> None:
    assert is_article_shaped(f"https://news.example{path}")


@pytest.mark.parametrize("path", OTHERS.split())
def test_other_shapes(path: str) -> None:
    assert not is_article_shaped(f"https://news.example{path}")


@pytest.mark.parametrize(
    "url",
    [
        "mailto:jane-doe-123456@news.example", "javascript:open_the_window()", "ftp://news.example/2026/11/22/slug",
        "/2026/11/22/slug", "", "http://[bad/2026/11/22/slug", "https://news.example/" + "a-b-c-" * 1000,
    ],
)  # fmt: skip
def test_what_cannot_be_requested_is_no_article(url: str) -> None:
    assert not is_article_shaped(url)


@given(st.text(max_size=200))
def test_any_text_gets_an_answer(text: str) -> None:
    is_article_shaped("https://news.example/" + text)
    is_article_shaped(text)
