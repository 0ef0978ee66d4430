"""`ombud forget`: erases what people wrote about one complaint, now."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from bot.commands.installation import Ombud, run
from bot.domain.complaint import Complaint
from bot.errors import InvalidRequest

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def forget(
    reference: Annotated[str, typer.Argument(metavar="REFERENCE", help="CMP-XXXX-XXXX-C.")],
    *,
    reason: Annotated[str, typer.Option(help="Why; recorded, so name nobody in it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it: nothing brings it back.")] = False,
    by: Annotated[
        str, typer.Option("--by", default_factory=getpass.getuser, help="Who acts; recorded.")
    ],
) -> None:
    """Erase words, files and identity of one complaint; what is counted stays.

    An open complaint is withdrawn by it. A legal hold forbids it.
    """
    why = reason.strip()
    if not why:
        raise InvalidRequest("--reason: it needs words")
    if not yes:
        raise InvalidRequest(
            f"Nothing was done. Everything that people wrote about {reference} would be gone for"
            " good, and an open complaint withdrawn; say --yes to do it."
        )

    async def task(ombud: Ombud) -> Complaint:
        return await ombud.retention.forget(reference, by, why)

    after = run(task)
    typer.echo(f"{after.reference} is erased ({after.status}); what is counted stays.")
