"""Hardened Scrapy settings, one comment each: unit and why. `crawler/addons.py` ships the same to other projects.

Deduplication lives in one place, `crawler.pipelines.StorePipeline`: by normalized URL, raw bytes, exact text and
near-duplicates, in a run and across runs. Scrapy's own filter by request is off for our requests (`dont_filter`):
the claim in the store decides.
"""

from crawler import __version__

BOT_NAME = "winnow"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"

# Who we are. A crawl of public sites needs a contact in it (sites.toml, `user_agent`).
PROJECT_PAGE = "https://pypi.org/project/winnow-crawler/"
USER_AGENT = f"Winnow/{__version__} (+{PROJECT_PAGE})"

# Nothing listens: both would be remote control of this process.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

# http and https only. A feed may list file:///etc/passwd, and Scrapy would read it.
# Ours bounds response headers and checks the address that a connection led to, last of all guards.
DOWNLOAD_HANDLERS = {
    "http": "crawler.downloads.BoundedDownloadHandler",
    "https": "crawler.downloads.BoundedDownloadHandler",
    **dict.fromkeys(("file", "data", "ftp", "s3")),
}

# CIDR[:port] that may be reached although they are not public; the guard refuses all others.
WINNOW_ALLOW_ADDRESSES: list[str] = []
TWISTED_DNS_RESOLVER = "crawler.resolver.GuardedResolver"
DNS_TIMEOUT = 10  # seconds
REACTOR_THREADPOOL_MAXSIZE = 64  # look-ups at a time: each holds a thread, and names that hang must not keep others out

DOWNLOAD_VERIFY_CERTIFICATES = True
COOKIES_ENABLED = False  # a cookie ties requests together and can be a bomb
REFERRER_POLICY = "no-referrer"  # where a link was found is nobody's matter
METAREFRESH_ENABLED = False  # a way round the redirect limit

# Bounds of one answer. Scrapy's own: 1 GiB and 180 s, three times.
DOWNLOAD_MAXSIZE = 10_000_000  # bytes, also after decompression; sources get more, see spiders/news.py
DOWNLOAD_WARNSIZE = 0  # bytes, 0 = never: the cause in the ledger says it
DOWNLOAD_TIMEOUT = 30  # seconds for the whole answer, not between two bytes
WINNOW_IN_FLIGHT_BYTES = 200_000_000  # bytes of all answers received and not read yet; above it they wait. 0 = no bound
DOWNLOAD_FAIL_ON_DATALOSS = True  # a cut body is a failed page, never half an article
RETRY_TIMES = 2  # a page that fails three times in a run waits for the next
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"  # the ledger and stderr name the page once
REDIRECT_MAX_TIMES = 10  # hops; RFC 9309 asks for five for robots.txt
URLLENGTH_LIMIT = 2083  # characters
DEFAULT_REQUEST_HEADERS = {  # Scrapy's also wants English, and sites that negotiate answer with another edition
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
}

# Politeness, per host. sites.toml overrides delay and concurrency for each site.
ROBOTSTXT_OBEY = True
CONCURRENT_REQUESTS = 100  # in all; of hosts that hang each holds one for up to 90 s
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1.0  # seconds
DOWNLOAD_DELAY_JITTER = 0.25  # share of the delay
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 1.0  # seconds
AUTOTHROTTLE_MAX_DELAY = 60.0  # seconds

WINNOW_PARK_AFTER = 5  # failed answers or connections in a row after which a host is left alone, 0 = never
WINNOW_PARK_SECONDS = 900.0  # of the first time; doubles up to a day while the host gives no good answer
WINNOW_NETWORK_DOWN_HOSTS = 3  # different hosts out of reach in a row that stop the run, 0 = never

# Extraction runs in worker processes (crawler/workers.py), never in the reactor.
WINNOW_EXTRACTION_WORKERS = 0  # processes, 0 = one a core
WINNOW_PAGE_SECONDS = 20.0  # CPU time of one page in a worker; ten times as much on the wall clock
CONCURRENT_ITEMS = 8  # items of one response; our spiders give one
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 20_000_000  # bytes of pages waiting for a worker: downloads pause above it

WINNOW_NEAR_DUPLICATES = "mark"  # written with `duplicate_of`; "drop": not written; sites.toml overrides it
WINNOW_SITE_MEMORY = True  # what repeats across a site's pages helps to label them; its first pages wait for that
WINNOW_ALL_REASONS = False  # True: the article's own blocks and menus get a reason too, which no line holds by itself
WINNOW_WRITE_ALL = False  # True: pages that are no articles become records too

# Where records and state go; the layout is in output/README.md.
WINNOW_OUTPUT = "output"
WINNOW_ENGINE: dict[str, object] = {}  # `[engine]` of sites.toml, which wins; empty: the state is in the output folder
WINNOW_STATE = True  # False: nothing is remembered and nothing dropped (`winnow scrape`)
WINNOW_WARC = False  # True: the pages that were fetched are kept as WARC files beside the records
WINNOW_WARC_BYTES = 2**30  # bytes from which on such a file is full
WINNOW_LIMIT = 0  # pages a run, 0 = no limit
WINNOW_DUE = False  # True: ask only the sources whose interval has passed
WINNOW_SINCE = ""  # ISO 8601 with offset: articles from then on; empty = no bound
WINNOW_UNTIL = ""

DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.AddressGuardMiddleware": 40,
    "crawler.middlewares.SiteGuardMiddleware": 45,
    "crawler.politeness.PolitenessMiddleware": 50,  # before robots.txt: a host that is left alone is not asked for it
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.robots.RobotsMiddleware": 100,
    "crawler.politeness.AttemptsMiddleware": 560,  # below Scrapy's retries (550), which it sees each of
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.middlewares.DecompressionMiddleware": 590,  # Scrapy's returns what it has of a cut stream
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # SiteGuardMiddleware, which names the cause
}
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,  # drops silently; AddressGuardMiddleware tells
}
ITEM_PIPELINES = {
    "crawler.pipelines.ExtractPipeline": 300,
    "crawler.pipelines.StorePipeline": 800,
    "crawler.pipelines.DeliverPipeline": 810,  # in its place where WINNOW_STATE is false
}
EXTENSIONS = {
    "crawler.in_flight.AnswersInFlight": 5,
    "crawler.extensions.Workers": 10,
    "crawler.traffic.SiteTraffic": 20,
    "crawler.archiving.CrawlArchive": 30,  # before the store closes: an archive that fails stops the run
}

LOG_LEVEL = "INFO"
LOG_VERSIONS: list[str] = []
WARN_ON_GENERATOR_RETURN_VALUE = False  # Scrapy reads and parses our source for it, in the reactor: 40 ms
DEFAULT_DROPITEM_LOG_LEVEL = "DEBUG"  # duplicates are counted, not shouted
"""Scrapy would print each dropped item at WARNING, with the whole page in it."""
