"""The pipelines: read the page in a worker; then claim, write and remember in one place.

Deduplication is part of StorePipeline on purpose. As separate pipelines with one `await` between check and write,
12 copies of one body gave 3, 2 and 2 records instead of 1 (decision 0005).
"""

from crawler.pipelines.deliver import DeliverPipeline
from crawler.pipelines.extract import ExtractPipeline
from crawler.pipelines.in_flight import LeftOpen
from crawler.pipelines.lost_pages import LostPages
from crawler.pipelines.store import StorePipeline

__all__ = ["DeliverPipeline", "ExtractPipeline", "LeftOpen", "LostPages", "StorePipeline"]
