"""One bad record never stops the rest, however the archive is compressed and wherever it is broken."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crawler.archives.records import BadRecord, ReadOptions, WarcRecord, read_records

if TYPE_CHECKING:
    from tests.archives.conftest import Maker

PACKINGS = ("plain", "gzipped", "zstandard", "one_member", "uneven_members")
BY_RECORD = ("gzipped", "zstandard")
MAGICS = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18", b"WARC")
"""First bytes by which a file is told to be gzip, Zstandard, Zstandard with a dictionary, or plain."""


class Trickle:
    """A pipe that gives a few bytes at a time."""

    def __init__(self, content: bytes, step: int) -> None:
        self._file = io.BytesIO(content)
        self._step = step

    def read(self, size: int, /) -> bytes:
        return self._file.read(min(size, self._step))


def read(content: bytes) -> tuple[list[str], list[BadRecord]]:
    """Return the last part of the URLs of sound records, and the bad ones."""
    found = list(read_records(io.BytesIO(content)))
    sound = [
        (record.get("WARC-Target-URI") or "").rpartition("/")[2] for record in found if isinstance(record, WarcRecord)
    ]
    return sound, [record for record in found if isinstance(record, BadRecord)]


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_sound_archive_is_read_whole(maker: Maker, packing: str) -> None:
    records = [maker.page_record(number) for number in range(30)]
    sound, bad = read(getattr(maker, packing)(records))
    assert (sound, bad) == ([str(number) for number in range(30)], [])


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("step", [1, 7, 1000])
def test_from_a_pipe_in_small_pieces(maker: Maker, packing: str, step: int) -> None:
    content = getattr(maker, packing)([maker.page_record(number) for number in range(4)])
    found = list(read_records(Trickle(content, step)))
    assert [isinstance(record, WarcRecord) for record in found] == [True] * 4


LENGTH = b"Content-Length: "
VERSION = b"WARC/1.0\r\n"


def put(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda record: record.replace(old, new, 1)


BROKEN_RECORDS: dict[str, tuple[Callable[[bytes], bytes], set[str]]] = {
    "length too small": (put(LENGTH + b"1", LENGTH + b"0"), {"file_unreadable"}),
    "length too large": (put(LENGTH + b"1", LENGTH + b"3"), {"file_unreadable", "body_truncated"}),
    "length of a terabyte": (put(LENGTH + b"1", LENGTH + b"999999999991"), {"body_truncated"}),
    "length of a hundred digits": (put(LENGTH, LENGTH + b"9" * 100), {"file_unreadable"}),
    "no length": (put(LENGTH, b"Content-Width: "), {"file_unreadable"}),
    "length is a word": (put(LENGTH, LENGTH + b"x"), {"file_unreadable"}),
    "negative length": (put(LENGTH, LENGTH + b"-"), {"file_unreadable"}),
    "unknown version": (put(b"WARC/1.0", b"WARC/7.3"), {"file_unreadable"}),
    "no version": (put(VERSION, b""), {"file_unreadable"}),
    "cut in its block": (lambda record: record[:-60], {"file_unreadable", "body_truncated"}),
    "cut in its header": (lambda record: record[:100] + b"\r\n", {"body_truncated"}),
    "a header line without end": (put(VERSION, VERSION + b"X: " + b"x" * 100_000 + b"\r\n"), {"body_truncated"}),
    "a header without end": (put(VERSION, VERSION + b"X: y\r\n" * 100_000), {"body_truncated"}),
    "bytes before it": (lambda record: b"something else\r\n\r\n" + record, {"file_unreadable"}),
    "nothing in it": (lambda _: b"\0" * 300, {"file_unreadable"}),
}
NO_ARCHIVES = {
    "html": (b"<!doctype html><p>no archive", "file_unreadable"),
    "three bytes of gzip": (b"\x1f\x8b\x08", "body_truncated"),
    "letters": (b"x" * 200_000, "file_unreadable"),
}


@pytest.mark.parametrize("packing", ["plain", *BY_RECORD, "one_member", "uneven_members"])
@pytest.mark.parametrize("name", BROKEN_RECORDS)
def test_a_broken_record_costs_itself(maker: Maker, name: str, packing: str) -> None:
    change, causes = BROKEN_RECORDS[name]
    records = [maker.page_record(number) for number in range(5)]
    records[1] = change(records[1])
    sound, bad = read(getattr(maker, packing)(records))
    assert [url for url in sound if url != "1"] == ["0", "2", "3", "4"]
    assert len(bad) == 1
    assert bad[0].error.cause in causes


@pytest.mark.parametrize("packing", BY_RECORD)
@pytest.mark.parametrize("place", [0, 1, 3])
@pytest.mark.parametrize("fault", ["cut", "flipped", "magic", "rubbish before"])
def test_a_broken_member_costs_itself(maker: Maker, packing: str, place: int, fault: str) -> None:
    members = [getattr(maker, packing)([maker.page_record(number)]) for number in range(4)]
    member = members[place]
    middle = len(member) // 2
    members[place] = {
        "cut": member[:middle],
        "flipped": member[:middle] + bytes([member[middle] ^ 0x10]) + member[middle + 1 :],
        "magic": b"no" + member[2:],
        "rubbish before": b"rubbish" + member,
    }[fault]
    sound, bad = read(b"".join(members))
    assert [url for url in sound if url != str(place)] == [str(number) for number in range(4) if number != place]
    assert len(bad) == 1
    if fault == "rubbish before":
        assert str(place) in sound


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_cut_archive_says_so_and_gives_what_it_has(maker: Maker, packing: str) -> None:
    content = getattr(maker, packing)([maker.page_record(number) for number in range(5)])
    sound, bad = read(content[:-30])
    assert sound == [str(number) for number in range(len(sound))]
    assert packing == "one_member" or len(sound) == 4
    assert [record.error.cause for record in bad] == ["body_truncated"]


@pytest.mark.parametrize(("content", "cause"), NO_ARCHIVES.values(), ids=NO_ARCHIVES)
def test_what_is_no_archive_has_one_fault(content: bytes, cause: str) -> None:
    sound, bad = read(content)
    assert (sound, [record.error.cause for record in bad]) == ([], [cause])


def test_an_empty_file_has_no_records() -> None:
    assert read(b"") == ([], [])


def test_zeros_at_the_end_are_no_fault(maker: Maker) -> None:
    assert read(maker.gzipped([maker.page_record(1)]) + b"\0" * 70_000) == (["1"], [])


def test_of_a_large_block_only_the_beginning_is_kept(maker: Maker) -> None:
    video = maker.record(url="http://news.example/video", block=maker.http(b"v" * 3_000_000))
    options = ReadOptions(max_page_bytes=1_000)
    content = maker.gzipped([video, maker.page_record(1)])
    first, second = read_records(io.BytesIO(content), options)
    assert isinstance(first, WarcRecord)
    assert not first.is_whole
    assert len(first.block) == options.max_block_bytes
    assert isinstance(second, WarcRecord)
    assert second.is_whole


@pytest.mark.parametrize("packing", ["plain", "one_member"])
def test_a_length_over_the_bound_does_not_swallow_what_follows(maker: Maker, packing: str) -> None:
    liar = maker.record(url="http://news.example/liar", block=maker.http(b"v" * 600_000), length=2_000_000)
    records = [liar, *(maker.page_record(number) for number in range(3))]
    found = list(read_records(io.BytesIO(getattr(maker, packing)(records)), ReadOptions(max_page_bytes=1_000)))
    assert [isinstance(record, WarcRecord) for record in found] == [False, True, True, True]


def test_the_place_of_a_record(maker: Maker) -> None:
    records = [maker.page_record(number) for number in range(3)]
    for pack in (maker.plain, maker.gzipped):
        content = pack(records)
        offsets = [record.offset for record in read_records(io.BytesIO(content))]
        assert offsets == [len(pack(records[:number])) for number in range(3)]


@pytest.mark.parametrize("compressed", [False, True])
def test_a_zstd_dictionary_at_the_start(maker: Maker, *, compressed: bool) -> None:
    records = [maker.page_record(number) for number in range(40)]
    dictionary, content = maker.with_dictionary(records)
    stored = maker.zstandard([dictionary]) if compressed else dictionary
    frame = b"\x5d\x2a\x4d\x18" + len(stored).to_bytes(4, "little") + stored
    assert read(frame + content) == ([str(number) for number in range(40)], [])


@settings(deadline=None)
@given(data=st.data())
def test_whatever_happens_to_one_member_the_others_are_read(maker: Maker, data: st.DataObject) -> None:
    packing = data.draw(st.sampled_from(BY_RECORD))
    members = [getattr(maker, packing)([maker.page_record(number)]) for number in range(4)]
    place = data.draw(st.integers(0, 3))
    start = data.draw(st.integers(0, len(members[place]) - 1))
    end = data.draw(st.integers(start, len(members[place])))
    whole = members[0]
    members[place] = members[place][:start] + data.draw(st.binary(max_size=40)) + members[place][end:]
    # By its first bytes a file is of one kind or another; damage that names another kind makes another file.
    is_other_kind = members[0].startswith(MAGICS) and not members[0].startswith(whole[:2])
    assume(not is_other_kind)
    sound, _ = read(b"".join(members))
    assert [url for url in sound if url != str(place)] == [str(number) for number in range(4) if number != place]


@settings(deadline=None)
@given(
    content=st.binary(max_size=400), start=st.sampled_from([b"", b"WARC/1.0\r\n", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"])
)
def test_no_bytes_make_it_raise(content: bytes, start: bytes) -> None:
    read(start + content)
