"""Whether a run can be trained where it is to be: its device, and its processes."""

import warnings

import torch

from ebm_core.runs.config import RunConfig


def refuse_missing_device(config: RunConfig) -> None:
    """Refuses a run that is to train where there is nothing to train on.

    Raises:
        ValueError: Its device is not there.
    """
    if config.device == "cuda" and not torch.cuda.is_available():
        raise ValueError(
            "device is 'cuda', and PyTorch finds no CUDA device on this machine; choose cpu, or "
            "install a build of PyTorch with CUDA where there is a GPU"
        )


def refuse_several_processes(config: RunConfig) -> None:
    """Refuses a run of several processes where runs are made by one.

    Raises:
        ValueError: It is one.
    """
    if config.processes > 1:
        raise ValueError(
            f"processes is {config.processes}, and here a run is trained by one process; leave it "
            f"out, or train it in the terminal by `ebm train --processes {config.processes}`"
        )


def on_device_at_hand(config: RunConfig) -> RunConfig:
    """The config, on the CPU where its device is not there; a warning says so."""
    try:
        refuse_missing_device(config)
    except ValueError:
        warnings.warn(
            f"the run was trained on {config.device}, which this machine lacks; it is on the CPU "
            "here",
            stacklevel=4,
        )
        return config.model_copy(update={"device": "cpu"})
    return config
