"""GitHub behind the port: the only place that knows its JSON, its addresses and its limits."""
