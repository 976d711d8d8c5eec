"""Counts the members of a room. The rules in brackets are those of docs/protocol.md."""

import secrets
import time


class RoomMembers:
    """[S27] The server knows no users, so it lists no member: its rooms are partial. The caller must hold the lock."""

    def __init__(self):
        self.v = 2 ** 32 + secrets.randbelow(2 ** 46)  # [S15] high and random, so that no count of an earlier process fits
        self.sids = set()
        self.told = 0
        self.told_at = float('-inf')
        self.is_due = False

    def snapshot(self):
        return {'v': self.v, 'count': self.told, 'list': [], 'partial': True}

    def wait(self):
        """The seconds until the count may be sent; None if the members know it, or if a task waits for that time."""
        if self.is_due or len(self.sids) == self.told:
            return None
        return max(0, self.told_at + max(1, self.told / 1_000) - time.monotonic())

    def take(self):
        """The count to send now; None if the members know it."""
        self.is_due = False
        if len(self.sids) == self.told:
            return None
        self.v, self.told, self.told_at = self.v + 1, len(self.sids), time.monotonic()
        return {'v': self.v, 'count': self.told}
