"""Where on the map a point of the earth is drawn.

Albers' equal-area conic projection, as Ukraine's atlases use it, so that equal areas on the map
are equal on the ground.

Source: J. P. Snyder, Map Projections: A Working Manual, USGS Professional Paper 1395, p. 100
"""

from math import cos, hypot, radians, sin, sqrt

WIDTH, HEIGHT = 960.0, 640.0  # the map's own units
_SOUTH, _NORTH = radians(46), radians(52)  # where the scale is true
_MIDDLE_LATITUDE, _MIDDLE_LONGITUDE = radians(48.75), radians(30.9)
_SCALE = 3680.0  # units for one radius of the earth
_N = (sin(_SOUTH) + sin(_NORTH)) / 2
_C = cos(_SOUTH) ** 2 + 2 * _N * sin(_SOUTH)


def project(latitude: float, longitude: float) -> tuple[float, float]:
    """Return x (to the right) and y (down) of a point given in degrees north and east."""
    angle = _N * (radians(longitude) - _MIDDLE_LONGITUDE)
    radius, middle = _radius(radians(latitude)), _radius(_MIDDLE_LATITUDE)
    x, y = radius * sin(angle), middle - radius * cos(angle)
    return WIDTH / 2 + _SCALE * x, HEIGHT / 2 - _SCALE * y


def is_drawn(x: float, y: float) -> bool:
    """Tell whether a point lies on the map."""
    return 0 <= x <= WIDTH and 0 <= y <= HEIGHT


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return how far two points lie apart on the map."""
    return hypot(one[0] - other[0], one[1] - other[1])


def _radius(latitude: float) -> float:
    return sqrt(_C - 2 * _N * sin(latitude)) / _N
