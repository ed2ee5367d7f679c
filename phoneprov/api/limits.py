"""How often somebody may ask: a bucket that fills again with time, per key, in this process."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

MOST_KEYS = 10_000


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class RateLimit:
    """So many at once, and so many a second after that."""

    def __init__(
        self, *, burst: int, per_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst = burst
        self._per_s = per_s
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str) -> int:
        """Take one; return 0, or the seconds to wait when there is none left."""
        with self._lock:
            now = self._clock()
            bucket = self._buckets.pop(key, None) or _Bucket(float(self._burst), now)
            bucket.left = min(self._burst, bucket.left + (now - bucket.at) * self._per_s)
            bucket.at = now
            self._buckets[key] = bucket
            while len(self._buckets) > MOST_KEYS:
                self._buckets.popitem(last=False)
            if bucket.left < 1:
                return max(1, round((1 - bucket.left) / self._per_s))
            bucket.left -= 1
            return 0
