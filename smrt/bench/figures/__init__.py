"""From samples to figures: percentiles, rates, goodput, thresholds, comparisons."""
