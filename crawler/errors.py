"""Every error of Winnow, sorted by what the caller does next.

WinnowError
├── UsageError            mend the command or the file, run again            exit 2
│   └── ConfigError       a sites.toml that cannot be used
├── OutputError           mend the folder, run again; nothing is lost        exit 5
│   └── StateError        the state file is damaged, foreign or too new
├── LockHeld              another run is at work; wait for it                exit 75
└── PageError             this URL or file only; the others go on            exit 3, or 4 if none came
    ├── SkippedPage       as it should be; a page without an article once more after an hour
    │   ├── AddressRefused, SchemeRefused, OffSite, RobotsDisallowed, RightsReserved
    │   └── NotHtml, EmptyPage, ConsentPage, NotArticle, LanguageUnwanted, Gone
    ├── FailedPage        nothing usable came
    │   ├── BadUrl, FileUnreadable, PageTooLarge    not tried again; HttpRefused once more
    │   ├── HttpFailed, NameNotResolved, ConnectionFailed, TlsFailed, DownloadTimeout,
    │   │   BodyTruncated, RedirectLoop, SourceUnreadable        tried again in a later run
    │   └── ExtractionTimeout, ExtractionCrashed, WorkerDied     named, then left
    └── WaitingPage       kept for the next run
        └── RobotsUnavailable, CrawlDelayTooLong, HostParked, BudgetReached, RunStopped, TakenOver

The *cause* is the class name in snake case: the word in the ledger, in the run report, in the stats and on stderr.
"""

from __future__ import annotations

import re
from typing import ClassVar

EXIT_OF_SIGNAL = 128
"""A process that a signal ended exits with 128 + its number (POSIX shells)."""


class WinnowError(Exception):
    """Base of all. The message is one line that names the input, the fault and the mend."""

    exit_code: ClassVar[int] = 1


class UsageError(WinnowError):
    exit_code = 2


class ConfigError(UsageError):
    """A configuration file that cannot be used; the message has file, line and key."""


class OutputError(WinnowError):
    """Records or state could not be written; what was committed before is whole."""

    exit_code = 5


class StateError(OutputError):
    """The state file is damaged, not ours, or written by a newer version."""


class LockHeld(WinnowError):
    exit_code = 75


class PageError(WinnowError):
    """One URL or file gave no record."""

    exit_code = 3
    cause: ClassVar[str] = "page_error"
    state: ClassVar[str] = "failed"
    retried: ClassVar[bool] = False
    """Whether a later run tries the URL again."""
    may_pass: ClassVar[bool] = False
    """Whether it may be the site's bad hour: a URL that gave no article yet is asked for once more, an hour later."""

    def __init_subclass__(cls) -> None:
        cls.cause = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()


class SkippedPage(PageError):
    state = "skipped"


class AddressRefused(SkippedPage):
    """The address is not public and was not allowed. The next run may allow it, or be told another address."""

    retried = True


class SchemeRefused(SkippedPage):
    """Not http or https."""


class OffSite(SkippedPage):
    """A redirect left the site."""

    may_pass = True


class RobotsDisallowed(SkippedPage):
    """robots.txt of the host forbids the URL (RFC 9309)."""


class RightsReserved(SkippedPage):
    """The publisher reserves the rights that `rights = "obey"` respects."""


class NotHtml(SkippedPage):
    """The document is neither HTML nor text."""


class EmptyPage(SkippedPage):
    """The document has no text."""

    may_pass = True


class ConsentPage(SkippedPage):
    """A consent wall stands where the article should be."""

    may_pass = True


class NotArticle(SkippedPage):
    """A listing, an error page with status 200, a log-in page."""

    may_pass = True


class LanguageUnwanted(SkippedPage):
    """The article is in a language that the site's `languages` leave out."""


class Gone(SkippedPage):
    """An article that we have answers 404 or 410 now; it is not asked for again."""


class FailedPage(PageError):
    state = "failed"


class BadUrl(FailedPage):
    """The text is not a URL that can be requested."""


class FileUnreadable(FailedPage):
    """The file is missing, a folder without pages, not readable, or a page list with a broken line."""


class PageTooLarge(FailedPage):
    """The document is over the cap on bytes."""


class HttpRefused(FailedPage):
    """HTTP status 4xx but 403, 408, 425, 429."""

    may_pass = True


class HttpFailed(FailedPage):
    """HTTP status 5xx, 403, 408, 425 or 429."""

    retried = True


class NameNotResolved(FailedPage):
    """DNS does not know the host."""

    retried = True


class ConnectionFailed(FailedPage):
    """Refused, reset or broken off."""

    retried = True


class TlsFailed(FailedPage):
    """Handshake or certificate."""

    retried = True


class DownloadTimeout(FailedPage):
    """No whole answer in the time allowed."""

    retried = True


class BodyTruncated(FailedPage):
    """The body ended before its announced or its compressed end."""

    retried = True


class RedirectLoop(FailedPage):
    """More redirects than allowed."""

    retried = True


class SourceUnreadable(FailedPage):
    """A feed or sitemap that is none."""

    retried = True


class ExtractionTimeout(FailedPage):
    """The page took longer than allowed to read, twice, the second time alone."""


class ExtractionCrashed(FailedPage):
    """The page ended its worker process, twice, the second time alone."""


class WorkerDied(FailedPage):
    """Several workers died while the URL was in flight: a dead letter (Redis engine)."""


class WaitingPage(PageError):
    state = "waiting"
    retried = True


class RobotsUnavailable(WaitingPage):
    """robots.txt answered 5xx or not at all: nothing is fetched from the host now (RFC 9309, 2.3.1.4)."""


class CrawlDelayTooLong(WaitingPage):
    """robots.txt asks for more seconds between two requests than a run can give."""


class HostParked(WaitingPage):
    """The host failed too often in a row or asked to be left alone; it is asked again after that."""


class BudgetReached(WaitingPage):
    """The site's `max_pages` or the run's `--limit` is used up."""


class RunStopped(WaitingPage):
    """The run was stopped before the page's turn."""


class TakenOver(WaitingPage):
    """Another worker has the site now (Redis engine)."""


def _leaves(cls: type[PageError]) -> list[type[PageError]]:
    children = cls.__subclasses__()
    return [leaf for child in children for leaf in _leaves(child)] if children else [cls]


CAUSES: dict[str, type[PageError]] = {leaf.cause: leaf for leaf in _leaves(PageError)}
"""The closed set of causes: word -> class."""
