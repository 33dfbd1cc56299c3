BEGIN TRANSACTION;
CREATE TABLE files (
    path TEXT PRIMARY KEY,         -- final name, relative to the output folder
    run_id TEXT NOT NULL,
    state TEXT NOT NULL,           -- open (a part file) or finished
    committed_bytes INTEGER NOT NULL,
    records INTEGER NOT NULL,
    sha256 TEXT,                   -- of a finished file
    finished_at TEXT
) STRICT;
INSERT INTO "files" VALUES('records/2026-11-22/20261122T104501Z-0000-001.jsonl','20261122T104501Z-0000','finished',2356,2,'0bb5ff59aa831d7aa9269a2409d91c2ca25ac0341f9d8086afb464dbb3ea1ef1','2026-11-22T12:15:13Z');
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
INSERT INTO "ledger" VALUES('news.example/0','https://news.example/0','news','new',NULL,'','feed','https://news.example/feed','T',NULL,NULL,1795344301,'2026-11-22T10:45:01Z','20261122T104501Z-0000','20261122T104501Z-0000',0,'00000000000000000000000000000000',NULL,'sha256:0000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO "ledger" VALUES('news.example/1','https://news.example/1','news','new',NULL,'','feed','https://news.example/feed','T',NULL,NULL,1795344301,'2026-11-22T10:45:01Z','20261122T104501Z-0000','20261122T104501Z-0000',0,'00000000000000000000000000000001',NULL,'sha256:0000000000000000000000000000000000000000000000000000000000000001');
INSERT INTO "ledger" VALUES('news.example/2','https://news.example/2','news','failed','http_failed','HTTP 503','feed','https://news.example/feed','T',NULL,NULL,1795344301,'2026-11-22T10:45:01Z','20261122T104501Z-0000','20261122T104501Z-0000',1,NULL,NULL,NULL);
INSERT INTO "ledger" VALUES('news.example/3','https://news.example/3','news','waiting',NULL,'','feed','https://news.example/feed','T',NULL,NULL,1795344301,'2026-11-22T10:45:01Z','20261122T104501Z-0000',NULL,0,NULL,NULL,NULL);
CREATE TABLE runs (
    run_id TEXT PRIMARY KEY,
    started_at TEXT NOT NULL,
    finished_at TEXT,              -- null: the run is at work, or it died
    report TEXT                    -- JSON, as in runs/<run_id>.json
) STRICT;
INSERT INTO "runs" VALUES('20261122T104501Z-0000','2026-11-22T10:45:01Z','2026-11-22T12:15:13Z','{
  "run_id": "20261122T104501Z-0000",
  "started_at": "2026-11-22T10:45:01Z",
  "finished_at": "2026-11-22T12:15:13Z",
  "sites": {
    "news": {
      "found": 4,
      "states": {
        "new": 2,
        "changed": 0,
        "unchanged": 0,
        "known": 0,
        "duplicate": 0,
        "skipped": 0,
        "failed": 1,
        "waiting": 1
      }
    }
  }
}');
CREATE TABLE seen_records (
    record_id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
INSERT INTO "seen_records" VALUES('00000000000000000000000000000000');
INSERT INTO "seen_records" VALUES('00000000000000000000000000000001');
CREATE TABLE seen_texts (
    text_hash TEXT PRIMARY KEY,
    record_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "seen_texts" VALUES('sha256:0000000000000000000000000000000000000000000000000000000000000000','00000000000000000000000000000000');
INSERT INTO "seen_texts" VALUES('sha256:0000000000000000000000000000000000000000000000000000000000000001','00000000000000000000000000000001');
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
INSERT INTO "sources" VALUES('https://news.example/feed','news','feed','"1"',NULL,'sha256:1',200,NULL,0,1,'2026-11-22T10:45:01Z','2026-11-22T10:45:01Z');
INSERT INTO "sources" VALUES('https://news.example/','news','front_page',NULL,NULL,NULL,NULL,'http_failed',1,1,'2026-11-22T10:45:01Z',NULL);
CREATE INDEX files_open ON files (path) WHERE state = 'open';
CREATE INDEX sources_by_site ON sources (site);
CREATE INDEX ledger_waiting ON ledger (newest_at DESC) WHERE state = 'waiting';
CREATE INDEX ledger_waiting_by_site ON ledger (site, newest_at DESC) WHERE state = 'waiting';
CREATE INDEX ledger_failed ON ledger (site, cause) WHERE state = 'failed';
CREATE INDEX ledger_found ON ledger (found_run);
COMMIT;
