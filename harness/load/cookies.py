"""A user's cookies, so that a load balancer with sticky sessions finds the same server again."""

from email.message import Message
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, cast
from urllib.request import Request


class _Answer:
    """What `CookieJar` asks of a response: its headers."""

    def __init__(self, cookies: list[str]) -> None:
        self._headers = Message()
        for each in cookies:
            self._headers["Set-Cookie"] = each

    def info(self) -> Message:
        """Return the headers."""
        return self._headers


class Cookies:
    """
    Keeps what a service sets and returns what it is to be sent, as the standard library's jar has it.

    >>> jar = Cookies()
    >>> jar.keep("http://127.0.0.1/ask", ["sid=1; Path=/; HttpOnly"])
    >>> jar.header("http://127.0.0.1/other")
    'sid=1'
    """

    def __init__(self) -> None:
        # Cookies of a host without a domain, such as localhost, count as well.
        self._jar = CookieJar(DefaultCookiePolicy(strict_ns_domain=DefaultCookiePolicy.DomainLiberal))
        self._some = False

    def keep(self, url: str, cookies: list[str]) -> None:
        """Keep *cookies*, the values of Set-Cookie, that *url* has set."""
        if cookies:
            self._jar.extract_cookies(cast("Any", _Answer(cookies)), Request(url))  # noqa: S310  nothing is opened
            self._some = True

    def header(self, url: str) -> str | None:
        """Return the value of the Cookie header for *url*; None where there is none."""
        if not self._some:
            return None
        request = Request(url)  # noqa: S310  nothing is opened
        self._jar.add_cookie_header(request)
        return request.get_header("Cookie")
