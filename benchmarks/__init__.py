"""What a case costs, as ratios against a bare workflow measured in the same run; see `docs/performance.md`."""
