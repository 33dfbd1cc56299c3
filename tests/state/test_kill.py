"""After SIGKILL at any instant a rerun yields each record once. Real processes, read back with plain json."""

from __future__ import annotations

import hashlib
import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("crawl_to_kill.py")
KILLS = 12


def _lines(folder: Path) -> list[dict[str, Any]]:
    """Read every file that a reader may see; each is listed in the manifest with its true sha256."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    listed = {file["path"]: file for file in manifest["files"]}
    paths = [path for path in folder.rglob("*.jsonl*") if path.is_file()]
    assert {path.relative_to(folder).as_posix() for path in paths} == set(listed)
    lines = []
    for path in paths:
        content = path.read_bytes()
        entry = listed[path.relative_to(folder).as_posix()]
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
        assert (len(content), content.count(b"\n")) == (entry["bytes"], entry["records"])
        assert content.endswith(b"\n")
        lines += [json.loads(line) for line in content.splitlines()]
    return lines


def _assert_each_once(folder: Path, records: int) -> None:
    lines = _lines(folder)
    ids = [line["id"] for line in lines]
    assert len(ids) == len(set(ids))
    texts = {number - 1 if number % 10 == 9 else number for number in range(records)}
    assert sorted(line["text_hash"] for line in lines) == [f"sha256:{text:064x}" for text in sorted(texts)]
    assert not [path.name for path in folder.rglob(".*.tmp")]


def _start(folder: Path, records: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, SCRIPT, "crawl", folder, str(records)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_kills_at_random_times(tmp_path: Path) -> None:
    chance = random.Random(20261122)
    killed = 0
    for _ in range(KILLS):
        with _start(tmp_path, 300) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"begins\n"
            time.sleep(chance.uniform(0, 0.08))
            process.kill()
        killed += process.returncode == -signal.SIGKILL
    assert killed == KILLS
    with _start(tmp_path, 300) as process:
        assert process.communicate()[1] == b""
    assert process.returncode == 0
    _assert_each_once(tmp_path, 300)


def test_a_kill_at_every_step_that_writes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, SCRIPT, "every_point", tmp_path], check=True)
    folders = list(tmp_path.iterdir())
    assert len(folders) > 50
    for folder in folders:
        _assert_each_once(folder, 10)


def test_a_kill_at_every_step_of_a_revisit(tmp_path: Path) -> None:
    subprocess.run([sys.executable, SCRIPT, "every_revisit", tmp_path], check=True)
    folders = list((tmp_path / "killed").iterdir())
    assert len(folders) > 20
    for folder in folders:
        versions = sorted((line["version"], line["text_hash"], line["previous_text_hash"]) for line in _lines(folder))
        texts = {number: f"sha256:{number:064x}" for number in [*range(8), *range(1000, 1008)]}
        first = [(1, texts[n], None) for n in range(8)]
        assert versions == first + [(2, texts[1000 + n], texts[n]) for n in range(8)]
