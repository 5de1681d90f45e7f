"""What the process imports that all runs of a sweep are forked from, so that none waits for it."""

import torch

from ebm_core.sweeps import member_process

RUN = member_process.main
torch.optim.Adam([torch.zeros(1, requires_grad=True)])  # imports a second's worth of torch
