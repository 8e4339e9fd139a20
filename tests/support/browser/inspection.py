"""What is wrong with the page that is shown: for a screen reader, on a narrow telephone, under a thumb."""

from axe_playwright_python.async_playwright import Axe

from tests.support.browser.person import DESKTOP, TELEPHONE, Person

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NARROW = {"width": 320, "height": 640}
TARGETS = (
    "button, .button, nav a, .back, .tasks a, summary, select, textarea, label.option, label.check, "
    "input:not([type=hidden], [type=radio], [type=checkbox])"
)
SMALLEST_TARGET = 44


async def problems(person: Person) -> list[str]:
    """Return everything that is wrong, in words; the window has its size again afterwards."""
    found = await axe_violations(person)
    await person.page.set_viewport_size(NARROW)
    found += await too_wide(person)
    await person.page.set_viewport_size(TELEPHONE)
    found += await too_small(person)
    await person.page.set_viewport_size(DESKTOP)
    return found


async def axe_violations(person: Person) -> list[str]:
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    results = (await Axe().run(person.page, options=options)).response
    assert results["passes"], "axe has looked at nothing"
    return [
        f"{violation['id']}: {node['target']} {node['html'][:200]}"
        for violation in results["violations"]
        for node in violation["nodes"]
    ]


async def too_wide(person: Person) -> list[str]:
    """Return how far the page can be scrolled sideways, if it can."""
    wide = await person.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{wide} px wider than the window of {NARROW['width']}"] if wide > 0 else []


async def too_small(person: Person) -> list[str]:
    """Return what a thumb would miss."""
    found: list[str] = await person.page.evaluate(
        """([selector, least]) => [...document.querySelectorAll(selector)]
            .filter((each) => each.checkVisibility())
            .map((each) => [each, each.getBoundingClientRect()])
            .filter(([, box]) => box.height < least - 0.5 || box.width < least - 0.5)
            .map(([each, box]) => `${box.width} × ${box.height}: ${each.outerHTML.slice(0, 120)}`)""",
        [TARGETS, SMALLEST_TARGET],
    )
    return found
