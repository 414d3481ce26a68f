"""By how much a run may go over a limit of tokens or dollars at the worst, said before it starts."""

from __future__ import annotations

from llmdl_plugins.figures import percent
from llmdl_plugins.run.meter import ALONE, Hold, Meter
from llmdl_plugins.run.quote import UNSEEN_ANSWER


def overshoot(meter: Meter, concurrency: int) -> str | None:
    """The worst overshoot in words, or None where no limit depends on the size of a call.

    Args:
        concurrency: calls that may be under way at once.
    """
    if not meter.weighs:
        return None
    if not meter.largest():
        return (
            "the prompt and the longest answer of each call are reserved before it is made. The two rows that are run "
            f"first show which models are asked; one that sets no max_tokens is taken to write {UNSEEN_ANSWER} tokens."
        )
    return "; ".join(_over(meter, name, concurrency) for name in ("tokens", "usd") if getattr(meter.budget, name))


def worst(meter: Meter, name: str) -> float:
    """The most that one call, let through alone, may take beyond a limit."""
    largest = max((getattr(hold, name) for hold in meter.largest().values()), default=0.0)
    return float(max(0.0, largest - ALONE * getattr(meter.budget, name)))


def _over(meter: Meter, name: str, concurrency: int) -> str:
    over, open_ended = worst(meter, name), sorted(m for m, hold in meter.largest().items() if _is_open(hold))
    because = "because every call reserves its prompt and its longest answer first"
    if over:
        most = _amount(max(getattr(hold, name) for hold in meter.largest().values()), name)
        left = percent(ALONE, 0)
        because = f"because one call may use {most}, and is let through alone as long as more than {left} are left"
    said = f"at most {_amount(over, name)} over, {because}"
    if not open_ended:
        return said
    return (
        f"{said}. That holds for answers up to the reserve: {', '.join(open_ended)} sets no max_tokens, so each of "
        f"{concurrency} calls under way may write more than 1.5 times the longest answer seen. Set it for a hard limit"
    )


def _is_open(hold: Hold) -> bool:
    return hold.quote is not None and hold.quote.cap is None


def _amount(value: float, name: str) -> str:
    return f"${value:.4f}" if name == "usd" else f"{value:,.0f} tokens"
