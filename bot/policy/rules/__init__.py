"""Rules hold opinions; none acts, and none reads another."""
