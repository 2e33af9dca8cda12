"""From scores to percentiles and probabilities: one arithmetic for serving, backtests and evaluation."""
