"""What the process imports that all runs of a sweep are forked from, so that none waits for it."""

from ebm_core.sweeps import member_process

RUN = member_process.main
