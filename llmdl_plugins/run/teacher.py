"""The model that writes feedback and proposals, on the same ledger and budget as everything else."""

from __future__ import annotations

from collections import Counter

from langchain_core.language_models import BaseChatModel

from llmdl_plugins import theirs
from llmdl_plugins.door import boundary
from llmdl_plugins.door.scope import Scope
from llmdl_plugins.errors import InfrastructureError, LlmdlError, MisuseError
from llmdl_plugins.holding import holding
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.faults import is_fault


class Teacher:
    """Asks the teacher model; its calls quote prompts, so nothing is put into them on the way."""

    def __init__(self, model: BaseChatModel, cashier: Cashier) -> None:
        self.model, self._cashier = model, cashier

    async def ask(self, text: str, *, role: str, place: str = "") -> str:
        """The answer to a text.

        Args:
            text: the whole request.
            role: "critic" or "proposer".
            place: what it is about; with the role it makes equal requests distinct.

        Raises:
            InfrastructureError: it could not be reached.
            MisuseError: it refused the request, or its class failed.
        """
        where = f"teacher/{role}/{place}"
        with self.calling(where, Counter()), boundary.door():
            try:
                return str((await self.model.ainvoke(text)).text)
            except LlmdlError:
                raise
            except Exception as error:
                raise (unreachable if is_fault(error) else broken)(error) from error

    def calling(self, where: str, turns: Counter[str]) -> holding[Scope]:
        """Inside, calls are the teacher's: for code of others that asks the model itself, in whatever thread.

        Args:
            where: it makes equal requests at other places distinct.
            turns: how often the same was asked there, which makes its repetitions distinct.
        """
        return boundary.scope(
            payer=self._cashier,
            rewrite=None,
            setup=None,
            repetition=where,
            place=lambda: where,
            turns=turns,
            refused=[],
        )


def unreachable(error: Exception) -> InfrastructureError:
    """What is told where a teacher's call failed on the way."""
    return InfrastructureError(
        f"The teacher could not be reached: {type(error).__name__}: {error}. What was paid for is kept: "
        "look at its server and its limits, then run the same command again."
    )


def broken(error: Exception) -> MisuseError:
    """What is told where a teacher, or the code of its class, failed by itself."""
    return MisuseError(
        f"The teacher failed: {type(error).__name__}: {error}{theirs.line(error)}. What was paid for is kept: mend it, "
        "then run the same command again."
    )
