"""The walk book in the browser: opened, written into, and looked at."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.visitor import tap
from visits.models import Target, Visit

OURS = "what the pages made"
BOOK = "/visits/book/"


def open_book(page: Page, doors: int = 2) -> None:
    page.goto(BOOK)
    expect(page.locator("[data-door]")).to_have_count(doors)
    for _moment in range(PATIENCE // 50):
        if page.evaluate("navigator.serviceWorker.controller?.state === 'activated'"):
            return
        page.wait_for_timeout(50)
    raise AssertionError("no service worker")


def open_door(page: Page, target: Target) -> None:
    tap(page.locator(f"[data-door='{target.pk}'] button"))
    expect(page.locator("form.visit")).to_be_visible()


def note(page: Page, text: str) -> None:
    page.fill("form.visit [name=note]", text)


def save(page: Page) -> None:
    tap(page.locator("form.visit [name=rest]"))
    expect(page.locator("form.visit")).to_have_count(0)


def line(page: Page) -> Any:
    return page.locator("[data-walk=line]")


def is_unsent(page: Page, count: int) -> None:
    expect(line(page)).to_contain_text(f"还有 {count} 条没发出")


def is_sent(page: Page, patience: int = PATIENCE) -> None:
    """Wait until nothing of the reader's is left on the phone, and the line says so."""
    for _moment in range(patience // 50):
        if not rows(page, "queue"):
            break
        page.wait_for_timeout(50)
    expect(line(page)).to_contain_text("都发出去了")


def visits(target: Target) -> list[Visit]:
    return list(Visit.objects.unscoped(reason=OURS).filter(target=target))


def rows(page: Page, store: str) -> list[dict[str, Any]]:
    """What lies in the phone's store, as it lies there."""
    found: list[dict[str, Any]] = page.evaluate(
        """async (store) => new Promise((resolve) => {
            const request = indexedDB.open("walk-book");
            request.onsuccess = () => {
                const all = request.result.transaction(store).objectStore(store).getAll();
                all.onsuccess = () => { request.result.close(); resolve(all.result.map((row) => ({
                    ...row, data: row.data?.byteLength, key: row.key && { extractable: row.key.extractable } }))); };
            };
        })""",
        store,
    )
    return found


SEND = "**/visits/book/visits/"


def write_down(page: Page, target: Target, text: str = "都好。") -> None:
    """One visit, as somebody does it at the door."""
    open_door(page, target)
    note(page, text)
    save(page)
