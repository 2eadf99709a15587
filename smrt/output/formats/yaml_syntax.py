"""YAML 1.2's syntax where PyYAML's scanner, which is for YAML 1.1, reads something else.

`%YAML 1.1` at the top of a document keeps the older rules, as in the AWS CLI.
"""

from typing import Any

import yaml

_BLANKS = "\0 \t\r\n\x85\u2028\u2029"
_INDICATORS = ",[]{}"
_OLD_LINE_BREAKS = "\x85\u2028\u2029"


class SyntaxLoader(yaml.SafeLoader):
    """PyYAML's safe loader, which also reads {a: s3://b/k?c}, {a: :b} and &an:chor."""

    _in_plain_scalar = False

    @property
    def is_version_1_1(self) -> bool:
        """Whether the document begins with %YAML 1.1."""
        version: tuple[int, int] | None = self.yaml_version
        return version == (1, 1)

    def scan_plain(self) -> yaml.ScalarToken:
        """Scan a plain scalar."""
        self._in_plain_scalar = True
        try:
            token: yaml.ScalarToken = super().scan_plain()
        finally:
            self._in_plain_scalar = False
        return token

    def peek(self, index: int = 0) -> str:
        """Return the character `index` places ahead."""
        # In braces PyYAML ends a plain scalar at a question mark. It must not see one; the text
        # itself is not taken from here.
        character: str = super().peek(index)
        return "." if self._in_plain_scalar and character == "?" else character

    def forward(self, length: int = 1) -> None:
        """Consume `length` characters."""
        for _ in range(length):
            line, column, character = self.line, self.column, super().peek()
            super().forward()
            if character in _OLD_LINE_BREAKS and not self.is_version_1_1:
                self.line, self.column = line, column + 1  # it begins no line of block syntax

    def check_value(self) -> bool:
        """Whether the colon here separates a key and a value."""
        following = super().peek(1)
        if not self.flow_level or self.is_version_1_1 or following in _BLANKS + _INDICATORS:
            is_value: bool = super().check_value()
            return is_value
        previous = self.buffer[: self.pointer].rstrip()[-1:]
        return previous not in ":,[{"  # there a colon begins a plain scalar

    def check_plain(self) -> bool:
        """Whether a plain scalar begins here."""
        # A colon in braces that is no value indicator (check_value has been asked) is text.
        return super().check_plain() or bool(self.flow_level and super().peek() == ":")

    def scan_anchor(self, TokenClass: Any) -> Any:  # noqa: N803 - PyYAML's signature
        """Scan an anchor or alias; its name ends at a blank or a bracket."""
        start = self.get_mark()
        self.forward()
        length = 0
        while super().peek(length) not in _BLANKS + _INDICATORS:
            length += 1
        if not length:
            kind = "an alias" if TokenClass is yaml.AliasToken else "an anchor"
            raise yaml.scanner.ScannerError(
                f"while scanning {kind}", start, "expected a name", self.get_mark()
            )
        name = self.prefix(length)
        self.forward(length)
        return TokenClass(name, start, self.get_mark())
