import os

from flask import Flask
from flask_socketio import SocketIO, emit, join_room, send

app = Flask(__name__)
socketio = SocketIO(app, cors_allowed_origins="*")
joined = []


@app.route('/')
def index():
    return ','.join(joined)


# As Flask-SocketIO's documentation has it: a join without "username" raises KeyError, and is not acknowledged.
@socketio.on('join')
def on_join(data):
    username = data['username']
    room = data['room']
    join_room(room)
    joined.append(f'{username}@{room}')
    send(f'{username} has entered the room.', to=room)


@socketio.on('room_message')
def on_room_message(data):
    emit('room_message', data['text'], to=data['room'])


if __name__ == '__main__':
    port = int(os.environ.get('PORT', 5000))
    socketio.run(app, host='127.0.0.1', port=port, debug=True, use_reloader=False)
