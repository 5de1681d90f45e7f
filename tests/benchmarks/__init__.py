"""How fast EBM Lab is beside what one writes by hand or installs: `python -m tests.benchmarks`.

Every side does the same work with the same weights: a net of 2 - 128 - 128 - 1 units with SiLU.
"""
