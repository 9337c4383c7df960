"""From recorded timings to a tempo. Needs the extra `calibrate` (scipy, and matplotlib for plots)."""
