"""What workers need, loaded. Only the process that they are forked from imports this: its work is done at import."""

from __future__ import annotations

from crawler.flow import warm_up

warm_up()
