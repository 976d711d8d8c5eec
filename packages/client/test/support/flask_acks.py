"""What Flask-SocketIO answers, beside the tutorial's handlers: every kind of ack, and refusals."""

import os

from flask import Flask, request
from flask_socketio import ConnectionRefusedError, SocketIO, join_room

app = Flask(__name__)
socketio = SocketIO(app, cors_allowed_origins="*")


@app.route('/')
def index():
    return "WebSocket Server Running"


@socketio.on('connect')
def handle_connect(auth):
    if auth and auth.get('refuse'):
        raise ConnectionRefusedError('no', {'code': 'FORBIDDEN', 'reason': auth['refuse']})


@socketio.on('ask')
def handle_ask(event, data):
    """Asks the client in return: what `call` gives is sent as `asked`."""
    sid = request.sid

    def ask():
        try:
            answer = socketio.call(event, data, to=sid, timeout=2)
        except Exception as error:
            answer = type(error).__name__
        socketio.emit('asked', answer, to=sid)

    socketio.start_background_task(ask)


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


@socketio.on('join')
def handle_join(data):
    if data['room'] == 'private':
        return {'error': 'members only'}
    join_room(data['room'])


if __name__ == '__main__':
    socketio.run(app, host='127.0.0.1', port=int(os.environ['PORT']), debug=True, use_reloader=False)
