import os
import sys

from flask import Flask
from flask_socketio import SocketIO, join_room, leave_room

app = Flask(__name__)
socketio = SocketIO(app, cors_allowed_origins="*")


@app.route('/')
def index():
    return "WebSocket Server Running"


@socketio.on('message')
def handle_message(msg):
    print(f"Received message: {msg}")
    socketio.send(f"Server received: {msg}")


@socketio.on('custom_event')
def handle_custom_event(data):
    print(f"Received data: {data}")
    socketio.emit('response_event', {"message": "Processed"})


@socketio.on('broadcast')
def handle_broadcast(data):
    socketio.emit('broadcast_message', data)


@socketio.on('join')
def handle_join(data):
    room = data["room"]
    join_room(room)
    socketio.emit('room_message', f"User joined {room}", room=room)


@socketio.on('leave')
def handle_leave(data):
    room = data["room"]
    leave_room(room)
    socketio.emit('room_message', f"User left {room}", room=room)


if __name__ == '__main__':
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ.get('PORT', 5000))
    # The reloader of debug=True is a second process, which would outlive this one when it is stopped.
    socketio.run(app, host='127.0.0.1', port=port, debug=True, use_reloader=False)
