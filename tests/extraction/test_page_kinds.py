"""Pages that are no article, or less than one, in many languages: each gets the status of its kind."""

# ruff: noqa: E501
from __future__ import annotations

import pytest

import crawler
from crawler.items import Status

SENTENCE = "The council opened the old bridge over the river again on Monday, two years after the flood had closed it. "
SECTIONS = ("Politics", "Business", "Sport", "Culture", "Science", "Travel", "Opinion")
MENU = "<header><nav><ul>" + "".join(f'<li><a href="/s/{s}">{s}</a></li>' for s in SECTIONS) + "</ul></nav></header>"
FOOT = (
    '<footer><ul><li><a href="/imprint">Imprint</a></li><li><a href="/privacy">Privacy</a></li></ul>'
    "<p>© 2026 Example Media Ltd.</p></footer>"
)
HEADLINE = "Bridge over the river open again"
STORY = "".join(
    f"<p>In part {n} of the report, number {n * 7}: {SENTENCE * 2}It took {n + 3} months and cost more than planned.</p>"
    for n in range(7)
)
CONSENT = {
    "de": ('Ihre Privatsphäre ist uns wichtig', '<p>Wir und unsere 187 Partner speichern und verarbeiten Informationen auf Ihrem Gerät, zum Beispiel Cookies, und personenbezogene Daten, um Werbung und Inhalte zu personalisieren und zu messen.</p><p>Mit Ihrer Einwilligung dürfen wir genaue Standortdaten verwenden. Sie können Ihre Zustimmung jederzeit widerrufen. Weitere Hinweise finden Sie in der Datenschutzerklärung.</p><button>Alle akzeptieren</button><button>Einstellungen</button><p>Oder lesen Sie werbefrei mit dem Pur-Abo für 3,99 Euro im Monat, ohne Tracking.</p>'),
    "fr": ('Votre vie privée', '<p>Avec votre accord, nos partenaires et nous utilisons des cookies ou des technologies similaires pour stocker et accéder à des informations personnelles comme votre visite sur ce site.</p><p>Vous pouvez retirer votre consentement ou vous opposer aux traitements à tout moment en cliquant sur « En savoir plus » ou dans notre politique de confidentialité.</p><button>Tout accepter</button><button>Continuer sans accepter</button>'),
    "es": ('Tu privacidad nos importa', '<p>Nosotros y nuestros 312 socios almacenamos o accedemos a información en un dispositivo, como cookies, y procesamos datos personales para anuncios y contenido personalizados.</p><p>Con tu permiso podemos utilizar datos de localización geográfica precisa. Puedes aceptar o rechazar y cambiar tus preferencias en cualquier momento en nuestra política de privacidad.</p><button>Aceptar y continuar</button>'),
    "it": ('La tua privacy', '<p>Noi e i nostri fornitori archiviamo informazioni quali cookie su un dispositivo e trattiamo i dati personali per annunci e contenuti personalizzati, misurazione e ricerche sul pubblico.</p><p>Con la tua autorizzazione possiamo utilizzare dati precisi di geolocalizzazione. Puoi acconsentire o rifiutare il consenso in qualsiasi momento.</p><button>Accetta tutti</button>'),
    "pl": ('Szanujemy Twoją prywatność', '<p>My i nasi partnerzy przechowujemy lub uzyskujemy dostęp do informacji na urządzeniu, takich jak pliki cookie, oraz przetwarzamy dane osobowe w celu wyświetlania spersonalizowanych reklam.</p><p>Możesz wyrazić zgodę na przetwarzanie danych albo odmówić zgody. Zgodę można wycofać w dowolnym momencie w polityce prywatności.</p><button>Zgadzam się</button>'),
    "nl": ('Wij geven om uw privacy', '<p>Wij en onze partners gebruiken cookies en vergelijkbare technieken om informatie op uw apparaat op te slaan en persoonsgegevens te verwerken voor gepersonaliseerde advertenties.</p><p>Met uw toestemming kunnen wij nauwkeurige locatiegegevens gebruiken. U kunt uw toestemming op elk moment intrekken in onze privacyverklaring.</p><button>Alles accepteren</button>'),
    "en": ('Before you continue', '<p>We use cookies and data to deliver and maintain our services, track outages, and measure audience engagement and site statistics.</p><p>If you choose to “Accept all,” we will also use cookies and data to deliver and measure the effectiveness of ads and show personalized content. If you choose “Reject all,” we will not use cookies for these additional purposes.</p><button>Accept all</button><button>Reject all</button>'),
    "sv": ('Vi värnar om din integritet', '<p>Vi och våra partners lagrar och får åtkomst till information på din enhet, till exempel cookies, och behandlar personuppgifter för anpassade annonser och innehåll.</p><p>Med ditt samtycke kan vi använda exakta platsuppgifter. Du kan när som helst återkalla ditt samtycke i vår integritetspolicy.</p><button>Godkänn alla</button>'),
    "fi": ('Arvostamme yksityisyyttäsi', '<p>Me ja kumppanimme tallennamme laitteellesi tietoja, kuten evästeitä, ja käsittelemme henkilötietoja mainonnan kohdentamiseksi ja sisällön mittaamiseksi.</p><p>Voit hyväksyä tai hylätä evästeiden käytön ja muuttaa suostumustasi milloin tahansa tietosuojaselosteessa.</p><button>Hyväksy kaikki</button>'),
    "tr": ('Gizliliğinize değer veriyoruz', '<p>Biz ve iş ortaklarımız, kişiselleştirilmiş reklamlar ve içerik sunmak için cihazınızda çerezler gibi bilgileri saklıyor ve kişisel verileri işliyoruz.</p><p>Onayınızı istediğiniz zaman gizlilik politikamızdan geri çekebilir, çerez tercihlerinizi değiştirebilirsiniz.</p><button>Tümünü kabul et</button>'),
    "ja": ('プライバシーについて', '<p>当社およびパートナーは、お客様のデバイスにクッキー（Cookie）などの情報を保存し、広告やコンテンツをパーソナライズするために個人データを処理します。</p><p>同意はいつでも撤回できます。詳しくはプライバシーポリシーをご覧ください。</p><button>すべて同意する</button>'),
    "pt": ('A sua privacidade', '<p>Nós e os nossos parceiros armazenamos ou acedemos a informações num dispositivo, tais como cookies, e processamos dados pessoais para anúncios e conteúdos personalizados.</p><p>Com a sua permissão podemos usar dados de geolocalização precisos. Pode retirar o seu consentimento a qualquer momento na política de privacidade.</p><button>Aceitar todos</button>'),
}  # fmt: skip
PAYWALL = {
    "de": '<div class="paywall"><h3>Weiterlesen mit Example+</h3><p>Jetzt testen: ein Monat für 1 Euro, danach 9,99 Euro im Monat, monatlich kündbar.</p><p>Sie sind bereits Abonnent? <a href="/login">Hier anmelden</a></p></div>',
    "en": '<div class="gate"><h3>Subscribe to continue reading</h3><p>Get unlimited access for $1 a week. Cancel anytime.</p><p>Already a subscriber? <a href="/login">Sign in</a></p></div>',
    "fr": '<div class="paywall"><p>La suite est réservée aux abonnés.</p><p>Il vous reste 78 % de cet article à lire.</p><a href="/abo">Abonnez-vous à partir de 1 €</a><p>Déjà abonné ? <a href="/login">Connectez-vous</a></p></div>',
    "es": '<div class="muro"><p>Contenido exclusivo para suscriptores</p><p>Para seguir leyendo, suscríbete por 1 € al mes.</p><p>¿Ya eres suscriptor? <a href="/login">Inicia sesión</a></p></div>',
    "it": '<div class="premium"><p>Questo articolo è riservato agli abbonati.</p><p>Continua a leggere con 1 € al mese.</p><p>Sei già abbonato? <a href="/login">Accedi</a></p></div>',
    "nl": '<div class="premium"><p>Dit artikel is alleen voor abonnees.</p><p>Lees verder met een abonnement vanaf 1 euro per maand.</p><p>Al abonnee? <a href="/login">Log in</a></p></div>',
    "pl": '<div class="premium"><p>Pozostało 82% artykułu do przeczytania.</p><p>Ten artykuł jest dostępny tylko dla subskrybentów.</p><p>Masz już subskrypcję? <a href="/login">Zaloguj się</a></p></div>',
    "da": '<div class="wall"><p>Resten af artiklen er forbeholdt abonnenter.</p><p>Få adgang for 1 kr. den første måned.</p><p>Har du allerede abonnement? <a href="/login">Log ind</a></p></div>',
    "no": '<div class="wall"><p>Denne artikkelen er kun for abonnenter.</p><p>Les videre for 1 krone den første måneden.</p><p>Allerede abonnent? <a href="/login">Logg inn</a></p></div>',
    "sv": '<div class="wall"><p>Den här artikeln är bara för prenumeranter.</p><p>Läs vidare för 1 krona första månaden.</p><p>Redan prenumerant? <a href="/login">Logga in</a></p></div>',
    "fi": '<div class="wall"><p>Tämä artikkeli on vain tilaajille.</p><p>Jatka lukemista 1 eurolla kuukaudessa.</p><p>Oletko jo tilaaja? <a href="/login">Kirjaudu sisään</a></p></div>',
    "pt": '<div class="wall"><p>Conteúdo exclusivo para assinantes.</p><p>Assine para continuar lendo por R$ 1 ao mês.</p><p>Já é assinante? <a href="/login">Entre</a></p></div>',
}  # fmt: skip
ERRORS = {
    "en": ('Page not found', '<h1>Oops! Page not found</h1><p>Sorry, the page you are looking for has been moved or no longer exists. Please check the address or use the search.</p>'),
    "en2": ('Example Post', '<h1>404</h1><p>We could not find the page you requested. It may have been removed, had its name changed, or is temporarily unavailable.</p>'),
    "de": ('Seite nicht gefunden', '<h1>Diese Seite gibt es leider nicht (mehr)</h1><p>Die von Ihnen aufgerufene Seite konnte nicht gefunden werden. Möglicherweise wurde sie verschoben oder gelöscht. Bitte nutzen Sie die Suche oder gehen Sie zur Startseite.</p>'),
    "de2": ('Example Post - Nachrichten', '<h1>Fehler 404</h1><p>Der Artikel, den Sie suchen, ist nicht mehr verfügbar. Vielleicht interessieren Sie diese Beiträge.</p>'),
    "fr": ('Page introuvable', '<h1>Oups, cette page est introuvable</h1><p>La page que vous cherchez a été déplacée ou n’existe plus. Vous pouvez revenir à la page d’accueil ou utiliser la recherche du site.</p>'),
    "es": ('Página no encontrada', '<h1>Error 404</h1><p>Lo sentimos, la página que busca no existe o ha cambiado de dirección. Puede volver a la portada o usar el buscador.</p>'),
    "it": ('Pagina non trovata', '<h1>Pagina non trovata</h1><p>La pagina che stai cercando non esiste o è stata spostata. Torna alla home page oppure usa la ricerca.</p>'),
    "pl": ('Nie znaleziono strony', '<h1>Strona nie została znaleziona</h1><p>Strona, której szukasz, nie istnieje lub została przeniesiona. Przejdź do strony głównej lub skorzystaj z wyszukiwarki.</p>'),
    "nl": ('Pagina niet gevonden', '<h1>Pagina niet gevonden</h1><p>De pagina die u zoekt bestaat niet meer of is verplaatst. Ga naar de homepage of gebruik de zoekfunctie.</p>'),
    "sv": ('Sidan hittades inte', '<h1>Sidan kunde inte hittas</h1><p>Sidan du söker finns inte längre eller har flyttats. Gå till startsidan eller använd sökfunktionen.</p>'),
    "pt": ('Página não encontrada', '<h1>Página não encontrada</h1><p>A página que procura não existe ou foi removida. Volte à página inicial ou utilize a pesquisa.</p>'),
    "tr": ('Sayfa bulunamadı', '<h1>Sayfa bulunamadı</h1><p>Aradığınız sayfa bulunamadı veya kaldırılmış olabilir. Ana sayfaya dönün ya da arama yapın.</p>'),
    "fi": ('Sivua ei löytynyt', '<h1>Sivua ei löytynyt</h1><p>Etsimääsi sivua ei ole tai se on siirretty. Siirry etusivulle tai käytä hakua.</p>'),
    "ru": ('Страница не найдена', '<h1>Страница не найдена</h1><p>К сожалению, запрошенная вами страница не существует или была удалена. Перейдите на главную страницу или воспользуйтесь поиском.</p>'),
    "ja": ('ページが見つかりません', '<h1>ページが見つかりません</h1><p>お探しのページは移動または削除された可能性があります。トップページに戻るか、検索をご利用ください。</p>'),
    "cf": ('Just a moment...', '<h1>example.org</h1><p>Checking if the site connection is secure</p><p>example.org needs to review the security of your connection before proceeding.</p><p>Ray ID: 7f3</p>'),
    "denied": ('Access Denied', '<h1>Access Denied</h1><p>You don\'t have permission to access "http://example.org/a" on this server.</p><p>Reference #18.2d</p>'),
    "500": ('Internal Server Error', '<h1>Internal Server Error</h1><p>The server encountered an internal error or misconfiguration and was unable to complete your request.</p><p>Please contact the server administrator and inform them of the time the error occurred.</p>'),
    "maint": ('Wartungsarbeiten', '<h1>Wartungsarbeiten</h1><p>Unsere Website wird gerade gewartet. Wir sind in Kürze wieder für Sie da. Vielen Dank für Ihr Verständnis.</p>'),
    "en maint": ('Site maintenance', '<h1>We’ll be back soon!</h1><p>Sorry for the inconvenience. We’re performing some maintenance at the moment. We’ll be back online shortly.</p>'),
}  # fmt: skip
LOGIN = {
    "en": ('Log in', '<p>Please log in to continue.</p><label>E-mail</label><input type=email><label>Password</label><input type=password><button>Log in</button><a href="/f">Forgot your password?</a><p>No account yet? <a href="/r">Register now for free</a></p>'),
    "de": ('Anmelden', '<p>Bitte melden Sie sich an, um diesen Inhalt zu sehen.</p><form><label>E-Mail-Adresse</label><input><label>Passwort</label><input type=password><button>Anmelden</button></form><a href="/f">Passwort vergessen?</a><p>Noch kein Konto? <a href="/r">Jetzt kostenlos registrieren</a></p><p>Mit der Anmeldung akzeptieren Sie unsere Nutzungsbedingungen und nehmen die Datenschutzerklärung zur Kenntnis.</p>'),
    "fr": ('Connexion', '<form><p>Connectez-vous pour accéder à votre compte et à tous vos services.</p><label>Adresse e-mail</label><input><label>Mot de passe</label><input type=password><button>Se connecter</button><a href="/f">Mot de passe oublié ?</a></form><p>Pas encore de compte ? <a href="/r">Créez un compte gratuitement</a> et profitez de tous les avantages réservés aux membres.</p>'),
    "es": ('Iniciar sesión', '<form><p>Inicia sesión para continuar leyendo y guardar tus artículos favoritos.</p><label>Correo electrónico</label><input><label>Contraseña</label><input type=password><button>Entrar</button><a href="/f">¿Olvidaste tu contraseña?</a></form><p>¿No tienes cuenta? <a href="/r">Regístrate gratis</a></p>'),
    "pl": ('Logowanie', '<form><p>Zaloguj się, aby korzystać z pełnej wersji serwisu i zapisywać artykuły.</p><label>E-mail</label><input><label>Hasło</label><input type=password><button>Zaloguj się</button><a href="/f">Nie pamiętasz hasła?</a></form>'),
}  # fmt: skip
SCRIPT = {
    "react": '<noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div><script src="/a.js"></script>',
    "long en": '<noscript><h1>JavaScript is disabled</h1><p>This site requires JavaScript. Please enable JavaScript in your browser settings and reload the page to continue reading the news.</p></noscript><div id="app"></div><script>x()</script>',
    "de": '<noscript><p>Bitte aktivieren Sie JavaScript in Ihrem Browser, um diese Seite vollständig nutzen zu können.</p></noscript><div id="app"></div><script>x()</script>',
    "fr": '<div id="app"></div><noscript>Veuillez activer JavaScript dans votre navigateur pour afficher correctement cette page.</noscript><script>x()</script>',
    "es": '<p>Por favor, activa JavaScript en tu navegador para ver el contenido de esta página web.</p><script>x()</script>',
    "loading": f'{MENU}<main><div class="spinner">Loading…</div></main>{FOOT}<script>x()</script>',
    "menus alone": f'{MENU}<div id="app"></div>{FOOT}<script>x()</script>',
}  # fmt: skip


def teasers(number: int, *, summaries: bool = True) -> str:
    summary = "<p>The plan, which costs {n} million euros, was presented on Monday and will be voted on next week.</p>"
    return "".join(
        f'<article class="teaser"><h3><a href="/story-{n}">Minister announces plan number {n} for the railways</a></h3>'
        f"{summary.format(n=n) if summaries else ''}</article>"
        for n in range(number)
    )


DATED = "".join(
    f'<div><span class="date">{n} November 2026</span><h2><a href="/x{n}">Line number {n} to be closed for repairs</a></h2>'
    f'<p>The line will be closed for {n} weeks, the company said on Monday. <a href="/x{n}">Read more</a></p></div>'
    for n in range(2, 9)
)
CARDS = "".join(
    f'<a class="card" href="/s{n}"><h3>Team number {n} wins the cup</h3><p>After a long match it won by two goals.</p></a>'
    for n in range(9)
)
UNMARKED = "".join(
    f'<div><div><a href="/o{n}">The river Orze and its mills, part number {n}</a></div>'
    f"<div>On the upper river mill number {n} grinds by day and lights the village by night, for want of a miller.</div>"
    f"<div>{n} November 2026 at 9:{n}0</div></div>"
    for n in range(1, 6)
)
LISTINGS = {
    "unmarked": f"<h1>The river</h1><p>All our stories of the river.</p>{UNMARKED}",
    "headlines": f"<h1>Politics</h1>{teasers(20, summaries=False)}",
    "teasers": f"<h1>Politics</h1>{teasers(12)}",
    "cards": f"<h1>Sport</h1>{CARDS}",
    "author": f"<h1>Jane Doe</h1><p>Jane Doe has been a correspondent since 2012.</p><h2>Articles</h2>{teasers(8)}",
    "search": f"<h1>Search results for “railway”</h1><p>132 results</p>{teasers(10)}",
    "dated": f"<h1>Topic: Railways</h1>{DATED}",
    "front page": "".join(f"<section><h2>{name}</h2>{teasers(4)}</section>" for name in SECTIONS[:4]),
}
NOTHING = {
    "blank": "", "comment": "<!-- x -->", "image": "<img src=a.png>", "script": "<script>var a = 1</script>",
    "dots": "<p>…</p><p>—</p>",
}  # fmt: skip
WHOLE = {
    "plain": (HEADLINE, STORY),
    "about consent": (
        "Court rules on cookie consent",
        "".join(
            f"<p>The court ruled in case {n} that users must give consent to cookies before tracking, and that privacy "
            f"partners may not store personal data. {SENTENCE}</p>"
            for n in range(6)
        ),
    ),
    "a number as headline": ("404 days in captivity", STORY),
    "with a consent banner": (HEADLINE, f"<div>{CONSENT['de'][1]}</div>{STORY}"),
    "with a newsletter": (HEADLINE, STORY + "<div><p>Subscribe to our newsletter to read more stories.</p></div>"),
    "with folding headings": (
        HEADLINE,
        "".join(
            f'<h2><a href="#part-{n}">What part {n} of it says of the bridge</a></h2><p>{SENTENCE * 3}{n}</p>'
            for n in range(6)
        ),
    ),
    "headlines to many sites": (
        HEADLINE,
        "".join(
            f'<h2><a href="https://shop{n}.example/">Shop number {n} beside the river</a></h2><p>{SENTENCE * 3}{n}</p>'
            for n in range(6)
        ),
    ),
}


def page(body: str, title: str, language: str = "en", head: str = "") -> str:
    return f'<!doctype html><html lang="{language}"><head><title>{title}</title>{head}</head><body>{body}</body></html>'


def status_of(html: str) -> Status:
    return crawler.extract(html, "https://example.org/a").extraction.status


@pytest.mark.parametrize("framed", [False, True], ids=["bare", "framed"])
@pytest.mark.parametrize("language", CONSENT)
def test_consent_wall(language: str, framed: bool) -> None:
    title, text = CONSENT[language]
    body = f"{MENU}<div role='dialog'><h2>{title}</h2>{text}</div>{FOOT}" if framed else f"<h1>{title}</h1>{text}"
    assert status_of(page(body, title, language)) is Status.CONSENT_PAGE


@pytest.mark.parametrize("language", PAYWALL)
def test_paywall(language: str) -> None:
    story = f"<h1>{HEADLINE}</h1><p>By Jane Doe, 20 November 2026</p><p>{SENTENCE * 2}</p><p>{SENTENCE}</p>"
    body = f"{MENU}<main><article>{story}{PAYWALL[language]}</article></main>{FOOT}"
    head = '<meta property="og:type" content="article">'
    assert status_of(page(body, HEADLINE, language, head)) is Status.PAYWALL


@pytest.mark.parametrize("framed", [False, True], ids=["bare", "framed"])
@pytest.mark.parametrize("kind", ERRORS)
def test_error_page(kind: str, framed: bool) -> None:
    title, text = ERRORS[kind]
    body = f"{MENU}<main>{text}<h2>Most read</h2>{teasers(6)}</main>{FOOT}" if framed else text
    assert status_of(page(body, title, kind[:2])) is Status.NOT_ARTICLE


@pytest.mark.parametrize("language", LOGIN)
def test_log_in_form(language: str) -> None:
    title, text = LOGIN[language]
    body = f"{MENU}<main><h1>{title}</h1>{text}</main>{FOOT}"
    assert status_of(page(body, f"{title} | Example Post", language)) is Status.NOT_ARTICLE


@pytest.mark.parametrize("kind", LISTINGS)
def test_list_of_articles(kind: str) -> None:
    assert status_of(page(f"{MENU}<main>{LISTINGS[kind]}</main>{FOOT}", "Example Post")) is Status.NOT_ARTICLE


@pytest.mark.parametrize("body", [*SCRIPT.values(), *NOTHING.values()], ids=[*SCRIPT, *NOTHING])
def test_nothing_to_read(body: str) -> None:
    assert status_of(page(body, "Example Post")) is Status.EMPTY


@pytest.mark.parametrize("kind", WHOLE)
def test_whole_article(kind: str) -> None:
    title, story = WHOLE[kind]
    assert status_of(page(f"{MENU}<article><h1>{title}</h1>{story}</article>{FOOT}", title)) is Status.OK
