"""Templates of digest mails: the shipped ones, or those that a configuration puts in their place.

They are Jinja2, HTML ones escape what is put into them, and a configuration's own run in a sandbox: they see the edition and what
`digest_words` puts beside it, and neither files nor the program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from css_inline import CSSInliner
from jinja2 import BaseLoader, ChoiceLoader, DictLoader, Environment, PackageLoader, StrictUndefined, select_autoescape
from jinja2.exceptions import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.messages import PLAIN, Catalogue, Tables, catalogue
from monitor.notices.excerpt import fit, is_right_to_left, wrap
from monitor.notices.page import named_language

HTML, TEXT = "digest.html.j2", "digest.txt.j2"
NAMES = (HTML, TEXT)
SHIPPED_TEMPLATES = (*NAMES, "_style.html.j2", "_told.html.j2")
TEXT_COLUMNS = 76


class Templates:
    """The templates of a style."""

    def __init__(self, own: Mapping[str, str] = MappingProxyType({})) -> None:
        self.own = own

    def render(self, name: str, values: Mapping[str, Any]) -> str:
        """The page or text. What a configuration's own template cannot do, the shipped one does: an edition leaves whatever
        becomes of its looks."""
        if name in self.own:
            try:
                return self._sandbox.get_template(name).render(values)
            except Exception:  # whatever an operator's template may raise: it was checked, and met something new
                return shipped_environment().get_template(name).render(values)
        return shipped_environment().get_template(name).render(values)

    def try_out(self, name: str, values: Mapping[str, Any]) -> tuple[int, str] | None:
        """The line and the message of what is wrong with a template of the configuration's own; None where nothing is."""
        try:
            self._sandbox.get_template(name).render(values)
        except TemplateSyntaxError as error:
            return error.lineno, error.message or "cannot be read"
        except Exception as error:
            return _line_of(error), f"{type(error).__name__}: {error}"
        return None

    @cached_property
    def _sandbox(self) -> Environment:
        loader = ChoiceLoader([DictLoader(dict(self.own)), PackageLoader("monitor.notices")])
        return _prepared(ImmutableSandboxedEnvironment, loader)


@dataclass(frozen=True, slots=True)
class Style:
    """How a digest's mails are worded and laid out."""

    catalogue: Catalogue
    templates: Templates


PLAIN_STYLE = Style(catalogue(PLAIN), Templates())


def style_of(language: str, messages: Mapping[str, Tables], templates: Mapping[str, str]) -> Style:
    """The style for a language, with a configuration's own catalogues and templates."""
    return Style(catalogue(language, messages.get(language, {})), Templates(templates))


def shipped_template(name: str) -> str:
    """The text of a shipped template, to be copied from."""
    return files("monitor.notices").joinpath("templates", name).read_text("utf-8")


@cache
def shipped_environment() -> Environment:
    return _prepared(Environment, PackageLoader("monitor.notices"))


@cache
def inliner() -> CSSInliner:
    return CSSInliner(keep_at_rules=True, load_remote_stylesheets=False, minify_css=True)


def _prepared(kind: type[Environment], loader: BaseLoader) -> Environment:
    environment = kind(
        loader=loader,
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(fit=fit, wrapped=_wrapped, language=named_language)
    environment.tests["right_to_left"] = is_right_to_left
    return environment


def _line_of(error: Exception) -> int:
    """The line of the template in which it was raised; 0 where that is not known."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _wrapped(text: str, indent: str = "") -> str:
    return "\n".join(wrap(text, TEXT_COLUMNS, indent))
