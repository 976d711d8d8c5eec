"""A Flask-SocketIO server that speaks roomful/1: its rooms lose no message while it runs. It keeps everything in memory.

There are no users: every client is a guest with all permissions. The rules in brackets are those of docs/protocol.md.
"""

import os
import re
import signal
import sys
import threading
import unicodedata
from hmac import compare_digest

from flask import Flask, abort, request as http
from flask_socketio import SocketIO, emit, join_room, leave_room, rooms

from room_log import LIMITS, Refused, RoomLog, body_of, json_of, now, refusal_of
from room_members import RoomMembers

MAX_ROOMS = 100
MAX_PARAMS_BYTES = 4_096
# Control and bidi characters, line separators, and halves of surrogate pairs.
REFUSED = re.compile('[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]')
WHITE_SPACE = ' \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\ufeff'
RETURN_MS = 1_000
# Who knows it may put clients out of rooms. Without it, no one may.
OPERATOR_TOKEN = os.environ.get('OPERATOR_TOKEN')

app = Flask(__name__)
socketio = SocketIO(app, cors_allowed_origins='*')
logs = {}
members = {}  # by room
counting = threading.Event()  # `send_counts` runs
# Flask-SocketIO handles each event in a thread of its own. The lock makes each request one step; it never waits inside. It is
# reentrant, since sending to a connection that has timed out ends it, and so calls `end` within the request.
lock = threading.RLock()


def answers(event):
    """Registers a handler; its result or refusal is the ack."""
    def register(handler):
        @socketio.on(event)
        def answer(message=None, *_):
            request = message if isinstance(message, dict) else {}
            try:
                with lock:
                    return {'ok': True, **handler(request)}
            except Refused as refused:
                return {'ok': False, 'epoch': request.get('epoch'), 'results': [], **refused.wire}
    return register


@app.route('/')
def index():
    return 'A roomful/1 server is running'


@app.post('/put-out')
def put_out():
    """[S19] Takes a connection out of a room, and sends it `$out`. The body is JSON of { room, sid, code?, message? }."""
    if not OPERATOR_TOKEN or not compare_digest(http.headers.get('Authorization', ''), f'Bearer {OPERATOR_TOKEN}'):
        abort(403)
    asked = http.get_json()
    room, sid = asked['room'], asked['sid']
    with lock:
        if channel(room) not in rooms(sid=sid, namespace='/'):
            abort(404)
        leave_channels(room, sid=sid, namespace='/')
        remove_member(room, sid)
        message = asked.get('message', 'you were removed from this room')
        socketio.emit('$out', {'room': room, 'code': asked.get('code', 'REMOVED'), 'message': message}, to=sid)
    return {}


@socketio.on('connect')
def say_hello(_auth=None):
    if not counting.is_set():
        counting.set()
        socketio.start_background_task(send_counts)
    capabilities = ['members', 'history', 'volatile', 'joins']
    emit('$hello', {'v': 1, 'capabilities': capabilities, 'limits': LIMITS, 'user': None, 'now': now(), 'durability': 'memory'})


@answers('$join')
def join(request):
    asked, space, answers = request.get('rooms'), LIMITS['pageBytes'], []
    if asked is None:
        return join_one(request, space)
    check(isinstance(asked, list) and 0 < len(asked) <= LIMITS['rooms'], 'rooms must be an array of 1 to 64')
    for each in asked:  # [S26] one after the other; what a room leaves of the space is there for the next ones
        try:
            answers.append({'ok': True, **join_one(each if isinstance(each, dict) else {}, space)})
            space -= sum(len(body_of(entry['event'], entry['data'])) for entry in answers[-1]['entries'])
        except Refused as refused:
            answers.append({'ok': False, **refused.wire})
    return {'answers': answers}


def join_one(request, space):
    room, since, last = room_in(request), request.get('since'), request.get('last')
    check(since is None or isinstance(since, dict) and is_count(since.get('seq')), 'since must be { epoch, seq }')
    check(last is None or is_count(last) and last > 0, 'last must be an integer of 1 or more')
    check_params(request.get('params'))  # [S18] every client may join, so they are only checked
    check(request.get('packs') in (None, True, False), 'packs must be true, or left out')
    joined = [name for name in rooms() if name.startswith('roomful:')]
    check(channel(room) in joined or len(joined) < LIMITS['rooms'], 'a connection cannot be in more rooms: leave another one first', 'LIMIT')
    check(room in logs or len(logs) < MAX_ROOMS, 'this server cannot hold more rooms', 'LIMIT')
    log = logs.setdefault(room, RoomLog())
    leave_channels(room)  # it may have joined for events of the other kind
    for name in (channel(room), packs_channel(room) if request.get('packs') else singles_channel(room)):
        join_room(name)  # [S11] in one step with reading the page
    here = members.setdefault(room, RoomMembers())
    here.sids.add(http.sid)
    send_count(room, skip_sid=http.sid)
    if since is not None and (since['seq'] == 0 or since.get('epoch') == log.epoch and since['seq'] <= log.head):
        page = {**log.page(after=since['seq'], space=space), 'continues': since['seq']}  # [S13]
    else:
        page = log.page(before=log.head + 1, limit=last or 0, space=space)
    return {**page, 'members': here.snapshot()}


@answers('$leave')
def leave(request):
    room = room_in(request)
    leave_channels(room)
    remove_member(room, http.sid)
    return {}


@socketio.on('disconnect')
def end(*_):
    with lock:
        for room in members:
            remove_member(room, http.sid)


@answers('$history')
def history(request):
    log, after, before, limit = log_in(request), request.get('after'), request.get('before'), request.get('limit')
    check((after is None) != (before is None), '$history takes either after or before')
    check(is_count(before if after is None else after), 'after or before must be an integer of 0 or more')
    check(is_count(limit) and limit > 0, 'limit must be an integer of 1 or more')
    check_epoch(request, log)
    return log.page(after, before, limit)


@answers('$publish')
def publish(request):
    log, cid, items = log_in(request), request.get('cid'), request.get('items')
    check(isinstance(cid, str) and re.fullmatch('[A-Za-z0-9_-]{22}', cid), 'cid must be 22 characters of base64url')
    check(isinstance(items, list) and 0 < len(items) <= LIMITS['batchItems'], 'items must be an array of 1 to 64')
    check(all(isinstance(item, dict) and is_count(item.get('n')) for item in items), 'an item is { n, id, event, data }')
    check(all(is_id(item.get('id')) for item in items), 'the id of an item must be 16 characters of base64url')
    numbers = [0, *(item['n'] for item in items)]
    check(all(n < following for n, following in zip(numbers, numbers[1:])), 'the n of items must rise')
    check_epoch(request, log)  # [S4]
    answer, added = log.publish(cid, [(item['n'], item['id'], item.get('event'), item.get('data')) for item in items])
    send(request['room'], log.epoch, added)  # [S6] within the lock, so in the order of the log
    return answer


@answers('$volatile')
def relay(request):
    log = log_in(request)
    refusal = refusal_of(request.get('event'), body_of(request.get('event'), request.get('data')))
    if refusal:
        raise Refused(**refusal)
    event = {'event': request['event'], 'data': request.get('data'), 'from': None, 'at': now()}
    send(request['room'], log.epoch, [event], include_self=False)  # [S14]
    return {}


def remove_member(room, sid):
    if room in members:
        members[room].sids.discard(sid)
        send_count(room)


def send_count(room, skip_sid=None):
    """[S27] Sends the number of members if it may be sent now; otherwise `send_counts` sends it later."""
    if members[room].is_due():
        socketio.emit('$members', {'room': room, **members[room].take()}, to=channel(room), skip_sid=skip_sid)


def send_counts():
    """One task for all rooms: to start one inside the lock would wait, and stop all other requests."""
    while True:
        socketio.sleep(0.1)
        with lock:
            for room in list(members):
                send_count(room)


def send(room, epoch, events, include_self=True):
    """Sends events one by one, and in one pack to those who asked for packs [S28]. A batch is smaller than `pageBytes`."""
    for event in events:
        place = {'epoch': epoch, 'seq': event['seq'], 'id': event['id']} if 'seq' in event else {}
        meta = {'$room': room, **place, 'from': event['from'], 'at': event['at']}
        emit(event['event'], (event['data'], meta), to=singles_channel(room), include_self=include_self)
    if events:
        pack = {'room': room, 'epoch': epoch, 'events': events}
        emit('$events', pack, to=packs_channel(room), include_self=include_self)


def log_in(request):
    room = room_in(request)
    check(channel(room) in rooms(), 'join the room first', 'NOT_MEMBER')
    return logs[room]


def room_in(request):
    room = request.get('room')
    check(room != '$inbox', 'guests have no inbox', 'FORBIDDEN')  # [S25]
    check(isinstance(room, str) and is_room_name(room), 'room must be a string of 1 to 128 characters in the form NFC, without outer white space, control and bidi characters, and not beginning with $')
    return room


def is_room_name(name):
    """Names are compared exactly, so that those which only look like another one are refused."""
    length = len(name.encode('utf-16-le', 'surrogatepass')) // 2  # counted as JavaScript does
    return (0 < length <= 128 and name[0] != '$' and not REFUSED.search(name) and name == name.strip(WHITE_SPACE)
            and unicodedata.is_normalized('NFC', name))


def channel(room):
    return f'roomful:{room}'


def packs_channel(room):
    return f'packs:{room}'


def singles_channel(room):
    return f'singles:{room}'


def leave_channels(room, **whose):
    for name in (channel(room), packs_channel(room), singles_channel(room)):
        leave_room(name, **whose)


def check_epoch(request, log):
    check(request.get('epoch') == log.epoch, 'the log of this room has another epoch now: join again', 'EPOCH')


def check_params(params):
    body = json_of(params)
    check(body is not None, 'params must be JSON')
    check(len(body) <= MAX_PARAMS_BYTES, f'params must be at most {MAX_PARAMS_BYTES} bytes of JSON', 'TOO_LARGE')


def check(is_valid, message, code='SHAPE'):
    if not is_valid:
        raise Refused(code, message)


def is_id(value):
    return isinstance(value, str) and re.fullmatch('[A-Za-z0-9_-]{16}', value)


def is_count(value):
    return type(value) is int and 0 <= value < 2 ** 53


def close_at(asked):
    """[S20] Tells the clients to come back, spread over RETURN_MS, and ends the process."""
    while not asked.is_set():  # a signal does not wake green threads
        socketio.sleep(0.1)
    socketio.emit('$bye', {'code': 'CLOSING', 'after': RETURN_MS})
    socketio.sleep(0.1)  # the packets go out meanwhile
    os._exit(0)


if __name__ == '__main__':
    asked = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: asked.set())
    socketio.start_background_task(close_at, asked)
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ.get('PORT', 5000))
    socketio.run(app, host='127.0.0.1', port=port, log_output=True)
