"""The tutorial's events, acks and rooms on Flask-SocketIO. ASYNC_MODE is threading, eventlet or gevent."""

import os

ASYNC_MODE = os.environ.get('ASYNC_MODE', 'threading')
if ASYNC_MODE == 'eventlet':
    import eventlet

    eventlet.monkey_patch()
elif ASYNC_MODE == 'gevent':
    from gevent import monkey

    monkey.patch_all()

from importlib.metadata import version  # noqa: E402

from flask import Flask, request  # noqa: E402
from flask_socketio import ConnectionRefusedError, SocketIO, emit, join_room, leave_room, rooms  # noqa: E402

app = Flask(__name__)
socketio = SocketIO(app, cors_allowed_origins='*', async_mode=ASYNC_MODE)
numbers = {}


@app.route('/')
def index():
    return {name: version(name) for name in ('flask', 'flask-socketio', 'python-socketio', 'python-engineio')}


@socketio.on('connect')
def handle_connect(auth):
    if auth and auth.get('refuse'):
        raise ConnectionRefusedError('no', {'code': 'FORBIDDEN', 'reason': auth['refuse']})
    numbers[request.sid] = []


@socketio.on('disconnect')
def handle_disconnect(reason=None):
    numbers.pop(request.sid, None)


@socketio.on('message')
def handle_message(message):
    socketio.send(f'Server received: {message}')


@socketio.on('custom_event')
def handle_custom_event(data):
    socketio.emit('response_event', {'message': 'Processed'})


@socketio.on('broadcast')
def handle_broadcast(data):
    socketio.emit('broadcast_message', data)


@socketio.on('join')
def handle_join(data):
    room = data['room']
    if room == 'private':
        return {'error': 'members only'}
    join_room(room)
    socketio.emit('room_message', f'User joined {room}', room=room)


@socketio.on('leave')
def handle_leave(data):
    room = data['room']
    leave_room(room)
    socketio.emit('room_message', f'User left {room}', room=room)


@socketio.on('rooms')
def handle_rooms():
    return len(rooms()) - 1  # one is the connection's own


@socketio.on('number')
def handle_number(number):
    numbers[request.sid].append(number)


@socketio.on('numbers')
def handle_numbers():
    return numbers[request.sid]


@socketio.on('nothing')
def handle_nothing():
    pass


@socketio.on('value')
def handle_value(data):
    return data


@socketio.on('tuple')
def handle_tuple(first, second):
    return first, second


@socketio.on('failure')
def handle_failure():
    raise ValueError('this handler always fails')


@socketio.on('ask_me')
def handle_ask_me(question):
    sid = request.sid
    emit('question', question, callback=lambda answer: socketio.emit('answered', answer, to=sid))


def print_address():
    """gevent's server does not say where it listens."""
    while not (socketio.wsgi_server and socketio.wsgi_server.started):
        socketio.sleep(0.01)
    print(f'http://127.0.0.1:{socketio.wsgi_server.server_port}', flush=True)


if __name__ == '__main__':
    options = {}
    if ASYNC_MODE == 'threading':
        options['allow_unsafe_werkzeug'] = True
    elif ASYNC_MODE == 'eventlet':
        options['log_output'] = True
    else:
        socketio.start_background_task(print_address)
    socketio.run(app, host='127.0.0.1', port=int(os.environ.get('PORT', 5000)), **options)
