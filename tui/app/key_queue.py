"""Delivers keys, pasted text and clicks one at a time, each when the app is done with the others.

They often arrive before the app has handled the previous ones: over a slow line, in a paste, or
from a fast typist. Each waits here until all messages are handled, the work that keys started is
done, and the top screen has its widgets and focus. Keys go to the screen that is then on top. A
click is meant for what was under the pointer, so it is dropped if another screen is on top by then.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from weakref import ReferenceType, ref

from textual import events
from textual.app import App, ScreenStackError
from textual.message_pump import MessagePump, MessagePumpClosed
from textual.screen import Screen
from textual.worker import Worker

_SCROLLS = (events.MouseScrollDown, events.MouseScrollUp)
QUEUED = (events.Key, events.Paste, events.MouseDown, events.MouseUp, *_SCROLLS)
"""The events that wait in the queue."""
BACKGROUND = "background"
"""Name of workers that keys don't wait for."""
_ENDLESS = "_loader"
"""Name of the worker in each directory tree that waits for folders to list."""
_INTERRUPTING = ("escape", "ctrl+c", "ctrl+l", "ctrl+q")
"""Keys that interrupt the work that other keys wait for."""
_TYPED_AHEAD = 0.1
"""Seconds after the start of the work, from which such a key skips the queue."""
_PATIENCE = 1.0
"""Seconds that such a key waits in the queue if it was typed ahead."""
_POLL = 0.005
_LONGEST_BARRIER = 1.0


class KeyQueue:
    """The queue of keys and clicks. `deliver` passes one to the app."""

    def __init__(
        self,
        app: App[Any],
        deliver: Callable[[events.Event], Awaitable[None]],
        is_bound: Callable[[str], bool],
    ) -> None:
        """`is_bound` returns True if a command has the key with that name."""
        self._app = app
        self._deliver = deliver
        self._is_bound = is_bound
        self._waiting: deque[tuple[events.Event, ReferenceType[Screen[Any]]]] = deque()
        """Events, each with the screen that was on top when it arrived."""
        self._drops_click = False
        """True from the time that a press of a button was dropped until its release is, too."""
        self._task: asyncio.Task[None] | None = None
        self._began: dict[int, float] = {}
        """When each worker that keys wait for was first seen, in event loop time."""
        self._asking: dict[Worker[Any], Screen[Any]] = {}
        """The screen whose result a worker waits for."""
        self._settled_on: ReferenceType[Screen[Any]] | None = None
        """The screen on top when the app had last done what the keys asked for. It may hold
        secrets, so this does not keep it."""

    @property
    def has_more(self) -> bool:
        """True if keys wait behind the one that the app handles."""
        return any(isinstance(each, (events.Key, events.Paste)) for each, _ in self._waiting)

    @property
    def idle(self) -> bool:
        """True if all keys were delivered."""
        return not self._waiting and self._task is None

    def add(self, event: events.Event) -> None:
        """Queue one of the events QUEUED from the terminal."""
        for each in self._as_typed(event):
            if isinstance(each, events.Key) and self._interrupts(each):
                self._waiting.clear()
                self._app.call_later(self._deliver, each)
            else:
                self._waiting.append((each, ref(self._app.screen)))
        if self._waiting and self._task is None:
            self._task = asyncio.create_task(self._hand_on(), name="keys")
            self._task.add_done_callback(self._look_at_end)

    def asks(self, worker: Worker[Any], screen: Screen[Any]) -> None:
        """Register that a worker waits until a screen is dismissed."""
        self._asking[worker] = screen

    def answered(self, worker: Worker[Any]) -> None:
        """Register that the worker has its result."""
        self._asking.pop(worker, None)

    def _as_typed(self, event: events.Event) -> Iterator[events.Event]:
        """Yield the keys that were pressed, given the key that the terminal sent.

        Escape and a character in one packet look like Alt and that character. In input from before
        the terminal was in raw mode, Enter is a line feed.
        """
        if not isinstance(event, events.Key):
            yield event
        elif event.key == "ctrl+j" and not self._is_bound(event.key):
            yield events.Key("enter", "\r")
        elif event.key.startswith("alt+") and event.character and not self._is_bound(event.key):
            yield events.Key("escape", "\x1b")
            yield events.Key(_key_name(event), event.character)
        else:
            yield event

    def _interrupts(self, event: events.Key) -> bool:
        """Return True if a key was pressed to interrupt work that takes long."""
        if event.key not in _INTERRUPTING:
            return False
        now = asyncio.get_running_loop().time()
        return any(
            now - self._began.get(id(worker), now) >= _TYPED_AHEAD for worker in self._at_work()
        )

    async def _hand_on(self) -> None:
        try:
            if not self._still_settled:
                await self._settled()
            while self._waiting:
                event, screen = self._waiting.popleft()
                if not self._is_misplaced(event, screen()):
                    await self._deliver(event)
                    await self._settled()
        except (ScreenStackError, MessagePumpClosed):  # the app has exited
            self._waiting.clear()
        finally:
            self._task = None

    def _is_misplaced(self, event: events.Event, screen: Screen[Any] | None) -> bool:
        """Return True for a click or a turn of the wheel on a screen that is no longer on top."""
        if isinstance(event, events.MouseUp):
            drops, self._drops_click = self._drops_click, False
            return drops
        is_misplaced = isinstance(event, events.MouseEvent) and screen is not self._app.screen
        if isinstance(event, events.MouseDown):
            self._drops_click = is_misplaced
        return is_misplaced

    def _look_at_end(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._app._handle_exception(error)

    # --- waiting for the app -----------------------------------------------------------------

    async def _settled(self) -> None:
        """Wait until messages and work are done, or the next key interrupts the work."""
        clock = asyncio.get_running_loop().time
        began = clock()
        while True:
            quiet = await self._messages_handled()
            at_work = list(self._at_work())
            self._began = {id(each): self._began.get(id(each), clock()) for each in at_work}
            if quiet and not at_work:
                self._settled_on = ref(self._app.screen)
                return
            if at_work:
                if self._next_interrupts and clock() - began >= _PATIENCE:
                    return
                await asyncio.sleep(_POLL)

    @property
    def _still_settled(self) -> bool:
        settled_on = self._settled_on and self._settled_on()
        return self._app.screen is settled_on and not any(self._at_work())

    @property
    def _next_interrupts(self) -> bool:
        following = self._waiting[0][0] if self._waiting else None
        return isinstance(following, events.Key) and following.key in _INTERRUPTING

    def _at_work(self) -> Iterator[Worker[Any]]:
        stack = self._app.screen_stack
        for worker in self._app.workers:
            if worker.is_finished or self._asking.get(worker) in stack:
                continue
            if worker.name not in (BACKGROUND, _ENDLESS):
                yield worker

    async def _messages_handled(self) -> bool:
        """Wait until all pending messages are handled; return True if there were none."""
        screen = self._app.screen
        pumps: set[MessagePump] = {self._app, screen}
        pumps |= {each for each in screen.walk_children() if each.message_queue_size}
        if screen.focused:
            pumps |= {screen.focused, *screen.focused.ancestors}
        waiting = {pump for pump in pumps if pump.message_queue_size}
        barrier = _Barrier(pumps)
        await barrier.wait()
        if self._app not in barrier.running:
            raise MessagePumpClosed
        quiet = not waiting & barrier.running
        if self._app.animator._animations:
            self._app.animator()  # scrolls at once, as animations are off
            return False
        if quiet and screen.is_current and _to_refresh(screen):
            screen._on_timer_update()
            return _to_refresh(screen)
        return quiet and self._app.screen is screen


def _to_refresh(screen: Screen[Any]) -> bool:
    """Return True if a pending refresh will change the layout, on which the next key may depend."""
    return screen._layout_required or screen._scroll_required or bool(screen._callbacks)


class _Barrier:
    """Waits until each pump has handled its pending messages."""

    def __init__(self, pumps: set[MessagePump]) -> None:
        self._done = asyncio.get_running_loop().create_future()
        self.running = {pump for pump in pumps if pump.call_later(self._passed)}
        """Those that still handle messages."""
        self._left = len(self.running)

    def _passed(self) -> None:
        self._left -= 1
        if not self._left and not self._done.done():
            self._done.set_result(None)

    async def wait(self) -> None:
        """Return once all have passed, or after some time: a removed widget never answers."""
        if self._left:
            await asyncio.wait([self._done], timeout=_LONGEST_BARRIER)


def _key_name(event: events.Key) -> str:
    """Return the name of the key without Alt."""
    name = event.key.removeprefix("alt+")
    if name.startswith("shift+") and event.character:
        return event.character
    return name
