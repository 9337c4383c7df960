"""Speed, measured beside what it is compared with: `make bench`. See docs/benchmarks.md."""
