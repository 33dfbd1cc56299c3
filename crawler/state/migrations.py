"""The tables of `state.sqlite`. A script, once released, is never changed: a new one is added."""

from __future__ import annotations

APPLICATION_ID = 0x574E4F57
"""Marks the file as ours ("WNOW"), in SQLite's header."""

_FIRST = """
CREATE TABLE runs (
    run_id TEXT PRIMARY KEY,
    started_at TEXT NOT NULL,
    finished_at TEXT,              -- null: the run is at work, or it died
    report TEXT                    -- JSON, as in runs/<run_id>.json
) STRICT;

CREATE TABLE files (
    path TEXT PRIMARY KEY,         -- final name, relative to the output folder
    run_id TEXT NOT NULL,
    state TEXT NOT NULL,           -- open (a part file) or finished
    committed_bytes INTEGER NOT NULL,
    records INTEGER NOT NULL,
    sha256 TEXT,                   -- of a finished file
    finished_at TEXT
) STRICT;
CREATE INDEX files_open ON files (path) WHERE state = 'open';

CREATE TABLE sources (
    url TEXT PRIMARY KEY,
    site TEXT NOT NULL,
    kind TEXT NOT NULL,
    etag TEXT,                     -- etag, last_modified, body_hash: of the last answer with a body
    last_modified TEXT,
    body_hash TEXT,
    http_status INTEGER,
    cause TEXT,                    -- why the last poll failed
    failures INTEGER NOT NULL,     -- polls in a row that failed
    polls INTEGER NOT NULL,
    polled_at TEXT NOT NULL,
    last_new_at TEXT
) STRICT;
CREATE INDEX sources_by_site ON sources (site);

CREATE TABLE ledger (
    normalized_url TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    site TEXT NOT NULL,
    state TEXT NOT NULL,
    cause TEXT,
    detail TEXT NOT NULL DEFAULT '',
    discovered_via TEXT NOT NULL,
    source_url TEXT,
    title TEXT,
    published TEXT,
    modified TEXT,
    newest_at INTEGER NOT NULL,    -- seconds since 1970: published, else modified, else first seen
    first_seen TEXT NOT NULL,
    found_run TEXT NOT NULL,       -- the last run whose account counts the row as found
    settled_run TEXT,              -- the last run in which the row got its state
    attempts INTEGER NOT NULL DEFAULT 0,
    record_id TEXT,
    original_id TEXT,              -- of a duplicate: the record that it repeats
    text_hash TEXT
) STRICT;
CREATE INDEX ledger_waiting ON ledger (newest_at DESC) WHERE state = 'waiting';
CREATE INDEX ledger_waiting_by_site ON ledger (site, newest_at DESC) WHERE state = 'waiting';
CREATE INDEX ledger_failed ON ledger (site, cause) WHERE state = 'failed';
CREATE INDEX ledger_found ON ledger (found_run);

CREATE TABLE seen_records (
    record_id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE seen_texts (
    text_hash TEXT PRIMARY KEY,
    record_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

_SECOND = """
ALTER TABLE sources ADD COLUMN interval_seconds INTEGER NOT NULL DEFAULT 3600;
ALTER TABLE sources ADD COLUMN due_at TEXT;                    -- null: now
ALTER TABLE sources ADD COLUMN not_modified INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN surprises INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN validators_broken INTEGER NOT NULL DEFAULT 0;
UPDATE sources SET interval_seconds = CASE kind WHEN 'sitemap' THEN 43200 WHEN 'feed' THEN 3600 ELSE 1800 END;

ALTER TABLE ledger ADD COLUMN first_run TEXT;                  -- the run that made the row
ALTER TABLE ledger ADD COLUMN settled_at TEXT;
ALTER TABLE ledger ADD COLUMN fetched_at TEXT;                 -- the last fetch that did not fail
ALTER TABLE ledger ADD COLUMN etag TEXT;                       -- etag, last_modified, body_hash: of that page
ALTER TABLE ledger ADD COLUMN last_modified TEXT;
ALTER TABLE ledger ADD COLUMN body_hash TEXT;
ALTER TABLE ledger ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE ledger ADD COLUMN revisit INTEGER NOT NULL DEFAULT 0;   -- 1: the row waits to be fetched again
ALTER TABLE ledger ADD COLUMN revisits INTEGER NOT NULL DEFAULT 0;  -- ages at which that was due
UPDATE ledger SET settled_at = (SELECT started_at FROM runs WHERE runs.run_id = ledger.settled_run);
UPDATE ledger SET fetched_at = coalesce(settled_at, first_seen) WHERE record_id IS NOT NULL;
CREATE INDEX ledger_articles ON ledger (site, revisits, first_seen)
    WHERE record_id IS NOT NULL AND state IN ('new', 'changed', 'unchanged', 'duplicate', 'failed');

CREATE TABLE hosts (
    host TEXT PRIMARY KEY,
    parked_until TEXT,
    parked_cause TEXT,
    retry_after_until TEXT,
    robots_body BLOB,
    robots_status INTEGER,
    robots_at TEXT,
    failures INTEGER NOT NULL DEFAULT 0      -- times parked since it was last set free
) STRICT;

CREATE TABLE run_sites (                     -- of each finished run's report
    run_id TEXT NOT NULL,
    site TEXT NOT NULL,
    new INTEGER NOT NULL,
    found INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    median_text_chars REAL
) STRICT;
CREATE INDEX run_sites_by_site ON run_sites (site);
INSERT INTO run_sites
SELECT runs.run_id, key, coalesce(CAST(json_extract(value, '$.states.new') AS INTEGER), 0),
    coalesce(CAST(json_extract(value, '$.found') AS INTEGER), 0),
    coalesce(CAST(json_extract(value, '$.states.failed') AS INTEGER), 0),
    CAST(json_extract(value, '$.median_text_chars') AS REAL)
FROM runs, json_each(runs.report, '$.sites') AS sites
WHERE runs.finished_at IS NOT NULL AND sites.type = 'object' ORDER BY runs.rowid;
"""

_THIRD = """
ALTER TABLE ledger ADD COLUMN page_id TEXT;          -- id of the page that the URL led to, written or not
ALTER TABLE ledger ADD COLUMN page_published TEXT;   -- what that page says of its publication
ALTER TABLE ledger ADD COLUMN similarity REAL;       -- of a duplicate: to its original
UPDATE ledger SET page_id = record_id WHERE record_id IS NOT NULL AND state != 'duplicate';
CREATE INDEX ledger_pages ON ledger (page_id) WHERE page_id IS NOT NULL;
CREATE INDEX ledger_copies ON ledger (original_id) WHERE original_id IS NOT NULL;
CREATE INDEX ledger_bodies ON ledger (body_hash) WHERE body_hash IS NOT NULL AND record_id IS NOT NULL;

CREATE TABLE signatures (            -- of the latest version of each record; those of old weeks are dropped
    document INTEGER PRIMARY KEY,
    record_id TEXT NOT NULL UNIQUE,
    canonical_id TEXT,               -- id of the page that this one declares to be canonical, where that is another
    week INTEGER NOT NULL,           -- weeks since 1 January 1970, of the fetch
    signature BLOB NOT NULL          -- crawler/dedup/minhash.py
) STRICT;
CREATE INDEX signatures_by_week ON signatures (week);
CREATE INDEX signatures_by_canonical ON signatures (canonical_id) WHERE canonical_id IS NOT NULL;

CREATE TABLE bands (                 -- the rows of a week lie together: one partition
    week INTEGER NOT NULL,
    band INTEGER NOT NULL,
    document INTEGER NOT NULL,
    PRIMARY KEY (week, band, document)
) STRICT, WITHOUT ROWID;

CREATE TABLE near_duplicates (       -- pairs of records that were found to be alike
    record_id TEXT NOT NULL,         -- the one that came later
    other_id TEXT NOT NULL,
    similarity REAL NOT NULL,
    PRIMARY KEY (record_id, other_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX near_duplicates_by_other ON near_duplicates (other_id);
"""

_FOURTH = """
CREATE TABLE site_memories (         -- what repeats across a site's pages: crawler/site_memory/storage.py, deflated
    site TEXT PRIMARY KEY,
    memory BLOB NOT NULL,
    learned_at TEXT NOT NULL
) STRICT;
"""

_FIFTH = """
ALTER TABLE ledger ADD COLUMN second_look INTEGER NOT NULL DEFAULT 0;   -- 1: asked for again though it was no article
CREATE INDEX ledger_second_looks ON ledger (site, settled_at)
    WHERE record_id IS NULL AND second_look = 0 AND (state = 'duplicate'
    OR cause IN ('consent_page', 'empty_page', 'http_refused', 'not_article', 'off_site'));
DROP INDEX ledger_articles;
CREATE INDEX ledger_articles ON ledger (site, revisits, first_seen)
    WHERE record_id IS NOT NULL AND (state IN ('new', 'changed', 'unchanged', 'duplicate', 'failed')
    OR cause IN ('consent_page', 'empty_page', 'http_refused', 'not_article', 'off_site'));
"""

_SIXTH = """
CREATE TABLE forgotten_records (     -- by `winnow state forget`; the output still has these versions
    record_id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    text_hash TEXT
) STRICT, WITHOUT ROWID;
"""

_SEVENTH = """
ALTER TABLE sources ADD COLUMN found INTEGER NOT NULL DEFAULT 1;   -- 0: named by sites.toml when it was last asked
CREATE INDEX ledger_refused ON ledger (site) WHERE cause = 'address_refused';
ALTER TABLE sources ADD COLUMN rules_hash TEXT;                    -- of what decided which of its links were taken
"""

_EIGHTH = """
DROP INDEX ledger_second_looks;
CREATE INDEX ledger_second_looks ON ledger (site, settled_at)
    WHERE record_id IS NULL AND second_look = 0 AND (state = 'duplicate'
    OR cause IN ('consent_page', 'empty_page', 'http_refused', 'not_article', 'off_site', 'robots_disallowed'));
"""

MIGRATIONS: tuple[str, ...] = (_FIRST, _SECOND, _THIRD, _FOURTH, _FIFTH, _SIXTH, _SEVENTH, _EIGHTH)
"""Scripts in order; the file's `user_version` says how many of them it has had."""
