"""How fast EBM Lab is beside what one writes by hand or installs: `python -m tests.benchmarks`.

Every side does the same work with the same weights: a net of 2 - 128 - 128 - 1 units with SiLU.
How good it is: `.quality` on the built-in distributions, `.own_points` on a few points of others,
`.real_points` on real tables; the first reads a sweep, the others are a `.grid` of runs; all go on
where they were cut off.
"""
