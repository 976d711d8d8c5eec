"""What a room remembers: its entries, and what each sender was told. The rules in brackets are docs/protocol.md's."""

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
    """A request that is not done; its wire form is the answer."""

    def __init__(self, code, message):
        self.wire = {'code': code, 'message': message}


class Row:
    """How far a sender has come, and what the items of its last batch came to: (hash, result) by n [S1]."""

    def __init__(self):
        self.last, self.told, self.used_at = 0, {}, now()


class RoomLog:
    """Whoever calls it holds a lock: each call is one step."""

    def __init__(self):
        self.epoch = secrets.token_urlsafe(12)  # [S10]
        self.head = 0
        self.kept = {}  # by seq: an entry, and its size
        self.rows = {}  # by cid, the one used longest ago first

    def page(self, after=None, before=None, limit=LIMITS['page']):
        """Consecutive entries, the oldest first: those that follow on `after`, or the last ones before `before`."""
        first = self.head - len(self.kept) + 1
        if before is None:
            seqs = range(max(after + 1, first), self.head + 1)
        else:
            seqs = range(min(before - 1, self.head), first - 1, -1)
        entries, space = [], LIMITS['pageBytes']
        for seq in seqs[:min(limit, LIMITS['page'])]:
            entry, size = self.kept[seq]
            space -= size
            if space < 0:
                break
            entries.append(entry)
        return {'epoch': self.epoch, 'head': self.head, 'first': first, 'entries': sorted(entries, key=seq_of)}

    def publish(self, cid, items):
        """Gives the answer, and the entries that are new: they are to be broadcast in this order [S6]."""
        row, results, told, fresh, space = self._row(cid), [], {}, [], LIMITS['batchBytes']
        for n, event, data in items:
            body = body_of(event, data)
            digest = hashlib.sha256(body).digest()[:8] if body else None
            if n <= row.last:
                if n in row.told:
                    told[n] = row.told[n]
                results.append(repeated(row.told.get(n), digest))
                continue
            result = refusal_of(event, body)
            if result is None:
                space -= len(body)
                if space < 0:  # [S3] what was not touched comes again
                    break
                entry = self._append({'event': event, 'data': data, 'id': f'{cid[:8]}:{n}', 'from': None}, len(body))
                fresh.append(entry)
                result = {'seq': entry['seq'], 'at': entry['at']}
            row.last, told[n] = n, (digest, result)  # [S4] a refusal is remembered as well
            results.append(result)
        if row.last in told:
            row.told = told
        answer = {'epoch': self.epoch, 'results': results}
        return (answer if len(results) == len(items) else {**answer, 'ok': False, 'code': 'MORE', 'after': 0}), fresh

    def _append(self, entry, size):
        self.head += 1
        self.kept[self.head] = {**entry, 'seq': self.head, 'at': now()}, size
        self.kept.pop(self.head - MAX_ENTRIES, None)
        return self.kept[self.head][0]

    def _row(self, cid):
        for oldest in list(islice(self.rows, 2)):  # [S8] as many go as come, and more
            if self.rows[oldest].used_at < now() - LIMITS['dedupMs']:
                del self.rows[oldest]
        if cid not in self.rows and len(self.rows) >= MAX_SENDERS:
            raise Refused('LIMIT', 'this room has had all the senders that it can remember')
        row = self.rows[cid] = self.rows.pop(cid, None) or Row()
        row.used_at = now()
        return row


def repeated(known, digest):
    """The answer to an item that was answered before [S5]."""
    if known is None:
        return {'code': 'STALE', 'message': 'what became of it is not known any more'}
    if known[0] != digest:
        return {'code': 'CONFLICT', 'message': 'this key was used for something else'}
    return known[1]


def refusal_of(event, body):
    """Why an item is refused for good; None where it is fine."""
    if not isinstance(event, str) or not 0 < len(event) <= 64 or event[0] == '$' or event in RESERVED:
        return {'code': 'SHAPE', 'message': 'the event must have a name of 1 to 64 characters that nobody else uses'}
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
