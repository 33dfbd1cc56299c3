"""Where the state of a crawl is kept when one machine is not enough: on a Redis that many workers share."""
