"""What production does by itself, measured, by Diffy's rule."""

from dataclasses import dataclass

RELATIVE = 20.0  # per cent: |raw - noise| of raw + noise; Diffy's defaults
ABSOLUTE = 0.03  # per cent: |raw - noise| of all requests


@dataclass(frozen=True, slots=True)
class Measured:
    """Of `total` requests to an endpoint, `raw` differed in a field between production and candidate, and `noise`
    between two answers of production."""

    endpoint: str
    field: str
    total: int
    raw: int
    noise: int

    @property
    def is_noise(self) -> bool:
        """Whether the field differs as much by itself."""
        if not self.noise or not self.total:
            return False
        relative = 100 * abs(self.raw - self.noise) / (self.raw + self.noise)
        absolute = 100 * abs(self.raw - self.noise) / self.total
        return not (self.raw > self.noise and relative > RELATIVE and absolute > ABSOLUTE)
