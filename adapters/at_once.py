"""Doing the same with many things, some of them at a time."""

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable
from typing import TypeVar

Thing = TypeVar("Thing")


async def some_at_once(things: AsyncIterable[Thing], do: Callable[[Thing], Awaitable[None]], at_once: int) -> None:
    """Return once it is done with all; raises the first failure, and begins no other."""
    slots = asyncio.Semaphore(at_once)

    async def one(thing: Thing) -> None:
        try:
            await do(thing)
        finally:
            slots.release()

    try:
        async with asyncio.TaskGroup() as group:
            async for thing in things:
                await slots.acquire()
                group.create_task(one(thing))
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
