"""A record's page block by block, for a person: as one HTML file, or as lines in a terminal."""
