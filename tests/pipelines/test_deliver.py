"""Runs without state: records come as what Scrapy's exporters take."""

from __future__ import annotations

import asyncio
import json

import pytest
from scrapy.exceptions import NotConfigured
from scrapy.utils.test import get_crawler

from crawler import settings
from crawler.flow import record_of
from crawler.items import Page
from crawler.pipelines import DeliverPipeline, StorePipeline


def test_a_record_can_be_exported() -> None:
    page = Page(b"<article>" + b"<p>The bridge was opened again on Monday, after two years of work.</p>" * 9)
    pipeline = DeliverPipeline.from_crawler(get_crawler(settings_dict={"WINNOW_STATE": False}))
    assert json.loads(json.dumps(asyncio.run(pipeline.process_item(record_of(page)))))["text"]


@pytest.mark.parametrize("has_state", [True, False])
def test_one_pipeline_ends_the_run(has_state: bool) -> None:
    crawler = get_crawler(settings_dict={"WINNOW_STATE": has_state})
    chosen, other = (StorePipeline, DeliverPipeline) if has_state else (DeliverPipeline, StorePipeline)
    assert {f"crawler.pipelines.{each.__name__}" for each in (chosen, other)} < set(settings.ITEM_PIPELINES)
    chosen.from_crawler(crawler)
    with pytest.raises(NotConfigured):
        other.from_crawler(crawler)
