"""Counts the members of a room. The rules in brackets are those of docs/protocol.md."""

import secrets
import time


class RoomMembers:
    """[S27] The server knows no users, so it lists no member: its rooms are partial. The caller must hold the lock."""

    def __init__(self):
        self.v = 2 ** 32 + secrets.randbelow(2 ** 46)  # [S15] high and random, so that no count of an earlier process fits
        self.sids = set()
        self.sent = 0
        self.sent_at = float('-inf')

    def snapshot(self):
        return {'v': self.v, 'count': self.sent, 'list': [], 'partial': True}

    def is_due(self):
        """Whether the members do not know the count, and it may be sent now."""
        wait = max(1, self.sent / 1_000)
        return len(self.sids) != self.sent and time.monotonic() >= self.sent_at + wait

    def take(self):
        """The count to send now."""
        self.v, self.sent, self.sent_at = self.v + 1, len(self.sids), time.monotonic()
        return {'v': self.v, 'count': self.sent}
