"""Time in: at the right moments it puts jobs into the queue, and finds what should be looked at."""
