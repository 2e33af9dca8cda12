"""Changes that may review and land themselves: a funnel of independent stages, and every doubt goes to a person."""
