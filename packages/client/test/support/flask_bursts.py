"""Counts what arrives, in the asynchronous mode that MODE names."""

import os

from flask import Flask
from flask_socketio import SocketIO, join_room, rooms

mode = os.environ.get('MODE', 'threading')
app = Flask(__name__)
# With a thread for each handler, events would be counted in any order.
socketio = SocketIO(app, cors_allowed_origins='*', async_mode=mode, async_handlers=False)
state = {'connects': 0, 'said': []}


@app.route('/')
def index():
    return 'up'


@socketio.on('connect')
def handle_connect(auth=None):
    state['connects'] += 1


@socketio.on('join')
def handle_join(data):
    join_room(data['room'])


@socketio.on('say')
def handle_say(value, *binary):
    state['said'].append(value)


@socketio.on('report')
def handle_report():
    return {'rooms': len(rooms()) - 1, **state}


if __name__ == '__main__':
    # Eventlet prints its address only with `log_output`.
    options = {'allow_unsafe_werkzeug': True} if mode == 'threading' else {'log_output': True}
    socketio.run(app, host='127.0.0.1', port=int(os.environ['PORT']), **options)
