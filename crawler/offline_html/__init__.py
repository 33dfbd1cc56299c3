"""HTML files that load nothing: style and script inside, everything from strangers escaped, readable from disk."""
