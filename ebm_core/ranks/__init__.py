"""The processes that train one run together, and what they agree on."""

from ebm_core.ranks.alone import ALONE, Alone
from ebm_core.ranks.contract import RankLost, Ranks

__all__ = ["ALONE", "Alone", "RankLost", "Ranks"]
