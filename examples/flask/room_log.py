"""The log of a room: its entries, and the answers that senders got. The rules in brackets are those of docs/protocol.md."""

import hashlib
import json
import secrets
import time
from itertools import islice

LIMITS = {'eventBytes': 65_536, 'batchItems': 64, 'batchBytes': 98_304, 'page': 200, 'pageBytes': 262_144, 'rooms': 64,
          'dedupMs': 24 * 60 * 60 * 1000}
MAX_ENTRIES, MAX_SENDERS, MAX_DEPTH = 10_000, 10_000, 32
RESERVED = {'connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'}


class Refused(Exception):
    """A refused request; `wire` is the answer."""

    def __init__(self, code, message):
        self.wire = {'code': code, 'message': message}


class Row:
    """The highest n of a sender, and the items of its last batch: (hash, result) by n [S1]."""

    def __init__(self):
        self.last, self.answered, self.used_at = 0, {}, now()


class RoomLog:
    """The caller must hold the lock, so that each call is one step."""

    def __init__(self):
        self.epoch = secrets.token_urlsafe(12)  # [S10]
        self.head = 0
        self.kept = {}  # by seq: an entry and its size
        self.rows = {}  # by cid, the one unused for longest first

    def page(self, after=None, before=None, limit=LIMITS['page'], space=LIMITS['pageBytes']):
        """Consecutive entries, oldest first: the first ones after `after`, or the last ones before `before`; at most `space` bytes."""
        first = self.head - len(self.kept) + 1
        if before is None:
            seqs = range(max(after + 1, first), self.head + 1)
        else:
            seqs = range(min(before - 1, self.head), first - 1, -1)
        entries = []
        for seq in seqs[:min(limit, LIMITS['page'])]:
            entry, size = self.kept[seq]
            space -= size
            if space < 0:
                break
            entries.append(entry)
        return {'epoch': self.epoch, 'head': self.head, 'first': first, 'entries': sorted(entries, key=seq_of)}

    def publish(self, cid, items):
        """Gives the answer, and the new entries, to be broadcast in this order [S6]."""
        row, results, answered, added, space = self._row(cid), [], {}, [], LIMITS['batchBytes']
        last = row.last
        for n, message_id, event, data in items:
            body = body_of(event, data)
            digest = hashlib.sha256(message_id.encode() + body).digest()[:8] if body else None
            if n <= row.last:
                if n in row.answered:
                    answered[n] = row.answered[n]
                results.append(repeated(row.answered.get(n), digest))
                continue
            result = refusal_of(event, body)
            if result is None:
                space -= len(body)
                if space < 0:  # [S3] the client sends the rest again
                    break
                entry = self._append({'event': event, 'data': data, 'id': message_id, 'from': None}, len(body))
                added.append(entry)
                result = {'seq': entry['seq'], 'at': entry['at']}
            row.last, answered[n] = n, (digest, result)  # [S4] a refusal is recorded as well
            results.append(result)
        if row.last > last:
            row.answered = answered
        answer = {'epoch': self.epoch, 'results': results}
        return (answer if len(results) == len(items) else {**answer, 'ok': False, 'code': 'MORE', 'after': 0}), added

    def _append(self, entry, size):
        self.head += 1
        self.kept[self.head] = {**entry, 'seq': self.head, 'at': now()}, size
        self.kept.pop(self.head - MAX_ENTRIES, None)
        return self.kept[self.head][0]

    def _row(self, cid):
        for oldest in list(islice(self.rows, 2)):  # [S8] deletes at least as many as are added
            if self.rows[oldest].used_at < now() - LIMITS['dedupMs']:
                del self.rows[oldest]
        if cid not in self.rows and len(self.rows) >= MAX_SENDERS:
            raise Refused('LIMIT', 'this room cannot remember more senders')
        row = self.rows[cid] = self.rows.pop(cid, None) or Row()
        row.used_at = now()
        return row


def repeated(known, digest):
    """The answer to a repeated item [S5]."""
    if known is None:
        return {'code': 'STALE', 'message': 'the server no longer knows the outcome of this message'}
    if known[0] != digest:
        return {'code': 'CONFLICT', 'message': 'another message was sent with this number'}
    return known[1]


def refusal_of(event, body):
    """The refusal of an item for good; None for a valid item."""
    if not isinstance(event, str) or not 0 < len(event) <= 64 or event[0] == '$' or event in RESERVED:
        return {'code': 'SHAPE', 'message': 'the event must have a name of 1 to 64 characters that is not reserved'}
    if body is None:
        return {'code': 'SHAPE', 'message': f'the data must be JSON, nested at most {MAX_DEPTH} deep'}
    if len(body) > LIMITS['eventBytes']:
        return {'code': 'TOO_LARGE', 'message': f'the data must be at most {LIMITS["eventBytes"]} bytes of JSON'}
    return None


def body_of(event, data):
    """The JSON of an item, in bytes; None where its data is no JSON or nested too deep."""
    return json_of([event, data], MAX_DEPTH + 1)


def json_of(value, levels=MAX_DEPTH):
    """The JSON of a value, in bytes; None where it is no JSON or nested too deep."""
    if not is_shallow(value, levels):
        return None
    try:
        text = json.dumps(value, separators=(',', ':'), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError):
        return None
    return text.encode('utf-8', 'surrogatepass')


def is_shallow(value, levels=MAX_DEPTH):
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels > 0 and all(is_shallow(each, levels - 1) for each in inner)


def seq_of(entry):
    return entry['seq']


def now():
    return int(time.time() * 1000)
