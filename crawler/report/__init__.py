"""What runs did, for a person: alarms, sites, causes, and the URLs behind every number."""
